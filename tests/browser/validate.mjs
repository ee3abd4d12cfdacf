// Checks pages with html-validate: node validate.mjs PAGE.html…
// By its library: its command needs a newer Node than Debian's.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../formats/package.json', import.meta.url));
const { HtmlValidate, StaticConfigLoader } = require('html-validate');
const config = JSON.parse(readFileSync(new URL('htmlvalidate.json', import.meta.url), 'utf8'));
const validator = new HtmlValidate(new StaticConfigLoader(config));
let faults = 0;
for (const page of process.argv.slice(2)) {
  const report = validator.validateStringSync(readFileSync(page, 'utf8'), page);
  for (const message of report.results.flatMap((result) => result.messages)) {
    console.log(`${page}:${message.line}:${message.column}: ${message.ruleId}: ${message.message}`);
    faults += 1;
  }
}
process.exit(faults ? 1 : 0);
