import type { Verdict } from '../../base/model/verdict.js';

/** After a signal, the command line returns 129, 130 or 143. */
export const exitMeanings = {
  0: 'conforms',
  1: 'does not conform',
  2: 'wrong usage or configuration',
  3: 'inconclusive',
  4: 'the target was not restored to the state it was found in',
} as const;

export function exitMeaning(code: ExitCode, complete: boolean): string {
  return code === 0 && !complete
    ? 'no breach found, but not every MUST was checked: --require-complete makes this 3'
    : exitMeanings[code];
}

export function meaningOf(code: number): string {
  return Object.entries(exitMeanings).find(([each]) => Number(each) === code)?.[1] ?? 'stopped by a signal';
}

export type ExitCode = keyof typeof exitMeanings;

/** If several codes apply, the first in this order counts. */
const order: readonly ExitCode[] = [2, 4, 1, 3, 0];

type Judged = Pick<Verdict, 'gate' | 'restored'> & { readonly gating?: Verdict['gating'] | undefined };

export function exitCode(
  verdicts: readonly Judged[],
  options: { readonly usageError?: boolean; readonly inUse?: boolean } = {},
): ExitCode {
  const codes = verdicts.flatMap(codesOf);
  if (options.usageError === true) codes.push(2);
  // This run did not check the target, because another run uses it.
  if (options.inUse === true) codes.push(3);
  return worstOf(codes);
}

export function worstOf(codes: readonly ExitCode[]): ExitCode {
  return order.find((code) => codes.includes(code)) ?? 3;
}

const codes = { conforms: 0, pass: 0, 'does not conform': 1, fail: 1, inconclusive: 3 } as const;

function codesOf({ gate, gating, restored }: Judged): ExitCode[] {
  const code = codes[gating?.result ?? gate];
  return restored ? [code] : [code, 4];
}
