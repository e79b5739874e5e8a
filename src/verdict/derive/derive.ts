import { defined } from '../../base/defined.js';
import { groupBy } from '../../base/group.js';
import type { PlannedRequirement, RawKind, RawOutcome, RunResults } from '../../base/model/results.js';
import type { Outcome, OutcomeKind, Selection, Verdict } from '../../base/model/verdict.js';
import { shareFound } from '../../contract/order/order.js';
import { hasTrouble, troubleText, waived, waiverUses } from '../waivers/apply.js';
import { causesOf } from './causes.js';
import { completenessOf, wasChecked } from './completeness.js';
import { decideGate, type GateInput } from './gate.js';
import { decideGating, lostAgainst } from './gating.js';
import { judged, withinCount } from './measured.js';
import { warningsOf } from './warnings.js';

/** If a requirement has several outcomes, the first in this order counts. */
export const worstFirst: readonly RawKind[] = ['fail', 'inconclusive', 'not run', 'not applicable', 'pass'];

const cutShort = 'the run was cut short';
const noReason = 'no reason was given';

export function deriveVerdict(results: RunResults): Verdict {
  const { selection, gateBy, release, target, options, interrupted, unusable, planned } = results;
  const rawById = groupBy(results.raw, ({ id }) => id);
  const outcomes = planned
    .map((each) => outcomeOf(each, rawById.get(each.id) ?? [], results))
    .map((outcome) => waived(outcome, results.waivers ?? []));
  const waivers = results.waivers && waiverUses(results.waivers, outcomes);
  const plannedIds = new Set(planned.map(({ id }) => id));
  const isOpen = ({ notRun, notApplicable }: PlannedRequirement) =>
    notRun === undefined && notApplicable === undefined;
  const baseline = gateBy?.baseline?.verdict;
  const lost = baseline === undefined ? [] : lostAgainst(baseline, { outcomes, release }, options.strict);
  const input: GateInput = {
    ...defined({ outcomes, options, interrupted, unusable }),
    leftOut: selection?.leftOut ?? 0,
    missing: planned.filter((each) => isOpen(each) && !rawById.has(each.id)).length,
    waiverTroubles:
      options.waiverProblems === 'warn' ? [] : (waivers ?? []).filter(hasTrouble).map(troubleText),
    unplanned: [...rawById.keys()].filter((id) => !plannedIds.has(id)),
    lost,
  };
  const counts = completenessOf(defined({ outcomes, selection }));
  const { contract, statement, mode, seed, startedAt, durationMs, lanes } = results;
  const { restored, residue, facts, waits, retries, coverage } = results;
  const suite = { name: 'mfa-conformance', version: results.suiteVersion } as const;
  return defined({
    ...{ schemaVersion: 1 as const, suite, target, release, contract, statement },
    ...{ mode, seed, startedAt, durationMs },
    lanes: lanes > 1 ? lanes : undefined,
    ...decideGate(input),
    strict: options.strict ? (true as const) : undefined,
    gating: gateBy && decideGating(gateBy, { outcomes, release, target }, input, lost),
    scope: counts.complete ? ('full' as const) : ('partial' as const),
    ...counts,
    selection: selection && withShare(selection, outcomes),
    ...{ restored, residue, summary: summarise(outcomes), outcomes, causes: causesOf(outcomes), waivers },
    ...{ facts, warnings: warningsOf(results), waits, retries, coverage },
  });
}

/** Adds the share of known faults that the checked requirements find. */
function withShare(selection: Selection, outcomes: readonly Outcome[]): Selection {
  if (selection.within === undefined) return selection;
  const ids = (isWanted: (kind: OutcomeKind) => boolean) =>
    new Set(outcomes.flatMap(({ id, outcome }) => (isWanted(outcome) ? [id] : [])));
  const ruledOut = ids((kind) => kind === 'not applicable');
  const knownFaults = shareFound(ids(wasChecked), ruledOut);
  return { ...selection, knownFaults: Math.floor(knownFaults * 100) / 100 };
}

export function summarise(outcomes: readonly Outcome[]): Verdict['summary'] {
  const count = (kind: OutcomeKind) => outcomes.filter(({ outcome }) => outcome === kind).length;
  const failShould = outcomes.filter(({ outcome, level }) => outcome === 'fail' && level === 'should').length;
  return {
    planned: outcomes.length,
    pass: count('pass'),
    fail: count('fail') - failShould,
    failShould,
    notRun: count('not run'),
    notApplicable: count('not applicable'),
    waived: count('waived'),
    inconclusive: count('inconclusive'),
  };
}

function outcomeOf(planned: PlannedRequirement, found: readonly RawOutcome[], results: RunResults): Outcome {
  const { id, level, claimed, title, source, operations } = planned;
  const raws = found.map((raw) => withinCount(planned.count, judged(level, raw), results.facts));
  const requirement = defined({ id, level, claimed, title, source, operations });
  const kind = worstFirst.find((each) => raws.some((raw) => raw.kind === each));
  if (kind === undefined) {
    const decided = withoutRaw(planned, results);
    return { ...requirement, ...decided, reproduce: '', exchanges: [], durationMs: 0 };
  }
  const decisive = raws
    .filter((raw) => raw.kind !== 'pass')
    .sort((a, b) => worstFirst.indexOf(a.kind) - worstFirst.indexOf(b.kind));
  const checks = decisive.flatMap((raw) => raw.checks ?? []);
  const blame = decisive.find((raw) => raw.kind === kind)?.blame;
  const reasons = new Set(decisive.map(({ reason }) => reason.trim()).filter((reason) => reason !== ''));
  return {
    ...requirement,
    outcome: kind,
    reason: kind === 'pass' ? '' : [...reasons].join('\n') || noReason,
    reproduce: decisive.find(({ reproduce }) => reproduce !== '')?.reproduce ?? '',
    exchanges: decisive.flatMap(({ exchanges }) => exchanges),
    ...(checks.length > 0 && { checks }),
    ...(kind === 'inconclusive' && blame && { blame }),
    durationMs: raws.reduce((sum, { durationMs }) => sum + durationMs, 0),
  };
}

function withoutRaw(
  { notApplicable, notRun }: PlannedRequirement,
  { unusable, interrupted }: RunResults,
): Pick<Outcome, 'outcome' | 'reason'> {
  if (notApplicable !== undefined) return { outcome: 'not applicable', reason: notApplicable || noReason };
  if (notRun !== undefined) return { outcome: 'not run', reason: notRun || noReason };
  return { outcome: 'inconclusive', reason: unusable || `did not run: ${interrupted || cutShort}` };
}
