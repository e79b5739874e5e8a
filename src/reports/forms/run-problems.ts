import type { Outcome, Verdict } from '../../base/model/verdict.js';

/** What makes a run red without any requirement showing it. */
export interface RunProblem {
  readonly name: 'gate' | 'given-back';
  /** In a word or two. */
  readonly type: string;
  readonly message: string;
}

/**
 * Who reads nothing but a report for machines must not see green where the exit code is not 0: a run cut short, a
 * stale waiver, a target not restored.
 */
export function runProblems(verdict: Verdict): RunProblem[] {
  const { gating } = verdict;
  const cause = gating === undefined ? verdict.cause : gating.cause;
  const isRed = gating === undefined ? verdict.gate !== 'conforms' : gating.result !== 'pass';
  return [
    ...(isRed && cause !== '' ? [{ name: 'gate' as const, type: verdict.gate, message: cause }] : []),
    ...(verdict.restored
      ? []
      : [
          {
            name: 'given-back' as const,
            type: 'not restored',
            message: 'The target was not restored to the state it was found in: run mfa-conformance restore.',
          },
        ]),
  ];
}

/** Whether the gate looks at an outcome: at a must, and with --strict at a should; a fact is never judged. */
export function gates({ level }: Pick<Outcome, 'level'>, { strict }: Verdict): boolean {
  return level === 'must' || (level === 'should' && strict === true);
}

/** Whether an outcome is a failure that the baseline has, too, and that therefore does not count. */
export function isKnownFailure(
  { id, outcome }: Pick<Outcome, 'id' | 'outcome'>,
  { gating }: Verdict,
): boolean {
  return outcome === 'fail' && gating?.policy === 'new' && gating.knownFailures.includes(id);
}
