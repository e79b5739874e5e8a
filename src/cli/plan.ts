import { isFile } from '../base/files.js';
import { groupBy } from '../base/group.js';
import type { StatementInVerdict } from '../base/model/verdict.js';
import { counted, duration, someOf } from '../base/words.js';
import { loadOrder, shareFound } from '../contract/order/order.js';
import { Pace } from '../contract/order/pace.js';
import type { Requirement } from '../contract/requirements/catalogue.js';
import type { Need } from '../contract/requirements/needs.js';
import { effectiveAllow, mayReplaceTotp } from '../input/target-file/allow.js';
import type { Target } from '../input/target-file/target.js';
import type { PlannedTarget } from '../target/run-plan.js';
import { readEvents } from '../verdict/events/log.js';
import type { Judging } from '../verdict/statement/standing.js';
import { type Foreseen, foreseen, isTried } from './reach.js';
import type { Duration, RunCommand } from './run-options.js';

const requestsPerRequirement = 8;
const remoteAnswerMs = 100;

/** `run --plan`: describes what a run would do, from the target file alone. It sends nothing. */
export function renderPlan(
  target: Target,
  contract: Judging,
  command: Pick<RunCommand, 'mode' | 'slow' | 'grep'> & { readonly within?: RunCommand['within'] },
  statement?: StatementInVerdict,
  lastMs: number | null = null,
  planned?: PlannedTarget,
): string {
  const standings = foreseen(target, contract, command, statement);
  const all = standings.filter(({ notApplicable }) => notApplicable === undefined);
  const willRun = all.filter(isTried).map(({ requirement }) => requirement);
  const release = target.detectRelease ? ' (auto: a run asks the target first)' : '';
  return [
    `Plan for ${target.name} (${target.baseUrl}), release ${target.release}${release}, mode ${command.mode}. Nothing was sent.`,
    '',
    `${willRun.length} of ${all.length} requirements would be tried; ${standings.length - all.length} more don't apply to this contract${statement === undefined ? '' : " or are denied by the vendor's statement"}.`,
    timeOf(willRun.length, lastMs),
    ...(command.within === undefined || planned === undefined
      ? []
      : section(`Within ${command.within.text}`, fittingIds(command.within, standings, planned))),
    ...section(
      "Claimed by the vendor's statement, so MUST requirements",
      byClaim(standings, statement, true),
    ),
    ...section("Denied by the vendor's statement, so not applicable", byClaim(standings, statement, false)),
    ...section('Operations that would be called', operationsOf(willRun)),
    ...section('Changes of state, each restored at the end', changesOf(target, willRun)),
    ...section("What can't be undone through the API", irreversible(target, willRun)),
    ...section('Accounts that would be used', accountsOf(target)),
    ...section(
      'What would not run, and why',
      [...groupBy(all, ({ reason }) => reason ?? '')].flatMap(([reason, group]) => {
        const ids = group.map(({ requirement }) => requirement.id);
        return reason === '' ? [] : [`${String(ids.length).padStart(3)}  ${reason}`, `     ${someOf(ids)}`];
      }),
    ),
    '',
    "The run decides which requirements the target's state allows (support MFA or cluster MFA already on).",
    '',
  ].join('\n');
}

function timeOf(requirements: number, lastMs: number | null): string {
  if (lastMs !== null) return `It would take about ${duration(lastMs)}, as the last such run did.`;
  const requests = requirements * requestsPerRequirement;
  return `It would send about ${requests} requests one by one, ${duration(requests * remoteAnswerMs)} at ${remoteAnswerMs} ms an answer, and wait for mails.`;
}

function byClaim(standings: readonly Foreseen[], statement: StatementInVerdict | undefined, value: boolean) {
  const names = Object.entries(statement?.claims ?? {}).flatMap(([name, said]) =>
    (said !== false) === value ? [name] : [],
  );
  return names.map((name) => {
    const ids = standings.flatMap(({ requirement }) => (requirement.claim === name ? [requirement.id] : []));
    return ids.length === 0 ? name : `${name}: ${someOf(ids)}`;
  });
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];
}

function operationsOf(requirements: readonly Requirement[]): string[] {
  return [...new Set(requirements.flatMap(({ operations }) => operations))].sort();
}

const needsOf = (requirements: readonly Requirement[]) => new Set(requirements.flatMap(({ needs }) => needs));

const deletes = (how: string) => `DELETE /mfa-config ${how}`;

/** For each requirement, describes the undocumented requests that its test sends. */
const probing: ReadonlyMap<string, (how: string) => string> = new Map([
  ['http/405-has-allow', deletes],
  ['http/retry-after-is-readable', deletes],
  ['http/unknown-is-no-success', (how) => `DELETE and PUT ${how} on paths that have no such method`],
  [
    'access/no-other-way-to-write-without-credentials',
    () => 'writes without a credential by other methods, paths and headers, with harmless bodies',
  ],
  [
    'access/no-other-way-to-write-for-a-viewer',
    () => 'PUT /mfa-config by other methods, paths and headers as the viewer',
  ],
]);

function changesOf(target: Target, requirements: readonly Requirement[]): string[] {
  const needs = needsOf(requirements);
  const how = effectiveAllow(target.allow).disposable ? 'as the admin' : 'without a credential';
  return [
    ...new Set(
      requirements.flatMap(({ id }) => {
        const what = probing.get(id)?.(how);
        return what === undefined ? [] : [`${what}, which no release documents: a target might obey it`];
      }),
    ),
    ...changes.flatMap(([need, text]) => (needs.has(need) ? [text] : [])),
  ];
}

const changes: readonly (readonly [need: Need, text: string])[] = [
  ['stateChanges', 'PUT /mfa-config with the current configuration'],
  ['clusterMfa', 'cluster MFA switched on and off, its types widened: all users of the cluster are affected'],
  ['lockOut', 'accounts locked for a while by wrong codes'],
  ['supportMfaOff', "the support user's MFA patched while it is off"],
  ['replaceSupportTotp', "the support user's MFA switched to totp and off again"],
  ['supportMail', "the support user's MFA switched to email and off again"],
];

function irreversible(target: Target, requirements: readonly Requirement[]): string[] {
  const needs = needsOf(requirements);
  const users = Object.values(target.accounts).flatMap((account) =>
    mayReplaceTotp(target.allow, account) ? account.role : [],
  );
  return [
    ...(needs.has('replaceTotp')
      ? [`new TOTP keys for ${users.join(', ')}: their older authenticators stop working`]
      : []),
    ...(requirements.some((each) => each.needs.includes('clusterMfa') && each.needs.includes('disposable'))
      ? ['TOTP keys of all users forgotten: everybody has to enrol again']
      : []),
    ...(needs.has('userSid') ? ['all sessions of a user ended'] : []),
    ...(needs.has('supportMail')
      ? ["the support user's address may be kept by the target after switching off"]
      : []),
    ...(needs.has('mail') ? ['mails with one-time codes to the addresses of the target file'] : []),
  ];
}

function accountsOf(target: Target): string[] {
  return Object.values(target.accounts).map(
    ({ role, username }) => `${role}: ${username ?? 'by API key alone'}`,
  );
}

function fittingIds(within: Duration, standings: readonly Foreseen[], { log, waits }: PlannedTarget) {
  const before = isFile(log) ? readEvents(log) : [];
  const pace = new Pace(waits);
  for (const event of before) if (event.type !== 'test ended') pace.take(event);
  const lags = before.flatMap((event) =>
    event.type === 'wait' && event.for === 'read-back' ? event.ms : [],
  );
  const lagMs = Math.max(0, ...lags);
  const mostMs = within.ms - pace.beginningMs() - pace.endingMs(lagMs);
  const tried = new Set<string>(standings.filter(isTried).map(({ requirement }) => requirement.id));
  const fit = new Set<string>();
  for (const { id } of loadOrder().rows)
    if (tried.has(id) && pace.leftMs(new Set([...fit, id]), true) <= mostMs) fit.add(id);
  const notApplicable = standings.filter((each) => each.notApplicable !== undefined);
  const share = shareFound(fit, new Set(notApplicable.map(({ requirement }) => requirement.id)));
  const how = before.length > 0 ? 'by the pace of the last run' : 'by the pace of a remote target';
  const found = `${Math.floor(share * 100)} % of the known faults`;
  return [`${counted(fit.size, 'requirement')} ${how}, which find ${found}:`, ...fit];
}
