import { expect, test } from 'vitest';
import { readTarget } from '../../src/input/target-file/read.js';
import { wavesOf } from '../../src/reports/many/waves.js';
import { temporaryFolder, writeTarget } from '../cli/suite.js';

function waves(...targets: readonly (readonly [url: string, listen?: string])[]): string[][] {
  const folder = temporaryFolder();
  const runs = targets.map(([baseUrl, listen], at) => {
    const name = `t${at}`;
    const mail = listen === undefined ? {} : { mail: { kind: 'smtp', listen } };
    const content = { name, baseUrl, accounts: { admin: { apiKey: 'k'.repeat(20) } }, ...mail };
    return { target: readTarget(writeTarget(folder, content, `${name}.yaml`), {}) };
  });
  return wavesOf(runs).map((wave) => wave.map(({ target }) => target.name));
}

test('targets go side by side', () => {
  expect(waves(['https://a/v2'], ['https://b/v2'], ['https://a/v3'])).toEqual([['t0', 't1', 't2']]);
});

test('two with one base URL, in any spelling, go one after the other', () => {
  expect(waves(['https://a/v2'], ['https://b/v2'], ['https://A:443/v2/'])).toEqual([['t0', 't1'], ['t2']]);
});

test('two that listen for mail on one port go one after the other', () => {
  const all = waves(
    ['https://a/v2', '0.0.0.0:2525'],
    ['https://b/v2', '127.0.0.1:2525'],
    ['https://c/v2', '127.0.0.1:2526'],
    ['https://d/v2', '127.0.0.2:2525'],
    ['https://e/v2', '[::]:2525'],
  );

  expect(all).toEqual([['t0', 't2'], ['t1', 't3'], ['t4']]);
});

test('there is none without targets', () => {
  expect(wavesOf([])).toEqual([]);
});
