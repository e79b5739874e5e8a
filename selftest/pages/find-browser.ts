import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';

const chrome = ['google-chrome', 'google-chrome-stable', 'chrome.exe', 'msedge.exe'];
const names = ['chromium', 'chromium-browser', ...chrome];

export const noBrowser =
  'There is no Chromium on this machine: the tests of the pages need one. Install the package chromium of the ' +
  'system, or run `npx playwright install chromium`, or name a Chromium in CHROMIUM_PATH.';

/** The path of Chromium: the system's or Playwright's own; undefined without one. CHROMIUM_PATH overrides both. */
export function findBrowser(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  if (named !== undefined && named !== '') return isProgram(named) ? named : undefined;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [
    ...folders.flatMap((folder) => names.map((name) => join(folder, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    chromium.executablePath(),
  ];
  return candidates.find(isProgram);
}

function isProgram(file: string): boolean {
  if (file === '' || !existsSync(file)) return false;
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
