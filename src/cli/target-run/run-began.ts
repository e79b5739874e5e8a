import type { RunBegan } from '../../base/model/event.js';
import type { GateBy, PlannedRequirement } from '../../base/model/results.js';
import { suiteVersion } from '../../base/package-root.js';
import { coverageUniverse } from '../../contract/openapi/coverage.js';
import { loadRequirements } from '../../contract/requirements/catalogue.js';
import { exemptedNeed } from '../../contract/requirements/needs.js';
import { standingOf } from '../../verdict/statement/standing.js';
import { concernedWaivers } from '../../verdict/waivers/apply.js';
import { dayOf } from '../../verdict/waivers/dates.js';
import { askedFor } from '../foreseen.js';
import type { Prepared } from './prepared.js';

export function runBeganOf(prepared: Prepared): RunBegan {
  const { target, command, judgedBy, gateBy } = prepared;
  const { strict, requireComplete, waiverProblems } = command;
  const { name, baseUrl, tls, release, warnings = [] } = target;
  const waivers =
    prepared.waivers === undefined
      ? undefined
      : concernedWaivers(prepared.waivers.waivers, {
          target: name,
          release,
          today: dayOf(new Date()),
          catalogue: loadRequirements(),
        });
  return {
    type: 'run began',
    schemaVersion: 2,
    suiteVersion: suiteVersion(),
    target: { name, baseUrl, tlsInsecure: tls.insecure },
    release,
    contract: judgedBy.inVerdict,
    ...(prepared.statement === undefined ? {} : { statement: prepared.statement }),
    mode: command.mode,
    ...selectionOf(prepared),
    seed: command.seed,
    planned: plannedRequirements(prepared),
    parts: coverageUniverse(judgedBy.contract),
    options: { strict, requireComplete, waiverProblems },
    ...(gateBy === undefined ? {} : { gateBy: slimmed(gateBy) }),
    ...(waivers === undefined ? {} : { waivers }),
    warnings,
  };
}

/** How --grep, --last-failed or --within limit the run; empty: they don't. */
function selectionOf({ target, command, judgedBy, statement }: Prepared): Pick<RunBegan, 'selection'> {
  const asked = new Set(askedFor(command).map(({ id }) => id));
  const leftOut = loadRequirements()
    .filter(({ id }) => !asked.has(id))
    .filter((requirement) => {
      const { level, notApplicable } = standingOf(requirement, judgedBy.contract, statement);
      return (
        level === 'must' && notApplicable === undefined && exemptedNeed(target, requirement) === undefined
      );
    });
  const { within } = command;
  if (within !== undefined)
    return { selection: { by: 'within', leftOut: leftOut.length, within: within.text } };
  if (command.grep === undefined) return {};
  return { selection: { by: command.lastFailed ? 'last failed' : 'grep', leftOut: leftOut.length } };
}

function plannedRequirements({ command, judgedBy, statement }: Prepared): PlannedRequirement[] {
  return askedFor(command).map((requirement) => {
    const { id, text: title, operations } = requirement;
    return { id, title, operations, ...standingOf(requirement, judgedBy.contract, statement) };
  });
}

/** The baseline with only what the verdict compares. */
function slimmed({ policy, baseline }: GateBy): GateBy {
  if (baseline === undefined) return { policy };
  const { suite, target, release, startedAt, gate, cause, summary } = baseline.verdict;
  const outcomes = baseline.verdict.outcomes.map(({ id, outcome }) => ({ id, outcome }));
  const verdict = { suite, target, release, startedAt, gate, cause, summary, outcomes };
  return { policy, baseline: { file: baseline.file, verdict } };
}
