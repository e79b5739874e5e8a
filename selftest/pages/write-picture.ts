import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from '@playwright/test';
import { Option } from 'commander';
import { faults } from '../../emulator/faults/index.js';
import { packageRoot } from '../../src/base/package-root.js';
import { judge } from '../detection/matrix.js';
import { expectationOfFault } from '../detection/problems.js';
import { scratchFolder } from '../tool/processes.js';
import { tool, wholeNumber } from '../tool/tool.js';
import { findBrowser, noBrowser } from './find-browser.js';

interface Options {
  readonly out?: string;
  readonly width: number;
  readonly scheme: 'light' | 'dark';
}

const command = tool('picture', 'The first screen of reports. Without a fault: of the run in README.md.')
  .argument('[id...]', 'parts of ids: the faults that have one of them, a report of a run against each')
  .option('--out <folder>', 'where to put FAULT.png (default: docs/report.png, of the first)')
  .option('--width <pixels>', 'of the screen', wholeNumber, 1100)
  .addOption(new Option('--scheme <colours>').choices(['light', 'dark']).default('light'))
  .parse();
const { out, width, scheme } = command.opts<Options>();
const parts = command.args.length > 0 ? command.args : ['login/password-alone'];
const unknown = parts.filter((part) => faults.every(({ id }) => !id.includes(part)));
if (unknown.length > 0) command.error(`error: no fault's id holds ${unknown.join(' or ')}`);
const wanted = faults.filter(({ id }) => parts.some((part) => id.includes(part)));
if (wanted.length > 1 && out === undefined)
  command.error(`error: ${wanted.length} faults want --out <folder>`);

const browserFile = findBrowser();
if (browserFile === undefined) throw new Error(noBrowser);

const folder = scratchFolder('picture');
const subjects = wanted.map((fault) => ({ ...expectationOfFault(fault), name: nameOf(fault.id) }));
await judge(subjects, folder, { jobs: 2, mailTimeoutMs: 2000 });
const args = ['--no-sandbox', '--disable-gpu'];
const browser = await chromium.launch({ executablePath: browserFile, args });
try {
  const page = await browser.newPage({
    viewport: { width, height: 1000 },
    colorScheme: scheme,
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  if (out !== undefined) mkdirSync(out, { recursive: true });
  for (const { name } of subjects) {
    await page.goto(pathToFileURL(join(folder, 'out', name, 'index.html')).href);
    const file = out === undefined ? join(packageRoot(), 'docs', 'report.png') : join(out, `${name}.png`);
    writeFileSync(file, await page.screenshot());
  }
} finally {
  await browser.close();
}

function nameOf(id: string): string {
  return out === undefined ? 'emulator' : id.replaceAll('/', '--');
}
