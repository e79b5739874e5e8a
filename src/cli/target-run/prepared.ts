import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigurationError, orError, SuiteError } from '../../base/errors.js';
import type { RunBegan } from '../../base/model/event.js';
import type { GateBy, PlannedRequirement } from '../../base/model/results.js';
import type { StatementInVerdict, Verdict } from '../../base/model/verdict.js';
import { suiteVersion } from '../../base/package-root.js';
import type { SecretCollector } from '../../base/redaction/secrets-channel.js';
import { programName } from '../../base/words.js';
import { coverageUniverse } from '../../contract/openapi/coverage.js';
import { lanesOfAccounts, mostLanes } from '../../contract/order/lanes.js';
import { meanStepMs } from '../../contract/order/pace.js';
import { loadRequirements } from '../../contract/requirements/catalogue.js';
import { exemptedNeed } from '../../contract/requirements/needs.js';
import { readOnlyReason } from '../../input/target-file/allow.js';
import { readTarget, secretsOf } from '../../input/target-file/read.js';
import type { Target } from '../../input/target-file/target.js';
import { usersOfLanes } from '../../target/accounts/prove.js';
import { detectRelease } from '../../target/detect/detect.js';
import { Lease } from '../../target/journal/lease.js';
import { knownAs } from '../../target/journal/state-dir.js';
import type { PlannedTarget } from '../../target/run-plan.js';
import { notesOn } from '../../verdict/derive/gating.js';
import { readVerdict } from '../../verdict/derive/read.js';
import { eventsFile } from '../../verdict/events/log.js';
import { readStatement } from '../../verdict/statement/read.js';
import { standingOf } from '../../verdict/statement/standing.js';
import { concernedWaivers } from '../../verdict/waivers/apply.js';
import { checkWaivers } from '../../verdict/waivers/check.js';
import { dayOf } from '../../verdict/waivers/dates.js';
import { readWaivers, type WaiversFile } from '../../verdict/waivers/read.js';
import { type JudgedBy, judgedBy } from '../judged-by.js';
import { askedFor, foreseen, isTried } from '../reach.js';
import type { RunCommand } from '../run-options.js';
import { StateGuard } from '../state-guard.js';

/** A target with everything that is known before the run writes or changes anything. */
export interface Prepared {
  readonly target: Target;
  readonly command: RunCommand;
  readonly stateDir: string;
  readonly folder: string;
  readonly judgedBy: JudgedBy;
  /** The releases that fit the target; undefined if the run did not detect them. */
  readonly detected: readonly string[] | undefined;
  readonly waivers: WaiversFile | undefined;
  readonly statement: StatementInVerdict | undefined;
  readonly gateBy: GateWithBaseline | undefined;
  readonly stateGuard: StateGuard;
  readonly notes: readonly string[];
  readonly planned: PlannedTarget;
}

export async function prepare(
  file: string,
  command: RunCommand,
  stateDir: string,
  secrets: SecretCollector,
): Promise<Prepared> {
  const read = readTarget(file, process.env);
  const detected =
    read.detectRelease && command.release === undefined && !command.plan
      ? await detectRelease(read, stateDir)
      : undefined;
  const given = command.release ?? detected?.release;
  const target = { ...read, release: given ?? read.release };
  const by = await judgedBy(target.release, command.contract, command.allowExternalRefs);
  for (const { value, what } of secretsOf(target)) secrets.tell(target.baseUrl, value.reveal(), what);
  const waivers = command.waivers ?? target.waivers;
  const folder = join(command.out, target.name);
  const { source } = by.contract;
  const statement = target.statement === undefined ? undefined : readStatement(target.statement);
  return {
    target,
    command,
    stateDir,
    folder,
    judgedBy: by,
    detected: detected?.fits,
    waivers: waivers === undefined ? undefined : readWaivers(waivers),
    statement,
    gateBy: gateOf(command, target.name),
    stateGuard: new StateGuard(stateDir, await knownAs(stateDir, target.baseUrl)),
    notes: [...(detected === undefined ? [] : [detected.note]), ...by.notes],
    planned: {
      name: target.name,
      file: target.file,
      release: given ?? null,
      contract: by.given ? { file: resolve(folder, 'contract.json'), source } : null,
      log: resolve(eventsFile(folder)),
      tried: foreseen(target, by.contract, command, statement)
        .filter(isTried)
        .map(({ requirement }) => requirement.id),
      waits: { quietMs: target.mail?.quietMs ?? 0, stepMs: target.clock === undefined ? meanStepMs : 0 },
      lanes: lanesFor(target, command),
    },
  };
}

function lanesFor(target: Target, { lanes, mode, within }: RunCommand): number {
  const { accounts, supportUser, clock } = target;
  const addresses = Object.values(accounts).map(({ email }) => email?.toLowerCase());
  const { email, otherEmails = [accounts.admin.email] } = supportUser;
  // Mails to the support user must be distinguishable from mails to users, at either address.
  const sharesMail =
    email !== undefined && (addresses.includes(email.toLowerCase()) || otherEmails[0] === undefined);
  const mustBeAlone =
    clock !== undefined ||
    accounts.admin.apiKey === undefined ||
    within !== undefined ||
    readOnlyReason(target, mode) !== undefined;
  if (mustBeAlone || sharesMail) return 1;
  const most = lanes === 'auto' ? mostLanes : lanes;
  return Math.min(most, 2 + lanesOfAccounts(usersOfLanes(target).length, most));
}

export function warningsBefore({ target, waivers, gateBy }: Prepared): string[] {
  const ids = loadRequirements().map(({ id }) => id);
  const problems = waivers === undefined ? [] : checkWaivers(waivers, ids, dayOf(new Date()));
  const baseline = gateBy?.baseline?.verdict;
  const notes = baseline === undefined ? [] : notesOn(baseline, { release: target.release, target });
  return [...(target.warnings ?? []), ...problems.map(({ text }) => text), ...notes];
}

export function mayChange({ target, command }: Prepared): boolean {
  return readOnlyReason(target, command.mode) === undefined;
}

/** Tells whether the journal holds changes. An unreadable journal counts as changed. */
export function isChanged({ stateGuard }: Prepared): boolean {
  return orError(SuiteError, () => stateGuard.journal.read()) !== undefined;
}

export function checkBefore(prepared: Prepared): void {
  // If another run holds the lease, an open journal is no mistake.
  if (Lease.holderOf(prepared.stateGuard.journal.folder) === undefined) checkJournal(prepared);
}

export function checkJournal({ target, command, stateGuard: { journal } }: Prepared): void {
  if (journal.read() === undefined) return;
  const readOnly = readOnlyReason(target, command.mode);
  if (command.restoreFirst && readOnly === undefined) return;
  const remedy = `${programName()} restore -t ${target.file}`;
  throw new ConfigurationError(
    command.restoreFirst
      ? `--restore-first can't restore: ${readOnly}. Restore first: ${remedy}.`
      : `An earlier run left changes on ${target.baseUrl} (journal ${journal.file}). Restore them first: ${remedy}, or run --restore-first.`,
  );
}

interface GateWithBaseline extends GateBy {
  readonly baseline?: { readonly file: string; readonly verdict: Verdict };
}

export function gateOf(
  { baseline, gate }: Pick<RunCommand, 'baseline' | 'gate'>,
  target: string,
): GateWithBaseline | undefined {
  if (baseline === undefined) {
    if (gate === 'new')
      throw new ConfigurationError(
        '--gate new needs an earlier verdict to compare with: --baseline VERDICT.',
      );
    return gate === undefined ? undefined : { policy: gate };
  }
  const ofTarget = join(baseline, target, 'verdict.json');
  const file = existsSync(ofTarget) ? ofTarget : baseline;
  return { policy: gate ?? 'new', baseline: { file, verdict: readVerdict(file) } };
}

export function runBeganOf(prepared: Prepared): RunBegan {
  const { target, command, judgedBy, gateBy } = prepared;
  const { strict, requireComplete, waiverProblems } = command;
  const { name, baseUrl, tls, release, warnings = [] } = target;
  const scope = { target: name, release, today: dayOf(new Date()), catalogue: loadRequirements() };
  const waivers = prepared.waivers && concernedWaivers(prepared.waivers.waivers, scope);
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

/** Counts the `must` requirements that --grep or --within leaves out. */
function selectionOf({ target, command, judgedBy, statement }: Prepared): Pick<RunBegan, 'selection'> {
  const asked = new Set(askedFor(command).map(({ id }) => id));
  const leftOut = loadRequirements()
    .filter(({ id }) => !asked.has(id))
    .filter((requirement) => {
      const { level, notApplicable } = standingOf(requirement, judgedBy.contract, statement);
      const applies = notApplicable === undefined && exemptedNeed(target, requirement) === undefined;
      return level === 'must' && applies;
    }).length;
  const { within, grep, lastFailed } = command;
  if (within !== undefined) return { selection: { by: 'within', leftOut, within: within.text } };
  return grep === undefined ? {} : { selection: { by: lastFailed ? 'last failed' : 'grep', leftOut } };
}

function plannedRequirements({ command, judgedBy, statement }: Prepared): PlannedRequirement[] {
  return askedFor(command).map((requirement) => {
    const { id, text: title, operations } = requirement;
    return { id, title, operations, ...standingOf(requirement, judgedBy.contract, statement) };
  });
}

function slimmed({ policy, baseline }: GateBy): GateBy {
  if (baseline === undefined) return { policy };
  const { suite, target, release, startedAt, gate, cause, summary } = baseline.verdict;
  const outcomes = baseline.verdict.outcomes.map(({ id, outcome }) => ({ id, outcome }));
  const verdict = { suite, target, release, startedAt, gate, cause, summary, outcomes };
  return { policy, baseline: { file: baseline.file, verdict } };
}
