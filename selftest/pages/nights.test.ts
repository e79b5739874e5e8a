import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { renderNightsPage } from '../../src/reports/forms/html/nights.js';
import type { Snapshot } from '../../src/reports/history/snapshot.js';
import { temporaryFolder } from '../cli/suite.js';
import { snapshot } from '../history/sample.js';
import { describePages, expectQuiet, screenshot } from './browser.js';

const folder = temporaryFolder(afterAll);

const on = (moment: string, outcomes: Parameters<typeof snapshot>[0], change: Partial<Snapshot> = {}) =>
  snapshot(outcomes, { startedAt: `2026-11-${moment}:00.000Z`, ...change });

const runs = [
  // The runs are not in order, because parallel runs append.
  on('26T02:00', { 'a/one': 'fail', 'a/two': 'pass', 'b/three': 'pass' }, { gate: 'does not conform' }),
  on('24T02:00', { 'a/one': 'pass', 'a/two': 'pass' }),
  on('25T02:00', { 'a/one': 'inconclusive', 'a/two': 'pass', 'b/three': 'waived' }, { complete: false }),
  // A run of the same day with only one requirement does not represent the night.
  on('26T09:00', { 'a/one': 'pass' }),
  on('24T02:00', { 'a/one': 'pass' }, { target: '</td><img src=x onerror="document.title=1">' }),
];

const page = renderNightsPage(runs, 14);
const row = (id: string) => new RegExp(`>${id}</span></th>(.*?)</tr>`, 's').exec(page)?.[1] ?? '';
const texts = (markup: string) =>
  [...markup.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) => cell.replace(/<[^>]*>/g, '').trim());

test('trend --html has a column for each night and a row for each requirement that ever changed', () => {
  expect([...page.matchAll(/datetime="([^"]*)"/g)].map(([, day]) => day)).toEqual([
    '2026-11-24',
    '2026-11-24',
    '2026-11-25',
    '2026-11-26',
  ]);
  expect(texts(row('a/one'))).toEqual(['Passed', 'inconclusive', 'failed']);
  expect(texts(row('b/three'))).toEqual(['–', 'waived', 'Passed']);
  expect(row('a/two')).toBe('');
  expect(page).toMatch(/no breach found.*does not conform/s);
});

test('trend --html shows only the last nights, and names as text', () => {
  expect(renderNightsPage(runs, 1)).not.toContain('datetime="2026-11-25"');
  expect(page).not.toContain('<img');
});

describePages('nights.html', (open) => {
  test.each(['light', 'dark'] as const)('loads nothing and is accessible (%s)', async (colorScheme) => {
    const file = join(folder, 'nights.html');
    writeFileSync(file, page);

    const opened = await open(file, { colorScheme, viewport: { width: 390, height: 900 } });

    await expectQuiet(opened);
    expect(await opened.page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await screenshot(opened.page, `nights-${colorScheme}`);
  });
});
