import { expect, test } from 'vitest';
import type { Gate } from '../../src/base/model/verdict.js';
import { type ExitCode, exitCode, exitMeanings } from '../../src/verdict/derive/exit-code.js';

const good = { gate: 'conforms', restored: true } as const;
const bad = { gate: 'does not conform', restored: true } as const;
const open = { gate: 'inconclusive', restored: true } as const;
const left = { restored: false } as const;

interface Row {
  readonly of: readonly { readonly gate: Gate; readonly restored: boolean }[];
  readonly usageError?: boolean;
  readonly code: ExitCode;
}

const rows: readonly Row[] = [
  { of: [], code: 3 },
  { of: [], usageError: true, code: 2 },
  { of: [good], code: 0 },
  { of: [good], usageError: false, code: 0 },
  { of: [bad], code: 1 },
  { of: [open], code: 3 },
  { of: [{ ...good, ...left }], code: 4 },
  { of: [{ ...bad, ...left }], code: 4 },
  { of: [{ ...open, ...left }], code: 4 },
  { of: [good, open], code: 3 },
  { of: [open, bad, good], code: 1 },
  { of: [bad, good, { ...good, ...left }], code: 4 },
  { of: [bad, { ...good, ...left }], usageError: true, code: 2 },
];

test.each(rows)('$of, usage error $usageError: $code', ({ of, usageError, code }) => {
  expect(exitCode(of, usageError === undefined ? {} : { usageError })).toBe(code);
});

test('each code has its meaning in words', () => {
  expect(Object.keys(exitMeanings)).toEqual(['0', '1', '2', '3', '4']);
});
