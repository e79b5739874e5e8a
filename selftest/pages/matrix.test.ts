import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { columnOf } from '../../src/many/column.js';
import { merge } from '../../src/many/merge.js';
import { renderMatrixPage } from '../../src/matrix/page.js';
import type { Verdict } from '../../src/model/verdict.js';
import { verdictOn } from '../many/sample.js';
import { sample } from '../report/sample.js';
import { accessibilityProblems, describePages, screenshot } from './browser.js';

const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-pages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function pageOf(name: string, ...verdicts: readonly Verdict[]): string {
  const columns = verdicts.map((verdict) => ({ file: 'f', column: columnOf(verdict), sha256: '' }));
  const { matrix } = merge({ columns, plans: [], problems: [] }, (target) => `${target}/index.html`);
  const file = join(folder, `${name}.html`);
  writeFileSync(file, renderMatrixPage(matrix));
  return file;
}

const attack =
  '</td></script><script>document.title = "taken"</script><img src=x onerror="document.title = 1">';

describePages('matrix.html', (open) => {
  const file = pageOf('matrix', sample(), verdictOn('lab-8', ['two']), verdictOn('lab-9'));

  test.each(['light', 'dark'] as const)(
    'asks for nothing, complains of nothing and shuts nobody out: %s',
    async (colorScheme) => {
      const { page, requests, complaints } = await open(file, { colorScheme });

      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(
        'does not conform 3 targets, 11 requirements',
      );
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(requests).toEqual([]);
      expect(complaints).toEqual([]);
      await screenshot(page, `matrix-${colorScheme}`);
    },
  );

  test('is filtered by words, level, outcome and target', async () => {
    const { page } = await open(file);
    const rows = page.locator('#m tbody tr[data-o]:visible th');
    const shown = page.getByRole('status');

    await page.getByLabel('Requirement', { exact: true }).fill('totp-key SECRET');
    expect(await rows.count()).toBe(1);
    expect(await shown.textContent()).toBe('1 of 11 requirements, 3 of 3 targets on view');

    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByLabel('Level').selectOption('should');
    expect(await rows.allTextContents()).toEqual([expect.stringMatching(/^http\/utf-8 should/)]);

    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByLabel('Rows with').selectOption('a fail');
    await page.getByLabel('Target or release').fill('lab-8');
    expect(await rows.count()).toBe(3);
    expect(await page.locator('#m thead th:visible a').allTextContents()).toEqual(['lab-8']);
    expect(await page.locator('#m tbody:visible').count()).toBe(3);
  });

  test('is used by keyboard alone, and leads from a cell to its reason', async () => {
    const { page } = await open(file);

    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Go to the matrix');
    await page.getByLabel('Requirement', { exact: true }).focus();
    await page.keyboard.type('area/two');
    await page.locator('#m td a:visible').first().focus();
    await page.keyboard.press('Enter');

    expect(await page.locator(':target h3').textContent()).toBe('area/two must');
    expect(await page.locator(':target').textContent()).toContain('two is wrong');
  });

  test('tells all without its script', async () => {
    const { page } = await open(file, { javaScriptEnabled: false });

    expect(await page.locator('form').isVisible()).toBe(false);
    expect(await page.locator('#m tbody tr[data-o]').count()).toBe(11);
    expect(await page.getByText('No plan (planned-1-of-1.json').isVisible()).toBe(true);
  });

  test('takes nothing that a target says for markup', async () => {
    const verdict = verdictOn('evil', ['one']);
    const outcomes = verdict.outcomes.map((each) => ({
      ...each,
      title: attack,
      source: attack,
      reason: each.outcome === 'fail' ? attack : '',
    }));

    const { page, requests, complaints } = await open(pageOf('hostile', { ...verdict, outcomes }));

    expect(await page.title()).toBe('does not conform: 1 target, 3 requirements');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('pre').first().textContent()).toBe(attack);
    expect([...requests, ...complaints]).toEqual([]);
  });
});
