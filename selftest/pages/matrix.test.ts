import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Verdict } from '../../src/base/model/verdict.js';
import { columnOf } from '../../src/reports/many/column.js';
import { merge } from '../../src/reports/many/merge.js';
import { renderMatrixPage } from '../../src/reports/matrix/page.js';
import { temporaryFolder } from '../cli/suite.js';
import { verdictOn } from '../many/sample.js';
import { sample } from '../report/sample.js';
import { describePages, expectQuiet, screenshot } from './browser.js';

const folder = temporaryFolder(afterAll);

function pageOf(name: string, ...verdicts: readonly Verdict[]): string {
  const columns = verdicts.map((verdict) => columnOf(verdict, 'f'));
  const { matrix } = merge({ columns, plans: [], problems: [] }, (target) => `${target}/index.html`);
  const file = join(folder, `${name}.html`);
  writeFileSync(file, renderMatrixPage(matrix));
  return file;
}

const attack =
  '</td></script><script>document.title = "taken"</script><img src=x onerror="document.title = 1">';

describePages('matrix.html', (open) => {
  const file = pageOf('matrix', sample(), verdictOn('lab-8', ['two']), verdictOn('lab-9'));

  test.each(['light', 'dark'] as const)('loads nothing and is accessible (%s)', async (colorScheme) => {
    const opened = await open(file, { colorScheme });

    const heading = await opened.page.getByRole('heading', { level: 1 }).textContent();
    expect(heading?.trim()).toBe('Does not conform');
    await expectQuiet(opened);
    await screenshot(opened.page, `matrix-${colorScheme}`);
  });

  test.each([1280, 390])('shows areas by targets on the first screen (%i px)', async (width) => {
    const { page } = await open(file, { viewport: { width, height: 900 } });

    const area = page.getByRole('region', { name: 'Areas by targets' });
    expect(((await area.boundingBox())?.y ?? Infinity) < 600).toBe(true);
    const cell = (hasText: string) => area.locator('tr', { hasText }).locator('td').first().textContent();
    expect(await cell('TOTP key')).toContain('1 failed');
    expect(await cell('Verdict')).toContain('does not conform');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await screenshot(page, `matrix-first-${width}`, { fullPage: false });
  });

  test('works by keyboard alone, and leads from a cell to its reason', async () => {
    const { page } = await open(file);

    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the matrix');
    await page.locator('tr[data-id="area/two"] td a').first().focus();
    await page.keyboard.press('Enter');

    expect(await page.locator(':target h3').textContent()).toBe('area/two must');
    expect(await page.locator(':target').textContent()).toContain('two is wrong');
  });

  test('shows everything without its script', async () => {
    const { page } = await open(file, { javaScriptEnabled: false });

    expect(await page.locator('tr[data-id]').count()).toBeGreaterThan(3);
    expect(await page.getByText('The plan (planned-1-of-1.json').isVisible()).toBe(true);
  });

  test('shows all text of a target as text', async () => {
    const verdict = verdictOn('evil', ['one']);
    const outcomes = verdict.outcomes.map((each) => {
      const reason = each.outcome === 'fail' ? attack : '';
      return { ...each, title: attack, source: attack, reason };
    });

    const { page, requests, complaints } = await open(pageOf('hostile', { ...verdict, outcomes }));

    expect(await page.title()).toBe('does not conform: 1 target, 3 requirements');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('pre').first().textContent()).toBe(attack);
    expect([...requests, ...complaints]).toEqual([]);
  });
});
