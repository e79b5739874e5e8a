import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Verdict } from '../../src/base/model/verdict.js';
import { writeAllureReport } from '../../src/reports/allure/report.js';
import { takeAllureResults } from '../../src/reports/allure/results.js';
import { columnOf } from '../../src/reports/many/column.js';
import { temporaryFolder } from '../cli/suite.js';
import { sample } from '../report/sample.js';
import { describePages, expectQuiet, screenshot } from './browser.js';

const folder = temporaryFolder(afterAll);

const attack =
  '<img src=https://evil.example/x onerror="document.title = 1"><script>document.title = "taken"</script>';

function verdict(startedAt: string): Verdict {
  const base = sample({ startedAt });
  const outcomes = base.outcomes.map((each) =>
    each.id === 'email-otp/answers-204' ? { ...each, outcome: 'waived' as const, reason: attack } : each,
  );
  return { ...base, outcomes };
}

async function night(startedAt: string): Promise<void> {
  const from = join(folder, 'from');
  mkdirSync(from, { recursive: true });
  const judged = verdict(startedAt);
  for (const [at, { id, title }] of judged.outcomes.entries()) {
    const start = Date.parse(startedAt) + at;
    const usual = { epic: 'Area', feature: 'GetMFAConfig', story: 'GET /mfa-config', severity: 'critical' };
    const labels = Object.entries({ tag: id, ...usual }).map(([name, value]) => ({ name, value }));
    const result = {
      ...{ uuid: `${startedAt}-${at}`, historyId: id, testCaseId: id, name: title, fullName: id },
      ...{ status: 'passed', stage: 'finished', start, stop: start + 5 },
      ...{ steps: [], attachments: [], links: [], labels },
      parameters: [{ name: 'Project', value: judged.target.name }],
    };
    writeFileSync(join(from, `${at}-result.json`), JSON.stringify(result));
  }
  const own = join(folder, judged.target.name);
  takeAllureResults(from, judged, own);
  await writeAllureReport([{ target: { ...columnOf(judged).target, report: null }, folder: own }], folder);
}

const history = () => readFileSync(join(folder, 'allure-history.jsonl'), 'utf8').trimEnd().split('\n');

describePages('the Allure report', (open) => {
  beforeAll(async () => {
    await night('2026-11-24T02:00:00.000Z');
    await night('2026-11-25T02:00:00.000Z');
  });

  test('requests nothing, logs no errors and is accessible', async () => {
    const opened = await open(join(folder, 'allure-report', 'index.html'));
    await opened.page.getByText('The secret of totpUri equals totpSecretKey.').first().waitFor();

    await expectQuiet(opened);
    await screenshot(opened.page, 'allure', { fullPage: false });
  });

  test('distinguishes the categories', async () => {
    const { page } = await open(join(folder, 'allure-report', 'index.html'));

    await page.getByTestId('nav-tab-categories').click();

    for (const category of ['contract failure', 'advisory', 'inconclusive', 'waived']) {
      await page.getByText(category, { exact: true }).first().waitFor();
    }
    await screenshot(page, 'allure-categories', { fullPage: false });
  });

  test('shows all text of a target as text', async () => {
    const { page, requests } = await open(join(folder, 'allure-report', 'index.html'));

    await page.getByText('Text of email-otp/answers-204.').first().click();
    await page.getByText('evil.example').first().waitFor();

    expect(await page.title()).not.toMatch(/taken|^1$/);
    expect(requests).toEqual([]);
  });

  test('grows by one night with each run, but not with each report', async () => {
    expect(history()).toHaveLength(2);
    await night('2026-11-25T02:00:00.000Z');
    expect(history()).toHaveLength(2);
  });
});
