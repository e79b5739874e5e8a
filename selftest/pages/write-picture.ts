import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from '@playwright/test';
import { packageRoot } from '../../src/package-root.js';
import { judge } from '../detection/matrix.js';
import { findBrowser, noBrowser } from './find-browser.js';

// npm run picture: the report of the run that README.md tells of, as it opens.
const browserFile = findBrowser();
if (browserFile === undefined) throw new Error(noBrowser);

const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-picture-'));
try {
  const subject = { name: 'emulator', faults: ['login/password-alone'], variants: [] };
  await judge([subject], folder, { jobs: 1, mailTimeoutMs: 2000 });
  const browser = await chromium.launch({
    executablePath: browserFile,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage({
      viewport: { width: 1100, height: 1000 },
      locale: 'en-GB',
      timezoneId: 'UTC',
    });
    await page.goto(pathToFileURL(join(folder, 'out', subject.name, 'index.html')).href);
    writeFileSync(join(packageRoot(), 'docs', 'report.png'), await page.screenshot());
  } finally {
    await browser.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
