import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunResults } from '../../src/base/model/results.js';
import type { Verdict } from '../../src/base/model/verdict.js';
import {
  addToJobSummary,
  annotations,
  commandsStopped,
  isGitHubActions,
} from '../../src/reports/forms/github.js';
import { temporaryFolder } from '../target/files.js';
import { derived, planned, raw, runOf } from '../verdict/sample.js';
import { concerned } from '../waivers/sample.js';
import { hostileTexts, hostileVerdict } from './hostile.js';

const told = (...verdicts: readonly Verdict[]) => annotations(verdicts).split('\n').slice(0, -1);
const linesOf = (change: Partial<RunResults>) => told(derived(change));
const failing = [raw('area/one', { kind: 'fail', reason: 'expected: 100%\nactual: b' })];
const baseline = { file: 'b', verdict: derived({ raw: failing }) };
const strict = runOf('pass, should fail', { options: { strict: true, requireComplete: false } });
const gate = /title=lab-7%3A does not conform::1 should requirement failed/;
const nothing = /title=lab-7%3A inconclusive::No must requirement was checked/;
const undecided = { raw: [raw('area/one', { kind: 'inconclusive' })] };

describe('annotations', () => {
  test.each<[string, Partial<RunResults>, ...RegExp[]]>([
    [
      'a failed must, escaped',
      { raw: failing },
      /^::error file=spec\/releases\/7\.1\.2_u3\.yaml,line=27,title=lab-7%3A area\/one failed::Text of area\/one\.%0Aexpected: 100%25%0Aactual: b$/,
    ],
    [
      'failures outside requirements first',
      { raw: failing, interrupted: 'SIGINT', restored: false },
      /^::error title=lab-7%3A does not conform::The run was cut short: SIGINT\.$/,
      /^::error title=lab-7%3A not restored::/,
      /area\/one failed/,
    ],
    ['a failed should with --strict', strict, gate, /title=lab-7%3A area\/two failed::Text of area\/two\./],
    ['an undecided must', undecided, nothing, /^::error title=lab-7%3A area\/one is inconclusive::/],
    ['nothing for a good run', {}],
    ['nothing for a failed should', runOf('pass, should fail')],
    ['nothing for a waived failure', { raw: failing, waivers: [concerned()] }],
    ['nothing with --gate none', { raw: failing, gateBy: { policy: 'none' } }],
    ['nothing for a known failure', { raw: failing, gateBy: { policy: 'new', baseline } }],
  ])('%s', (_is, change, ...lines) => {
    expect(linesOf(change)).toEqual(lines.map((line) => expect.stringMatching(line)));
  });

  test('ten for all targets, and the number of the others', () => {
    const ids = Array.from({ length: 8 }, (_, n) => `area/n${n}`);
    const verdict = (name: string) =>
      derived({
        target: { name, baseUrl: 'https://h/v2', tlsInsecure: false },
        planned: ids.map((id) => planned(id)),
        raw: ids.map((id) => raw(id, { kind: 'fail' })),
      });
    const lines = told(verdict('a'), verdict('b'));

    expect(lines.filter((line) => line.startsWith('::error'))).toHaveLength(10);
    expect(lines.at(-1)).toMatch(/^::notice title=mfa-conformance%3A a%2C b::6 more failed/);
  });

  test.each(hostileTexts)('%j stays within its command', (hostile) => {
    const lines = told(hostileVerdict(hostile));

    // One line is for the failed must, one for the undecided.
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^::error file=[^:,]+,line=\d+,title=[^:,]+::/);
    for (const char of ['\r', '\u001b', '\u202e']) expect(lines[0]).not.toContain(char);
  });

  test('a long message is cut', () => {
    const long = raw('area/one', { kind: 'fail', reason: 'x'.repeat(10_000_000) });

    expect(linesOf({ raw: [long] })[0]?.length).toBeLessThan(1200);
  });
});

test('an unguessable token stops foreign commands', () => {
  const [one, two] = [commandsStopped(), commandsStopped()];
  const token = /^::stop-commands::([0-9a-f-]{36})\n$/.exec(one.before)?.[1];

  expect(one.after).toBe(`::${token}::\n`);
  expect(two.before).not.toBe(one.before);
});

describe('the summary of the job', () => {
  function summaryWith(text: string) {
    const file = join(temporaryFolder(), 'summary.md');
    writeFileSync(file, text);
    const add = (more: string) => addToJobSummary(more, { GITHUB_STEP_SUMMARY: file });
    return { add, read: () => readFileSync(file, 'utf8') };
  }

  test('is added to', () => {
    const { add, read } = summaryWith('of another step\n');

    expect([add('# one'), add('# two')]).toEqual([undefined, undefined]);
    expect(read()).toBe('of another step\n# one\n# two\n');
  });

  test('is left as it is when there is no room', () => {
    const { add, read } = summaryWith('x'.repeat(990_000));

    expect(add('y'.repeat(60_000))).toMatch(/is full/);
    expect(read()).toHaveLength(990_000);
  });

  test("that can't be written is reported", () => {
    const env = { GITHUB_STEP_SUMMARY: join(temporaryFolder(), 'no', 's.md') };

    expect(addToJobSummary('x', env)).toMatch(/can't be written/);
  });

  test('is not written outside GitHub Actions', () => {
    expect(addToJobSummary('x', {})).toBeUndefined();
    expect(isGitHubActions({})).toBe(false);
    expect(isGitHubActions({ GITHUB_ACTIONS: 'true' })).toBe(true);
  });
});
