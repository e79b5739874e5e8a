import type { Verdict } from '../../base/model/verdict.js';

/** What each exit code of `run` means; 130 and 143 after a signal are the command line's own. */
export const exitMeanings = {
  0: 'conforms',
  1: 'does not conform',
  2: 'wrong usage or configuration',
  3: 'inconclusive',
  4: 'the target was not restored to the state it was found in',
} as const;

/** The same of verdicts: a success that did not check every MUST requirement says so. */
export function exitMeaning(code: ExitCode, complete: boolean): string {
  return code === 0 && !complete
    ? 'no breach found; --require-complete ends such a run with 3'
    : exitMeanings[code];
}

/** Of a code that may be a signal's. */
export function meaningOf(code: number): string {
  return Object.entries(exitMeanings).find(([each]) => Number(each) === code)?.[1] ?? 'stopped by a signal';
}

export type ExitCode = keyof typeof exitMeanings;

/** Of several that hold, the first in this order. */
const order: readonly ExitCode[] = [2, 4, 1, 3, 0];

type Judged = Pick<Verdict, 'gate' | 'restored'> & { readonly gating?: Verdict['gating'] | undefined };

/** The exit code for the verdicts of all targets of a run. No verdict at all is not a success: 3. */
export function exitCode(
  verdicts: readonly Judged[],
  options: { readonly usageError?: boolean; readonly inUse?: boolean } = {},
): ExitCode {
  const codes = verdicts.flatMap(codesOf);
  if (options.usageError === true) codes.push(2);
  // A target that another run uses was not checked.
  if (options.inUse === true) codes.push(3);
  return worstOf(codes);
}

/** The one that counts of several. None at all is not a success: 3. */
export function worstOf(codes: readonly ExitCode[]): ExitCode {
  return order.find((code) => codes.includes(code)) ?? 3;
}

function codesOf({ gate, gating, restored }: Judged): ExitCode[] {
  const byGate = { conforms: 0, 'does not conform': 1, inconclusive: 3 } as const;
  const byGating = { pass: 0, fail: 1, inconclusive: 3 } as const;
  const code = gating === undefined ? byGate[gate] : byGating[gating.result];
  return restored ? [code] : [code, 4];
}
