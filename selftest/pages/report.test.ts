import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { afterAll, expect, test } from 'vitest';
import type { Verdict } from '../../src/base/model/verdict.js';
import { loadContract } from '../../src/contract/openapi/load.js';
import type { HtmlExtras } from '../../src/reports/forms/html/render.js';
import { writeReports } from '../../src/reports/forms/write.js';
import { temporaryFolder } from '../cli/suite.js';
import { extras, hostile, mixedVerdict } from '../report/html/sample.js';
import { sample } from '../report/sample.js';
import { exchange, planned, raw } from '../verdict/sample.js';
import { accessibilityProblems, describePages, screenshot } from './browser.js';

const folder = temporaryFolder(afterAll);

function written(name: string, verdict: Verdict, more: HtmlExtras = {}): string {
  writeReports(verdict, join(folder, name), more);
  return join(folder, name, 'index.html');
}

const whole = mixedVerdict(await loadContract('7.1.2_u3'));
const mixed = written('mixed', whole, extras);
const small = written('small', sample({ coverage: whole.coverage, restored: false }), extras);
const count = whole.outcomes.length;
const failed = 'totp-key/secret-matches-uri';

const shown = (page: Page) => page.locator('#shown').textContent();
const shownIds = (page: Page) =>
  page.locator('details.req:visible').evaluateAll((rows) => rows.map(({ id }) => id));
const requirement = (page: Page, id: string) => page.locator(`details[id="${id}"]`);

describePages('the HTML report', (open) => {
  test.each(['light', 'dark'] as const)(
    'is complete, loads nothing and logs no errors (%s)',
    async (colorScheme) => {
      const { page, requests, complaints } = await open(mixed, { colorScheme });

      expect(await page.title()).toContain('lab-7: does not conform');
      expect((await page.getByRole('heading', { level: 1 }).textContent())?.trim()).toBe('Does not conform');
      for (const landmark of ['banner', 'main', 'contentinfo', 'navigation', 'search'] as const) {
        expect([landmark, await page.getByRole(landmark).count()]).toEqual([landmark, 1]);
      }
      await screenshot(page, `report-${colorScheme}`);
      expect([...requests, ...complaints]).toEqual([]);
    },
  );

  // A small page has every kind of element: checking a whole report takes long.
  test.each(['light', 'dark'] as const)('is accessible, also when opened (%s)', async (colorScheme) => {
    const { page } = await open(small, { colorScheme });
    expect(await accessibilityProblems(page)).toEqual([]);

    await page.getByRole('button', { name: 'Open all' }).click();
    for (const summary of await page.locator('.exchanges summary').all()) await summary.click();
    await page.getByRole('checkbox', { name: 'Failed' }).check();
    await page.getByRole('checkbox', { name: 'Failed' }).uncheck();

    expect(await accessibilityProblems(page)).toEqual([]);
    await screenshot(page, `report-${colorScheme}-open`);
  });

  test.each([
    [1280, 900],
    [390, 844],
  ])('shows the failures on the first screen (%i px)', async (width, height) => {
    const { page } = await open(mixed, { viewport: { width, height } });

    const first = page.locator('article.wrong').first();
    expect(await first.locator('h3').textContent()).toContain('JSON bodies are UTF-8.');
    const heading = page.getByRole('heading', { level: 1 });
    for (const part of [heading, first.locator('h3'), first.locator('pre').first()]) {
      const box = await part.boundingBox();
      expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThan(height);
    }
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await screenshot(page, `report-first-${width}-${scheme}`, { fullPage: false });
    }
  });

  test('shows expected, actual, requests and command of a failure', async () => {
    const { page } = await open(mixed);
    const row = requirement(page, failed);

    const name = 'The totpSecretKey and totpUri of a key hold the same secret where both are returned.';
    await page.locator('article.wrong').getByRole('link', { name }).click();

    await row.locator('.actual pre').waitFor();
    expect(await row.locator('.expected pre').textContent()).toBe('the secret of the URI');
    expect(await row.locator('.actual pre').textContent()).toBe('another one');
    expect(await row.locator('.command pre').textContent()).toMatch(/^curl -i -X POST /);
    await row.locator('.exchanges summary').last().click();
    expect(await row.locator('.exchanges pre').last().innerText()).toContain('oops');
    // The sticky tools are above the row and don't cover it.
    const tools = await page.locator('.tools').boundingBox();
    const summary = await row.locator('summary').first().boundingBox();
    expect(summary?.y ?? 0).toBeGreaterThanOrEqual((tools?.y ?? 0) + (tools?.height ?? 0));
  });

  test('searches ids, texts and reasons as one types', async () => {
    const { page } = await open(mixed);
    expect(await shown(page)).toBe(`All ${count} shown`);

    await page.getByRole('searchbox', { name: 'Search' }).pressSequentially('MAIL 60 s');

    expect(await shownIds(page)).toEqual(['email-otp/answers-204']);
    expect(await shown(page)).toBe(`1 of ${count} shown`);
    expect(await page.locator('.area:visible').count()).toBe(1);
    await page.getByRole('searchbox').fill('nowhere-to-be-found');
    expect(await page.getByText('No requirement fits').isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Reset' }).click();
    expect(await shown(page)).toBe(`All ${count} shown`);
  });

  test('filters by outcome, level and operation, and keeps that in the address', async () => {
    const { page } = await open(mixed);

    await page.getByRole('checkbox', { name: 'Failed' }).check();
    expect(await shownIds(page)).toEqual(['http/utf-8', failed, 'totp-key/uri-has-issuer']);
    await page.getByRole('combobox', { name: 'Operation' }).selectOption('CreateTotpKey');
    // A requirement without operations is about all operations.
    expect(await shownIds(page)).toContain('http/utf-8');
    await page.getByRole('combobox', { name: 'Level' }).selectOption('should');
    expect(await shownIds(page)).toEqual(['totp-key/uri-has-issuer']);

    expect(new URL(page.url()).hash).toBe('#level=should&operation=CreateTotpKey&outcome=fail');
    await page.reload();
    expect(await shownIds(page)).toEqual(['totp-key/uri-has-issuer']);
    expect(await page.getByRole('checkbox', { name: 'Failed' }).isChecked()).toBe(true);
  });

  test('a count leads to its requirements', async () => {
    const { page } = await open(mixed);

    await page.getByRole('link', { name: /Not run/ }).click();

    await expect.poll(() => shownIds(page)).toEqual(['access/viewer-cannot-update-mfa-config']);
  });

  test('an address leads to a requirement, even if a filter hides it; an invalid one is ignored', async () => {
    const { page } = await open(mixed, { hash: `#${failed}` });
    expect(await requirement(page, failed).getAttribute('open')).not.toBeNull();

    await page.getByRole('checkbox', { name: 'Passed' }).check();
    expect(await requirement(page, failed).isVisible()).toBe(false);
    await page.evaluate(`location.hash = '#${failed}'`);
    await requirement(page, failed).waitFor({ state: 'visible' });

    const odd = await open(mixed, { hash: '#outcome=nonsense&level=%FF&operation=%3Cscript%3E&q=%E0%A4' });
    expect(odd.complaints).toEqual([]);
    expect((await open(mixed, { hash: '#%E0%A4%A' })).complaints).toEqual([]);
  });

  test('works by keyboard alone', async () => {
    const { page } = await open(mixed);

    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Skip to the requirements');
    expect((await page.locator(':focus').boundingBox())?.y).toBeGreaterThanOrEqual(0);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').getAttribute('name')).toBe('q');
    await page.keyboard.type('secret-matches-uri');
    for (let n = 0; n < 3; n += 1) await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    expect(await page.locator(':focus').isChecked()).toBe(true);
    expect(await shownIds(page)).toEqual([failed]);
    await page.locator('#expand').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await requirement(page, failed).getAttribute('open')).not.toBeNull();
    // The page creates this button when a requirement is opened.
    await requirement(page, failed).getByRole('button', { name: 'Copy the command' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Copy');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  });

  test('copies the command', async () => {
    const { page } = await open(mixed, { hash: `#${failed}` });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);

    await requirement(page, failed).getByRole('button', { name: 'Copy the command' }).click();

    await requirement(page, failed).getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      'curl -i -X POST "$BASE_URL"/totp-key -H "apiKey: $API_KEY"',
    );
  });

  test('can be read without its script', async () => {
    const { page } = await open(mixed, { javaScriptEnabled: false });

    expect(await page.locator('.tools').isVisible()).toBe(false);
    expect(await page.locator('details.req:visible').count()).toBe(count);
    await requirement(page, failed).locator('summary').first().click();
    expect(await requirement(page, failed).locator('.actual pre').isVisible()).toBe(true);
  });

  test('prints everything but the controls, on white', async () => {
    const { page } = await open(mixed, { colorScheme: 'dark' });

    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });

    expect(await page.locator('.tools').isVisible()).toBe(false);
    expect(await page.getByRole('navigation').isVisible()).toBe(false);
    expect(await requirement(page, failed).locator('.actual pre').isVisible()).toBe(true);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    await screenshot(page, 'report-print');
  });

  test('fits a narrow window', async () => {
    const { page } = await open(mixed, { viewport: { width: 360, height: 740 }, hash: '#outcome=fail' });
    await page.getByRole('button', { name: 'Open all' }).click();

    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await screenshot(page, 'report-narrow');
  });

  test('runs no script but its own', async () => {
    const { page } = await open(mixed);
    const refused: string[] = [];
    page.on('requestfailed', (request) => refused.push(request.failure()?.errorText ?? ''));

    await page.evaluate(`
      document.body.insertAdjacentHTML('beforeend',
        '<img src="https://evil.example/i"><img src="x" onerror="window.hacked = 1"><a id="x" onclick="window.hacked = 1">');
      document.getElementById('x').click();
      const script = document.createElement('script');
      script.textContent = 'window.hacked = 1';
      document.body.append(script);
    `);

    expect(await page.evaluate('window.hacked')).toBeUndefined();
    // The page's policy refuses the request before it leaves the browser.
    expect(refused.sort()).toEqual(['csp', 'csp']);
  });

  test('shows harmful texts of a target', async () => {
    const all = Object.values(hostile).join('\n');
    const sent = { ...exchange(), error: all, response: { status: 200, headers: { a: all }, body: all } };
    const reason = `${all}\n${'long '.repeat(2_000_000)}`;
    const verdict = sample({
      target: { name: all, baseUrl: 'https://h/', tlsInsecure: true },
      planned: [planned('area/one', { title: all, source: all, operations: [all] })],
      raw: [raw('area/one', { kind: 'fail', reason, reproduce: all, exchanges: [sent] })],
      facts: { [all]: all },
      residue: [all],
    });
    const changes = { since: all, broke: [all], mended: [], facts: [], other: [] };
    const file = written('hostile', verdict, { changes });
    const { page, requests, complaints } = await open(file, { hash: '#area/one' });
    await page.locator('.exchanges summary').click();

    expect(await page.locator('script, img, iframe, object, embed').count()).toBe(1);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.locator('.body > pre').first().innerText()).toContain(hostile.script);
    const cut = await page.locator('.body > pre .cut').innerText();
    expect(cut).toMatch(/^… 9,99\d,\d{3} more characters were cut$/);
    expect(await page.locator('.body').innerText()).toContain('\\u202e txt.exe');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1280);
    expect([...requests, ...complaints]).toEqual([]);
    await screenshot(page, 'report-hostile');
  });

  test('finds one among two thousand requirements', async () => {
    const ids = Array.from({ length: 2000 }, (_, index) => `area-${index % 20}/requirement-${index}`);
    const all = { planned: ids.map((id) => planned(id)), raw: ids.map((id) => raw(id, { kind: 'fail' })) };
    const { page } = await open(written('large', sample(all)));

    await page.getByRole('searchbox').fill('requirement-1234');

    expect(await shown(page)).toBe('1 of 2000 shown');
    expect(await page.locator('.area:visible').count()).toBe(1);
  });
});
