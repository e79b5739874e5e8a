import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parsePlanned, plannedNow, writePlanned } from '../../src/reports/many/planned.js';
import { temporaryFolder } from '../cli/suite.js';

const split = new Map(Object.entries({ b: 2, a: 1 }));

test('a plan is read as it was written', () => {
  const folder = temporaryFolder();
  const planned = plannedNow({ index: 2, count: 2 }, split, { GITHUB_RUN_ID: '77' });
  writePlanned(planned, join(folder, 'new', 'out'));

  const file = join(folder, 'new', 'out', 'planned-2-of-2.json');
  expect(parsePlanned(readFileSync(file, 'utf8'), file)).toEqual(planned);
  expect(planned.run).toBe('GITHUB_RUN_ID=77');
  expect(planned.targets.map(({ name, shard }) => `${name} ${shard}`)).toEqual(['a 1', 'b 2']);
});

test("the suite's own variable for the run comes before those of CI systems", () => {
  const run = (env: NodeJS.ProcessEnv) => plannedNow({ index: 1, count: 1 }, split, env).run;

  expect(run({ GITHUB_RUN_ID: '1', MFA_CONFORMANCE_RUN: 'nightly' })).toBe('MFA_CONFORMANCE_RUN=nightly');
  expect(run({ CI_PIPELINE_ID: '5' })).toBe('CI_PIPELINE_ID=5');
  expect(run({ GITHUB_RUN_ID: '' })).toBeNull();
});

test('plans of another split are removed, those of other shards are kept', () => {
  const folder = temporaryFolder();
  const files = (...names: readonly string[]) => names.map((name) => `planned-${name}.json`);
  for (const file of files('1-of-1', '1-of-4', '3-of-4', 'x')) writeFileSync(join(folder, file), '{}');

  writePlanned(plannedNow({ index: 2, count: 4 }, split, {}), folder);

  expect(readdirSync(folder).sort()).toEqual(files('1-of-4', '2-of-4', '3-of-4', 'x'));
});
