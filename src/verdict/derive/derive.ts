import type { PlannedRequirement, RawKind, RawOutcome, RunResults } from '../../base/model/results.js';
import type { Outcome, OutcomeKind, Selection, Verdict } from '../../base/model/verdict.js';
import { shareFound } from '../../contract/order/order.js';
import { hasTrouble, troubleText, waived, waiverUses } from '../waivers/apply.js';
import { causesOf } from './causes.js';
import { completenessOf, wasChecked } from './completeness.js';
import { decideGate, type GateInput } from './gate.js';
import { decideGating, lostAgainst } from './gating.js';
import { groupBy } from './group.js';
import { judged, withinCount } from './measured.js';
import { warningsOf } from './warnings.js';

/** If a requirement has several outcomes, the first in this order counts. */
export const worstFirst: readonly RawKind[] = ['fail', 'inconclusive', 'not run', 'not applicable', 'pass'];

const cutShort = 'the run was cut short';
const noReason = 'no reason was given';

/** Derives the verdict from a run's results alone. Outcomes keep the order of the plan. */
export function deriveVerdict(results: RunResults): Verdict {
  const { selection, gateBy, release } = results;
  const rawById = groupBy(results.raw, ({ id }) => id);
  const outcomes = results.planned
    .map((planned) => outcomeOf(planned, rawById.get(planned.id) ?? [], results))
    .map((outcome) => waived(outcome, results.waivers ?? []));
  const waivers = results.waivers === undefined ? undefined : waiverUses(results.waivers, outcomes);
  const plannedIds = new Set(results.planned.map(({ id }) => id));
  const lost =
    gateBy?.baseline === undefined
      ? []
      : lostAgainst(gateBy.baseline.verdict, { outcomes, release }, results.options.strict);
  const input: GateInput = {
    outcomes,
    options: results.options,
    ...(results.interrupted === undefined ? {} : { interrupted: results.interrupted }),
    ...(results.unusable === undefined ? {} : { unusable: results.unusable }),
    leftOut: selection?.leftOut ?? 0,
    missing: results.planned.filter((planned) => isUndecided(planned) && !rawById.has(planned.id)).length,
    waiverTroubles:
      results.options.waiverProblems === 'warn' ? [] : (waivers ?? []).filter(hasTrouble).map(troubleText),
    unplanned: [...rawById.keys()].filter((id) => !plannedIds.has(id)),
    lost,
  };
  const { gate, cause } = decideGate(input);
  const counts = completenessOf({ outcomes, ...(selection === undefined ? {} : { selection }) });
  const gating =
    gateBy === undefined
      ? undefined
      : decideGating(gateBy, { outcomes, release, target: results.target }, input, lost);
  return {
    schemaVersion: 1,
    suite: { name: 'mfa-conformance', version: results.suiteVersion },
    target: results.target,
    release: results.release,
    contract: results.contract,
    ...(results.statement === undefined ? {} : { statement: results.statement }),
    mode: results.mode,
    seed: results.seed,
    startedAt: results.startedAt,
    durationMs: results.durationMs,
    ...(results.lanes > 1 ? { lanes: results.lanes } : {}),
    gate,
    cause,
    ...(results.options.strict ? { strict: true as const } : {}),
    ...(gating === undefined ? {} : { gating }),
    scope: counts.complete ? 'full' : 'partial',
    ...counts,
    ...(selection === undefined ? {} : { selection: withShare(selection, outcomes) }),
    restored: results.restored,
    residue: results.residue,
    summary: summarise(outcomes),
    outcomes,
    causes: causesOf(outcomes),
    ...(waivers === undefined ? {} : { waivers }),
    facts: results.facts,
    warnings: warningsOf(results),
    waits: results.waits,
    retries: results.retries,
    coverage: results.coverage,
  };
}

/** Adds the share of known faults that the checked requirements find, for runs with --within. */
function withShare(selection: Selection, outcomes: readonly Outcome[]): Selection {
  if (selection.within === undefined) return selection;
  const ids = (isWanted: (kind: OutcomeKind) => boolean) =>
    new Set(outcomes.flatMap(({ id, outcome }) => (isWanted(outcome) ? [id] : [])));
  const knownFaults = shareFound(
    ids(wasChecked),
    ids((kind) => kind === 'not applicable'),
  );
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

function isUndecided(planned: PlannedRequirement): boolean {
  return planned.notRun === undefined && planned.notApplicable === undefined;
}

function outcomeOf(planned: PlannedRequirement, found: readonly RawOutcome[], results: RunResults): Outcome {
  const { id, level, claimed, title, source, operations } = planned;
  const raws = found.map((raw) => withinCount(planned.count, judged(level, raw), results.facts));
  const claim = claimed === undefined ? {} : { claimed };
  const requirement = { id, level, ...claim, title, source, operations };
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
    ...(checks.length === 0 ? {} : { checks }),
    ...(kind !== 'inconclusive' || blame === undefined ? {} : { blame }),
    durationMs: raws.reduce((sum, { durationMs }) => sum + durationMs, 0),
  };
}

function withoutRaw(planned: PlannedRequirement, results: RunResults): Pick<Outcome, 'outcome' | 'reason'> {
  if (planned.notApplicable !== undefined) {
    return { outcome: 'not applicable', reason: planned.notApplicable || noReason };
  }
  if (planned.notRun !== undefined) return { outcome: 'not run', reason: planned.notRun || noReason };
  const reason = results.unusable || `did not run: ${results.interrupted || cutShort}`;
  return { outcome: 'inconclusive', reason };
}
