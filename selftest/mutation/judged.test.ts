import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { temporaryFolder } from '../cli/suite.js';
import { fits, type Judgement, judgementFor, readJudged, stale } from './judged.js';
import { instrument, type Mutant } from './mutants.js';

const mutant: Mutant = {
  id: '17',
  file: 'emulator/codes.ts',
  within: 'attempt',
  mutator: 'EqualityOperator',
  line: 'if (record.lockedUntil > now) {',
  original: 'record.lockedUntil > now',
  replacement: 'record.lockedUntil >= now',
  lineNumber: 20,
};
const because = 'so it is';
const judgement = (is: Judgement['is'], ...mutants: Judgement['mutants']) => ({ is, because, mutants });

test('fits: matches a mutant by its texts in any place', () => {
  const { id: _id, lineNumber: _at, ...pattern } = mutant;

  expect(fits(pattern, { ...mutant, id: '18', lineNumber: 99 })).toBe(true);
});

test.each([
  ['file', 'emulator/state.ts'],
  ['within', 'useTotpCode'],
  ['mutator', 'Regex'],
  ['line', 'if (record.lockedUntil > now) return;'],
  ['original', 'record.lockedUntil'],
  ['replacement', 'true'],
])('fits: matches no mutant with another %s', (part, value) => {
  expect(fits({ file: mutant.file, [part]: value }, mutant)).toBe(false);
});

test('fits: matches anything by *, and other characters exactly', () => {
  expect(fits({ file: 'emulator/*', original: 'record.*> now' }, mutant)).toBe(true);
  expect(fits({ file: 'emulator/*', original: 'record?.*> now' }, mutant)).toBe(false);
  expect(fits({ file: 'emulator.codes.ts' }, mutant)).toBe(false);
});

test('judgementFor gives the first that fits', () => {
  const other = judgement('hole', { file: 'emulator/state.ts' });
  const first = judgement('freedom', { file: 'emulator/state.ts' }, { file: mutant.file });
  const second = judgement('equivalent', { file: mutant.file });

  expect(judgementFor(mutant, [other, first, second], true)).toBe(first);
  expect(judgementFor(mutant, [other], true)).toBeUndefined();
});

test('judgementFor does not count a reached mutant as unreached', () => {
  const unreached = judgement('unreached', { file: mutant.file });

  expect(judgementFor(mutant, [unreached], false)).toBe(unreached);
  expect(judgementFor(mutant, [unreached], true)).toBeUndefined();
});

const folder = temporaryFolder(afterAll);
const read = (content: string): Judgement[] => {
  const file = join(folder, 'judged.yaml');
  writeFileSync(file, content);
  return readJudged(file);
};

test('readJudged reads the judgements', () => {
  expect(
    read('- is: freedom\n  because: so it is\n  mutants: [{ file: a.ts, original: "10 * 2" }]\n'),
  ).toEqual([judgement('freedom', { file: 'a.ts', original: '10 * 2' })]);
});

test.each([
  '{}',
  '[{ is: fine, because: x, mutants: [{ file: a.ts }] }]',
  '[{ is: hole, mutants: [{ file: a.ts }] }]',
  '[{ is: hole, because: x, mutants: [] }]',
  '[{ is: hole, because: x, mutants: [{ original: x }] }]',
  '[{ is: hole, because: x, mutants: [{ file: a.ts, lineNumber: 3 }] }]',
  '[{ is: hole, because: x, mutants: [{ file: a.ts, line: 3 }] }]',
  '[{ is: hole, because: x, why: y, mutants: [{ file: a.ts }] }]',
])('readJudged refuses %j', (content) => {
  expect(() => read(content)).toThrow('must list judgements: is (freedom, equivalent, unreached, hole)');
});

test('every judgement matches a mutant', async () => {
  const { mutants } = await instrument();
  const gone = { file: 'emulator/gone.ts' };

  expect(mutants.length).toBeGreaterThan(1000);
  expect(stale([...readJudged(), judgement('hole', gone)], mutants)).toEqual([gone]);
});
