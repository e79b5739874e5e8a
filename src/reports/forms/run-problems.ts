import type { Outcome, Verdict } from '../../base/model/verdict.js';

export interface RunProblem {
  readonly name: 'gate' | 'given-back';
  readonly type: string;
  readonly message: string;
}

/** Returns problems of the run itself, so that each report is red whenever the exit code is not 0. */
export function runProblems(verdict: Verdict): RunProblem[] {
  const { gating } = verdict;
  const cause = gating === undefined ? verdict.cause : gating.cause;
  const isRed = gating === undefined ? verdict.gate !== 'conforms' : gating.result !== 'pass';
  const problems: RunProblem[] = [];
  if (isRed && cause !== '') problems.push({ name: 'gate', type: verdict.gate, message: cause });
  const message = 'The target was not restored to the state it was found in: run mfa-conformance restore.';
  if (!verdict.restored) problems.push({ name: 'given-back', type: 'not restored', message });
  return problems;
}

export function gates({ level }: Pick<Outcome, 'level'>, { strict }: Verdict): boolean {
  return level === 'must' || (level === 'should' && strict === true);
}

/** Tells whether a failure does not gate because the baseline has it too. */
export function isKnownFailure({ id, outcome }: Pick<Outcome, 'id' | 'outcome'>, { gating }: Verdict) {
  return outcome === 'fail' && gating?.policy === 'new' && gating.knownFailures.includes(id);
}
