// Opens pages in headless Chromium, light, dark, narrow and printed, and says what is wrong.
//   node browse.mjs [--pictures FOLDER] [--modes light,narrow] PAGE.html…
// Prints one JSON list: {page, mode, violations, wide, slim, console, styled}; ends with 0 if it could look.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

const require = createRequire(new URL('../formats/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const MODES = [
  { mode: 'light', width: 1280, colorScheme: 'light' },
  { mode: 'dark', width: 1280, colorScheme: 'dark' },
  { mode: 'narrow', width: 360, colorScheme: 'light' },
  { mode: 'narrow-dark', width: 360, colorScheme: 'dark' },
  { mode: 'print', width: 794, colorScheme: 'light', media: 'print' },
];

let pages = process.argv.slice(2);
let pictures = null;
let modes = MODES;
while (pages[0]?.startsWith('--')) {
  const [option, value, ...rest] = pages;
  if (option === '--pictures') pictures = value;
  if (option === '--modes') modes = MODES.filter(({ mode }) => value.split(',').includes(mode));
  pages = rest;
}
const profile = mkdtempSync(join(tmpdir(), 'browse-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

async function look(file, { mode, width, colorScheme, media }) {
  const page = await browser.newPage();
  const console_ = [];
  page.on('console', (message) => console_.push(message.text()));
  page.on('pageerror', (error) => console_.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) console_.push(`asks for ${request.url()}`);
  });
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme, media: media ?? null });
  await page.goto('file://' + resolve(file));
  if (pictures && media !== 'print') {
    const name = `${basename(file, '.html')}-${mode}.png`;
    await page.screenshot({ path: join(pictures, name), fullPage: true });
  }
  const wide = await page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const styled = await page.evaluate(() => getComputedStyle(document.body).margin === '0px');
  // narrow, a row is a block: no cell may be left with a column's width
  const slim = await page.evaluate(() => Math.min(360, ...[...document.querySelectorAll('.stack td')]
    .filter((cell) => cell.getClientRects().length).map((cell) => cell.getBoundingClientRect().width)));
  // what is folded is judged too
  await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
  const wideOpen = await page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await page.evaluate(axe);
  const found = await page.evaluate((rules) => axe.run(document, { runOnly: rules }), RULES);
  await page.close();
  return {
    page: basename(file),
    mode,
    violations: found.violations
      // nothing is tapped on paper
      .filter((v) => !(media === 'print' && v.id === 'target-size'))
      .map((v) => ({ id: v.id, nodes: v.nodes.slice(0, 5).map((n) => n.html.slice(0, 200)) })),
    passes: found.passes.length,
    wide: Math.max(wide, wideOpen),
    slim,
    console: console_,
    styled,
  };
}

const seen = [];
for (const file of pages) {
  for (const mode of modes) seen.push(await look(file, mode));
  if (pictures) {
    const page = await browser.newPage();
    await page.goto('file://' + resolve(file));
    await page.pdf({
      path: join(pictures, `${basename(file, '.html')}.pdf`), format: 'A4', preferCSSPageSize: true,
    });
    await page.close();
  }
}
await browser.close();
rmSync(profile, { recursive: true, force: true });
console.log(JSON.stringify(seen));
