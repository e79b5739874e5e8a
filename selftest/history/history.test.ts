import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../src/base/model/verdict.js';
import { packageRoot } from '../../src/base/package-root.js';
import { changesBetween } from '../../src/reports/history/changes.js';
import { lineOf } from '../../src/reports/history/entry.js';
import { appendToHistory, readHistory } from '../../src/reports/history/history.js';
import { type Compared, snapshotOf } from '../../src/reports/history/snapshot.js';
import { sample } from '../report/sample.js';
import { messageOf, temporaryFolder } from '../target/files.js';

function historyOf(...verdicts: readonly Verdict[]): string {
  const file = join(temporaryFolder(), 'reports', 'history.jsonl');
  for (const verdict of verdicts) appendToHistory(file, verdict);
  return file;
}

test('a line of the history holds all compared members of a run', () => {
  const file = historyOf(sample());
  const { runs, unread } = readHistory(file);
  const [run] = runs;

  expect(unread).toBe(0);
  expect(run).toMatchObject({ target: 'lab-7', gate: 'does not conform', facts: sample().facts });
  const digestOf = ({ outcome, digest }: Compared) =>
    ['fail', 'inconclusive'].includes(outcome) ? digest : '';
  const compared = [...snapshotOf(sample()).outcomes].map(
    ([id, of]) => [id, { outcome: of.outcome, digest: digestOf(of) }] as const,
  );
  expect(run?.outcomes).toEqual(new Map(compared));
  expect(run === undefined ? undefined : changesBetween(run, snapshotOf(sample()))).toEqual([]);
});

test('a line of the history is short, and holds no reason and no exchange', () => {
  const file = historyOf(sample());
  const text = readFileSync(file, 'utf8');

  expect(text.split('\n')).toHaveLength(2);
  expect(text).not.toMatch(/curl|another one|exchanges/);
  expect(Object.keys(JSON.parse(text)).join(' ')).toBe(
    'v at durationMs target release suite mode gate complete cause counts outcomes told facts',
  );
});

test('a line of the history leaves out a fact that is a listing, and shows no character that a terminal obeys', () => {
  const file = historyOf(sample({ facts: { long: 'x'.repeat(10_000), odd: '\u001b\u202e' } }));

  for (const part of ['\u001b', '\u202e', 'x'.repeat(100)])
    expect(readFileSync(file, 'utf8')).not.toContain(part);
  expect(readHistory(file).runs[0]?.facts).toEqual({ odd: '\u001b\u202e' });
});

const good = JSON.stringify(lineOf(sample()));

test.each([
  ['cut off', good.slice(0, -40)],
  ['another version', good.replace('"v":1', '"v":2')],
  ['no object', '[]'],
  ['no time', good.replace(/"at":"[^"]*"/, '"at":"yesterday"')],
  ['an unknown gate', good.replace('"gate":"does not conform"', '"gate":"red"')],
  ['an unknown outcome', good.replace('"not run"', '"skipped"')],
  ['no facts', good.replace(/"facts":.*\}$/, '"facts":1}')],
  ['odd outcomes', good.replace(/"told":\[/, '"told":[7,')],
])('an unreadable line is left out and counted: %s', (_is, line) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'h.jsonl'), `${good}\n${line}\n\n${good}\n`);

  expect(line).not.toBe(good);
  expect(readHistory(join(folder, 'h.jsonl'))).toMatchObject({ unread: 1, runs: [{}, {}] });
});

describe('the file', () => {
  test('a cut last line is not glued to the next run', () => {
    const file = historyOf(sample());
    appendFileSync(file, '{"v":1,"at":"2026');
    appendToHistory(file, sample());

    expect(readHistory(file)).toMatchObject({ unread: 1, runs: [{}, {}] });
  });

  test('can be read for one target and its last runs only', () => {
    const names = ['a "b"', 'lab-7', 'a "b"', 'a "b"', 'lab'];
    const file = historyOf(
      ...names.map((name, seed) =>
        sample({ target: { name, baseUrl: 'https://h/v2', tlsInsecure: false }, facts: { seed } }),
      ),
    );
    const { runs } = readHistory(file, { target: 'a "b"', last: 2 });

    expect(runs.map(({ target, facts }) => `${target} ${facts['seed']}`)).toEqual(['a "b" 2', 'a "b" 3']);
    expect(readHistory(file, { target: 'lab' }).runs).toHaveLength(1);
  });

  test('several processes may add at once', async () => {
    const file = historyOf();
    mkdirSync(join(file, '..'));
    const [writers, each] = [3, 150];
    const module = pathToFileURL(join(packageRoot(), 'dist', 'src', 'reports', 'history', 'history.js')).href;
    const facts = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`f${n}`, 'y'.repeat(1500)]));
    const script = `import { once } from 'node:events';
      import { appendToHistory } from ${JSON.stringify(module)};
      process.send('ready');
      const [verdict] = await once(process, 'message');
      for (let n = 0; n < ${each}; n++) appendToHistory(${JSON.stringify(file)}, verdict);
      process.disconnect();`;
    const children = Array.from({ length: writers }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      }),
    );
    const ended = children.map((child) => once(child, 'exit'));
    await Promise.all(children.map((child) => once(child, 'message')));
    for (const child of children) child.send(sample({ facts }));

    expect((await Promise.all(ended)).map(([code]) => code)).toEqual(Array(writers).fill(0));
    expect(readHistory(file).unread).toBe(0);
    expect(readHistory(file).runs).toHaveLength(writers * each);
  });

  test('is reported if it is missing, unreadable or not writable', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');

    expect(messageOf(() => readHistory(join(folder, 'none.jsonl')))).toMatch(/no such history/);
    expect(messageOf(() => appendToHistory(join(folder, 'file', 'h.jsonl'), sample()))).toMatch(
      /^The history can't be written to /,
    );
    expect(messageOf(() => readHistory(folder))).toMatch(/can't be read/);
  });
});
