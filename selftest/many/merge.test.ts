import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../src/base/model/verdict.js';
import { matrixJson } from '../../src/reports/matrix/write.js';
import { temporaryFolder } from '../cli/suite.js';
import { concerned } from '../waivers/sample.js';
import { leave, mergeOf, plan, verdictOn } from './sample.js';

const split = { a: 1, b: 2, c: 1, d: 2 };

function bothShards() {
  const folder = temporaryFolder();
  const first = plan(leave(join(folder, 's1'), verdictOn('a'), verdictOn('c')), 1, 2, split);
  const second = plan(leave(join(folder, 's2'), verdictOn('b'), verdictOn('d')), 2, 2, split);
  return { folder, first, second };
}

const shardOne = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 1]));

const whole = (targets: string, ...verdicts: readonly Verdict[]) =>
  plan(leave(temporaryFolder(), ...verdicts), 1, 1, shardOne([...targets]));

const kinds = (merged: ReturnType<typeof mergeOf>) => merged.matrix.problems.map(({ kind }) => kind);
const texts = (merged: ReturnType<typeof mergeOf>) =>
  merged.matrix.problems.map(({ text }) => text).join('\n');

describe('a merge', () => {
  test('of all shards conforms if each target does', () => {
    const { first, second } = bothShards();

    const { matrix } = mergeOf(first, second);

    expect(matrix).toMatchObject({
      gate: 'conforms',
      exitCode: 0,
      planned: { shards: 2, targets: 4 },
      problems: [],
      notes: [],
      missing: [],
    });
    expect(matrix.targets.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
    expect(matrix.requirements.map(({ id }) => id)).toEqual(['area/one', 'area/two', 'area/three']);
  });

  test('is the same for any order and depth of the folders', () => {
    const { folder, first, second } = bothShards();

    const all = [mergeOf(first, second), mergeOf(second, first), mergeOf(folder)];

    expect(new Set(all.map(({ matrix }) => matrixJson(matrix))).size).toBe(1);
  });

  test('of two shards equals a run on one machine, except for the number of shards', () => {
    const { folder, first, second } = bothShards();
    const whole = join(folder, 'whole');
    leave(whole, verdictOn('d'), verdictOn('a'), verdictOn('c'), verdictOn('b'));
    plan(whole, 1, 1, shardOne(['a', 'b', 'c', 'd']));

    const planned = { shards: 2, targets: 4 };
    expect(mergeOf(first, second).matrix).toEqual({ ...mergeOf(whole).matrix, planned });
  });

  test('uses the worst verdict in the order of exit codes', () => {
    const { folder, first, second } = bothShards();
    expect(mergeOf(first, second).matrix.exitCode).toBe(0);

    leave(first, verdictOn('a', [], { interrupted: 'stopped by SIGINT' }));
    expect(mergeOf(first, second).matrix).toMatchObject({ gate: 'inconclusive', exitCode: 3 });

    leave(first, verdictOn('c', ['two']));
    expect(mergeOf(first, second).matrix).toMatchObject({ gate: 'does not conform', exitCode: 1 });

    leave(second, verdictOn('d', [], { restored: false }));
    expect(mergeOf(folder).matrix).toMatchObject({ gate: 'does not conform', exitCode: 4 });
  });

  test('uses the gate of a run for its exit code and names the verdict of the target', () => {
    const { folder, first } = bothShards();
    const gateBy = { policy: 'none' } as const;
    leave(first, verdictOn('a', ['one'], { gateBy }), verdictOn('c', [], { interrupted: 'stopped', gateBy }));

    expect(mergeOf(folder).matrix).toMatchObject({ gate: 'does not conform', exitCode: 0 });
    expect(mergeOf(first).matrix).toMatchObject({ gate: 'does not conform', exitCode: 3 });
  });

  test('gives reason, owner and end of each waiver', () => {
    const folder = whole('a', verdictOn('a', ['one'], { waivers: [concerned({ reason: 'known' })] }));
    const reason = 'until 2026-12-31 (Ana, https://issues.example/7): known\none is wrong';

    expect(mergeOf(folder).matrix.requirements[0]?.reasons).toEqual([
      { outcome: 'waived', reason, targets: ['a'] },
    ]);
  });

  test('lists failures, and groups targets with the same reason', () => {
    const { folder, first } = bothShards();
    leave(first, verdictOn('a', ['two']), verdictOn('c', ['two', 'three']));

    const [one, two] = mergeOf(folder).matrix.requirements;

    expect(one?.reasons).toEqual([]);
    expect(two?.outcomes).toEqual({ a: 'fail', b: 'pass', c: 'fail', d: 'pass' });
    expect(two?.reasons).toEqual([{ outcome: 'fail', reason: 'two is wrong', targets: ['a', 'c'] }]);
  });
});

describe('an incomplete merge is inconclusive and names the missing parts', () => {
  test('a shard', () => {
    const { first } = bothShards();

    const merged = mergeOf(first);

    expect(merged.matrix).toMatchObject({ gate: 'inconclusive', exitCode: 3 });
    expect(texts(merged)).toContain('Shard 2 of 2 is missing (b, d).');
    expect(merged.matrix.missing).toEqual([
      { name: 'b', why: 'shard 2 of 2 is not there' },
      { name: 'd', why: 'shard 2 of 2 is not there' },
    ]);
  });

  test('a shard without a target', () => {
    const folder = temporaryFolder();
    plan(leave(folder, verdictOn('a')), 1, 2, { a: 1 });

    expect(texts(mergeOf(folder))).toBe('Shard 2 of 2 is missing (no target).');
    plan(folder, 2, 2, { a: 1 });
    expect(mergeOf(folder).matrix.exitCode).toBe(0);
  });

  test('a target of a shard that is there', () => {
    const merged = mergeOf(whole('ab', verdictOn('a')));

    expect(merged.matrix.exitCode).toBe(3);
    expect(texts(merged)).toBe('b is missing: it was planned, but has no readable verdict.');
  });

  test('the plans themselves', () => {
    const merged = mergeOf(leave(temporaryFolder(), verdictOn('a')));

    expect(merged.matrix).toMatchObject({ gate: 'inconclusive', planned: null });
    expect(kinds(merged)).toEqual(['missing plan']);
  });

  test('a folder that was named', () => {
    const { folder, first, second } = bothShards();

    const merged = mergeOf(first, second, join(folder, 's3'));

    expect(merged.matrix.exitCode).toBe(3);
    expect(texts(merged)).toContain('s3 is not a folder, or missing.');
    expect(merged.matrix.targets).toHaveLength(4);
  });

  test('a verdict of this run, if there is one of an earlier run', () => {
    const merged = mergeOf(whole('a', verdictOn('a', [], { startedAt: '2026-11-24T23:59:59.000Z' })));

    expect(merged.matrix).toMatchObject({ gate: 'inconclusive', targets: [] });
    expect(texts(merged)).toBe(
      'a is missing: its only verdict, from 2026-11-24T23:59:59.000Z, is of an earlier run.',
    );
  });

  test('a shard of the same run, if there is one of another run', () => {
    const { folder, first, second } = bothShards();
    plan(first, 1, 2, split, 'GITHUB_RUN_ID=2');
    plan(second, 2, 2, split, 'GITHUB_RUN_ID=1');

    const merged = mergeOf(folder);

    expect(kinds(merged)).toEqual(['mixed runs']);
    expect(merged.matrix.gate).toBe('inconclusive');
  });

  test('a failure decides even if parts are missing', () => {
    const { first } = bothShards();
    leave(first, verdictOn('a', ['one']));

    expect(mergeOf(first).matrix).toMatchObject({ gate: 'does not conform', exitCode: 1 });
  });
});

describe('a broken file is named, and the rest is merged', () => {
  const good = JSON.stringify(verdictOn('b'));
  test.each([
    ['cut short', good.slice(0, 400), /verdict\.json is not a valid verdict:\s+no JSON/],
    ['with counts that are wrong', good.replace('"pass":3', '"pass":2'), /is 2, but the outcomes count 3/],
    ['of a name that leads elsewhere', good.replace('"name":"b"', '"name":"../b"'), /name is invalid/],
  ])('%s', (_, text, says) => {
    const folder = whole('ab', verdictOn('a'), verdictOn('b'));
    writeFileSync(join(folder, 'b', 'verdict.json'), text);

    const merged = mergeOf(folder);

    expect(merged.matrix.targets.map(({ name }) => name)).toEqual(['a']);
    expect(merged.matrix.gate).toBe('inconclusive');
    expect(kinds(merged)).toEqual(['broken verdict', 'missing target']);
    expect(texts(merged)).toMatch(says);
    expect(texts(merged)).toContain(join(folder, 'b', 'verdict.json'));
  });

  test('a plan', () => {
    const folder = whole('a', verdictOn('a'));
    writeFileSync(join(folder, 'planned-2-of-2.json'), '{"schemaVersion":1}');

    const merged = mergeOf(folder);

    expect(kinds(merged)).toEqual(['broken plan']);
    expect(merged.matrix.exitCode).toBe(3);
  });
});

describe('the same target twice', () => {
  test('with the same verdict is reported', () => {
    const { folder, first, second } = bothShards();
    leave(second, verdictOn('a'));

    const { matrix } = mergeOf(first, second);

    expect(matrix.gate).toBe('conforms');
    expect(matrix.notes).toEqual([
      `a occurs 2 times with the same content: ${join(folder, 's1', 'a', 'verdict.json')}, ${join(folder, 's2', 'a', 'verdict.json')}.`,
    ]);
  });

  test('with different verdicts is inconclusive at best, and the worst is shown', () => {
    const { first, second } = bothShards();
    leave(second, verdictOn('a', [], { seed: 2 }));
    expect(mergeOf(first, second).matrix).toMatchObject({ gate: 'inconclusive' });

    leave(second, verdictOn('a', ['one'], { startedAt: '2026-11-25T00:00:30.000Z' }));
    const merged = mergeOf(first, second);

    expect(kinds(merged)).toEqual(['target twice']);
    expect(merged.matrix.targets[0]).toMatchObject({ name: 'a', gate: 'does not conform' });
  });

  test('by two ways to one file counts once', () => {
    const { folder, first, second } = bothShards();
    mkdirSync(join(folder, 'links'));
    symlinkSync(join(first, 'a', 'verdict.json'), join(folder, 'links', 'verdict.json'));

    expect(mergeOf(first, second, first, folder).matrix).toMatchObject({ gate: 'conforms', notes: [] });
  });
});

test('runs apart from each other are merged, each by its own plan', () => {
  const folder = temporaryFolder();
  plan(leave(join(folder, 'x'), verdictOn('a')), 1, 1, { a: 1 });
  plan(leave(join(folder, 'y'), verdictOn('b')), 1, 1, { b: 1 });
  expect(mergeOf(folder).matrix).toMatchObject({ gate: 'conforms', planned: { shards: 2, targets: 2 } });

  leave(join(folder, 'y'), verdictOn('z'));

  expect(mergeOf(folder).matrix.notes).toEqual(['z is not in any plan; it counts anyway.']);
});

test('many reasons for one requirement are cut, and all targets listed', () => {
  const folder = temporaryFolder();
  const names = Array.from({ length: 20 }, (_, n) => `t${String(n).padStart(2, '0')}`);
  for (const name of names) {
    const verdict = verdictOn(name, ['one']);
    const outcomes = verdict.outcomes.map((each) =>
      each.outcome === 'fail' ? { ...each, reason: `${name} ${'long '.repeat(2_000_00)}` } : each,
    );
    leave(folder, { ...verdict, outcomes });
  }
  plan(folder, 1, 1, shardOne(names));

  const [row] = mergeOf(folder).matrix.requirements;

  expect(row?.reasons.flatMap(({ targets }) => targets)).toEqual(names);
  expect(row?.reasons).toHaveLength(9);
  expect(row?.reasons[0]?.reason).toMatch(/^t00 long .{300,500}more characters were cut\)$/);
});
