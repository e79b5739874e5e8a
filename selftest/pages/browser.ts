import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test';
import axe from 'axe-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser, noBrowser } from './find-browser.js';

export interface PageOptions {
  readonly colorScheme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly javaScriptEnabled?: boolean;
  readonly hash?: string;
}

type OpenedPage = Awaited<ReturnType<typeof openIn>>;
export type OpenPage = (file: string, options?: PageOptions) => Promise<OpenedPage>;

/** Tests with a real Chromium, started once. Without a browser they are skipped; with CI set they fail. */
export function describePages(name: string, tests: (open: OpenPage) => void): void {
  const executablePath = findBrowser();
  if (executablePath === undefined && process.env['CI']) {
    describe(name, () => {
      test('needs a browser', () => {
        throw new Error(noBrowser);
      });
    });
    return;
  }
  describe.skipIf(executablePath === undefined)(name, () => {
    let browser: Browser;
    const contexts: BrowserContext[] = [];
    beforeAll(async () => {
      browser = await launch(executablePath ?? '');
    });
    afterEach(async () => {
      for (const context of contexts.splice(0)) await context.close();
    });
    afterAll(() => browser.close());

    tests(async (file, options = {}) => {
      const context = await browser.newContext({
        colorScheme: options.colorScheme ?? 'light',
        viewport: options.viewport ?? { width: 1280, height: 900 },
        javaScriptEnabled: options.javaScriptEnabled ?? true,
        reducedMotion: 'reduce',
        locale: 'en-GB',
        timezoneId: 'UTC',
      });
      contexts.push(context);
      // A page with all data takes longer than half a minute on a busy machine.
      context.setDefaultTimeout(150_000);
      return openIn(context, file, options.hash ?? '');
    });
  });
}

const launchFlags = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];

function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [...launchFlags, '--disable-component-update', '--disable-sync', '--no-first-run'],
  });
}

/** Opens a page from its file. @returns also what it did although it must not */
async function openIn(context: BrowserContext, file: string, hash: string) {
  const url = pathToFileURL(file).href;
  /** All requests of the page except for its own file. The browser refused them. */
  const requests: string[] = [];
  /** Errors and warnings on the console, and uncaught errors. */
  const complaints: string[] = [];
  const page = await context.newPage();
  const own = (asked: string) => asked.split('#')[0] === url;
  page.on('request', (request) => {
    const asked = request.url();
    if (!own(asked) && !asked.startsWith('data:')) requests.push(asked);
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.route('**/*', (route) => (own(route.request().url()) ? route.continue() : route.abort()));
  await page.goto(url + hash);
  return { page, requests, complaints };
}

/** The findings of axe-core for WCAG 2.2 AA and best practices: a line for each rule and element. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // The policy of the page refuses a script element, so the source is evaluated.
  await page.evaluate(axe.source);
  const found: unknown = await page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(
    ({ violations }) => violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) =>
        id + ': ' + help + ' at ' + target.join(' ') + ' ' + (failureSummary ?? ''))))`);
  if (!Array.isArray(found)) throw new Error('axe-core gave no list of violations.');
  return found.map(String);
}

export async function expectQuiet({ page, requests, complaints }: OpenedPage): Promise<void> {
  expect(await accessibilityProblems(page)).toEqual([]);
  expect([...requests, ...complaints]).toEqual([]);
}

/** Prepares pictures: sticky parts would cover the page, and parts that are drawn late would be blank. */
const wholePage = `
  scrollTo(0, 0);
  for (const element of document.querySelectorAll('*')) {
    if (getComputedStyle(element).contentVisibility === 'auto') element.style.contentVisibility = 'visible';
  }`;

/** Names the folder for pictures of the pages. Without it no pictures are taken: they cost more than the tests. */
const picturesVariable = 'MFA_CONFORMANCE_PICTURES';

/** Puts a picture of the whole page into the folder for pictures. @param name of the file, without `.png` */
export async function screenshot(page: Page, name: string, { fullPage = true } = {}): Promise<void> {
  const folder = process.env[picturesVariable];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  if (fullPage) await page.evaluate(wholePage);
  writeFileSync(join(folder, `${basename(name)}.png`), await page.screenshot({ fullPage }));
}
