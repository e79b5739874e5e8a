import type { BaselineVerdict, GateBy } from '../../base/model/results.js';
import type { BaselineName, GatePolicy, Gating, Outcome, Verdict } from '../../base/model/verdict.js';
import { decideGate, type GateInput } from './gate.js';

type Compared = Pick<Verdict, 'outcomes' | 'release' | 'target'>;

/** Returns the ids that passed in the baseline but were not run now: they may fail by now. */
export function lostAgainst(
  baseline: BaselineVerdict,
  now: Pick<Verdict, 'outcomes' | 'release'>,
  strict: boolean,
): string[] {
  const before = kindsOf(baseline.outcomes);
  return now.outcomes
    .filter(({ id, level }) => (level === 'must' || strict) && before.get(id) === 'pass')
    .filter(({ outcome }) =>
      // On another release, the requirement may rightly not apply.
      outcome === 'not applicable' ? baseline.release === now.release : outcome === 'not run',
    )
    .map(({ id }) => id);
}

export function decideGating(by: GateBy, verdict: Compared, input: GateInput, lost: readonly string[]) {
  const failed = verdict.outcomes.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);
  const before = kindsOf(by.baseline?.verdict.outcomes ?? []);
  const known = failed.filter((id) => before.get(id) === 'fail' || before.get(id) === 'waived');
  const { result, cause } = resultOf(by.policy, input, new Set(known));
  return {
    policy: by.policy,
    result,
    cause,
    ...(by.baseline && { baseline: nameOf(by.baseline) }),
    newFailures: failed.filter((id) => !known.includes(id)),
    knownFailures: known,
    lost,
    notes: by.baseline ? notesOn(by.baseline.verdict, verdict) : [],
  };
}

function resultOf(
  policy: GatePolicy,
  input: GateInput,
  known: ReadonlySet<string>,
): Pick<Gating, 'result' | 'cause'> {
  if (policy === 'none') return { result: 'pass', cause: '' };
  // A known failure counts as checked, as a waived one does.
  const excused = (outcome: Outcome): Outcome =>
    policy === 'new' && known.has(outcome.id) && outcome.outcome === 'fail'
      ? { ...outcome, outcome: 'waived' }
      : outcome;
  const { gate, cause } = decideGate({ ...input, outcomes: input.outcomes.map(excused) });
  const results = { conforms: 'pass', 'does not conform': 'fail', inconclusive: 'inconclusive' } as const;
  return { result: results[gate], cause };
}

function nameOf({ file, verdict }: NonNullable<GateBy['baseline']>): BaselineName {
  const { target, release, startedAt, suite } = verdict;
  return { file, target: target.name, release, startedAt, suiteVersion: suite.version };
}

export function notesOn(
  baseline: BaselineVerdict,
  now: { readonly release: string; readonly target: { readonly name: string } },
): string[] {
  const { pass, fail, failShould, waived } = baseline.summary;
  const checked = pass + fail + failShould + waived;
  const why = baseline.cause === '' ? '' : `: ${baseline.cause.replace(/\.$/, '')}`;
  const [was, is] = [baseline.target.name, now.target.name];
  const notes: readonly (readonly [applies: boolean, text: string])[] = [
    [was !== is, `is of another target: ${was}, not ${is}`],
    [baseline.release !== now.release, `is of another release: ${baseline.release}, not ${now.release}`],
    [checked === 0, 'checked nothing: every failure is new against it'],
    [baseline.gate === 'inconclusive' && checked > 0, `is itself inconclusive${why}`],
  ];
  return notes.flatMap(([applies, text]) => (applies ? [`the baseline ${text}`] : []));
}

function kindsOf(outcomes: BaselineVerdict['outcomes']): Map<string, Outcome['outcome']> {
  return new Map(outcomes.map(({ id, outcome }) => [id, outcome]));
}
