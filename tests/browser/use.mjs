// Uses pages as a reader does, in headless Chromium, and says what happened.
//   node use.mjs STEPS.json   with [{page, script, steps: [[name, …arguments]]}]
// Prints one JSON list: {shown, hidden, said, console, errors, answers}.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const require = createRequire(new URL('../formats/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const STEPS = {
  find: (page, text) => page.fill('#find', text),
  choose: (page, key, value) => page.selectOption(`#by-${key}`, value),
  press: (page, text) => page.click(`button:has-text("${text}")`),
  follow: (page, href) => page.click(`a[href="${href}"] >> visible=true`),
  print: (page) => page.emulateMedia({ media: 'print' }),
  add: (page, text) => page.evaluate((code) => {
    const element = document.createElement('script');
    element.textContent = code;
    document.body.append(element);
  }, text),
};

// what a reader can see: [data-i] things, folds, the filter and what it says
const look = (page) => page.evaluate(() => {
  const visible = (node) => node.getClientRects().length > 0;
  const things = [...document.querySelectorAll('[data-i]')];
  return {
    shown: things.filter(visible).map((node) => ({ ...node.dataset, tag: node.tagName })),
    hidden: things.filter((node) => !visible(node)).length,
    groups: [...document.querySelectorAll('[data-group]')].filter(visible).length,
    open: [...document.querySelectorAll('details[open]')].map((node) => node.id),
    filters: [...document.querySelectorAll('.filter')].filter(visible).length,
    said: [...document.querySelectorAll('.filter output')].map((node) => node.textContent),
    ran: window.ran === true,
    top: location.hash
      ? document.getElementById(location.hash.slice(1)).getBoundingClientRect().top : null,
    title: document.title,
  };
});

const seen = [];
for (const { page: file, script, steps } of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  const profile = mkdtempSync(join(tmpdir(), 'use-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    javaScriptEnabled: script !== false,
    viewport: { width: 1280, height: 900 },
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  const page = await browser.newPage();
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  await page.goto('file://' + resolve(file.split('#')[0]) + (file.includes('#') ? '#' + file.split('#')[1] : ''));
  const states = [await look(page)];
  for (const [name, ...given] of steps) {
    await STEPS[name](page, ...given);
    await page.waitForTimeout(150);
    states.push(await look(page));
  }
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
  seen.push({ states, console: said });
}
console.log(JSON.stringify(seen));
