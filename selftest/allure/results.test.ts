import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Outcome, Verdict } from '../../src/base/model/verdict.js';
import { properties, takeAllureResults } from '../../src/reports/allure/results.js';
import { temporaryFolder } from '../cli/suite.js';
import { verdictOn } from '../many/sample.js';
import { exchange } from '../verdict/sample.js';

function verdictOf(change: Partial<Outcome>): Verdict {
  const verdict = verdictOn('lab');
  const [outcome] = verdict.outcomes;
  if (outcome === undefined) throw new Error('no outcome');
  return { ...verdict, outcomes: [{ ...outcome, reason: 'so it is', ...change }] };
}

function resultOf(project: string, more: object = {}): object {
  return {
    status: 'passed',
    labels: [{ name: 'tag', value: 'area/one' }],
    parameters: [{ name: 'Project', value: project }],
    attachments: [],
    ...more,
  };
}

function written(folder: string, name: string, content: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}-result.json`), JSON.stringify(content));
}

function taken(verdict: Verdict): unknown {
  const folder = temporaryFolder();
  written(join(folder, 'from'), 'x', resultOf('lab'));
  takeAllureResults(join(folder, 'from'), verdict, join(folder, 'lab'));
  return JSON.parse(readFileSync(join(folder, 'lab', 'allure-results', 'x-result.json'), 'utf8'));
}

test.each([
  [{ outcome: 'fail', level: 'must' }, 'failed', 'contract failure'],
  [{ outcome: 'fail', level: 'should' }, 'failed', 'advisory'],
  [{ outcome: 'inconclusive' }, 'broken', 'inconclusive'],
  [{ outcome: 'waived' }, 'skipped', 'waived'],
] as const)('a result has the outcome of the verdict: %j', (change, status, category) => {
  expect(taken(verdictOf(change))).toMatchObject({
    status,
    statusDetails: { message: `${category}: so it is` },
    labels: [{ name: 'tag' }, { name: 'category', value: category }],
  });
});

test.each([
  [{ outcome: 'pass', reason: '' }, 'passed', {}],
  [{ outcome: 'not run' }, 'skipped', { message: 'not run: so it is' }],
] as const)('a result that passed or was not run has no category: %j', (change, status, statusDetails) => {
  expect(taken(verdictOf(change))).toMatchObject({ status, statusDetails, labels: [{ name: 'tag' }] });
});

test('the exchanges of the verdict are attached', () => {
  const result = taken(verdictOf({ outcome: 'fail', level: 'must', exchanges: [exchange()] }));

  expect(result).toMatchObject({ attachments: [{ name: 'exchanges', source: 'x-exchanges.json' }] });
});

test('each target gets its own results and attachments, and earlier ones are removed', () => {
  const folder = temporaryFolder();
  const from = join(folder, 'from');
  const attachment = (name: string, source: string) => ({ name, source, type: 'text/plain' });
  written(from, 'a', resultOf('lab', { steps: [{ attachments: [attachment('evidence', 'e.json')] }] }));
  written(from, 'b', resultOf('other', { attachments: [attachment('evidence', 'f.json')] }));
  const attachments = [attachment('stdout', 'o.txt'), attachment('x', '../near.txt')];
  written(from, 'c', resultOf('lab', { attachments }));
  for (const name of ['e.json', 'f.json', 'o.txt']) writeFileSync(join(from, name), name);
  writeFileSync(join(folder, 'near.txt'), '');
  writeFileSync(join(from, 'd-result.json'), '{"labels":');
  written(join(folder, 'lab', 'allure-results'), 'old', resultOf('lab'));

  takeAllureResults(from, verdictOn('lab'), join(folder, 'lab'));

  expect(readdirSync(join(folder, 'lab', 'allure-results')).sort()).toEqual([
    'a-result.json',
    'c-result.json',
    'categories.json',
    'e.json',
    'environment.properties',
  ]);
  expect(existsSync(join(folder, 'lab', 'near.txt'))).toBe(false);
});

test('a target that could not be tried has no results', () => {
  const folder = temporaryFolder();
  written(join(folder, 'lab', 'allure-results'), 'old', resultOf('lab'));

  takeAllureResults(join(folder, 'from'), verdictOn('lab'), join(folder, 'lab'));

  expect(existsSync(join(folder, 'lab', 'allure-results'))).toBe(false);
});

test('the environment is written so that Java reads it back', () => {
  expect(properties({ 'Base URL': 'http://[::1]:8080/v2', ü: 'a=b\nc\\d' })).toBe(
    'Base\\ URL=http\\://[\\:\\:1]\\:8080/v2\n\\u00fc=a\\=b\\u000ac\\\\d\n',
  );
});
