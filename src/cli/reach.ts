import type { StatementInVerdict } from '../base/model/verdict.js';
import { counted } from '../base/words.js';
import { idPattern, loadRequirements, type Requirement } from '../contract/requirements/catalogue.js';
import { exemptedNeed, missingNeed, type NeedOptions } from '../contract/requirements/needs.js';
import { calledInAllow } from '../input/target-file/allow.js';
import type { Account, Allow, ByRole, Target } from '../input/target-file/target.js';
import { type Judging, type Standing, standingOf } from '../verdict/statement/standing.js';

export interface Reach {
  readonly checked: number;
  readonly applicable: number;
  /** For each missing need, in words: the number of requirements that can't be checked without it. */
  readonly missing: ReadonlyMap<string, number>;
}

export function reachOf(target: Target, contract: Judging, statement?: StatementInVerdict): Reach {
  const musts = foreseen(target, contract, { mode: 'full', slow: false, grep: undefined }, statement).filter(
    ({ requirement, level, notApplicable }) =>
      level === 'must' && notApplicable === undefined && exemptedNeed(target, requirement) === undefined,
  );
  const missing = new Map<string, number>();
  for (const { reason } of musts)
    if (reason !== undefined) missing.set(reason, (missing.get(reason) ?? 0) + 1);
  const checked = musts.filter(({ reason }) => reason === undefined).length;
  return { checked, applicable: musts.length, missing };
}

export function reachWords({ checked, applicable }: Reach): string {
  return `${checked} of ${counted(applicable, 'MUST requirement')}`;
}

/** Each completes the question "May a run …?". */
export const allowWords = {
  stateChanges: 'make changes that it restores at the end',
  clusterMfa: 'switch cluster MFA for a while, which affects all users',
  replaceTotpOf: 'replace the TOTP keys of these accounts and the support user for good',
  lockOut: 'lock accounts for a while by wrong codes',
  disposable: 'do anything: the target is disposable and may lose its enrolments',
} as const satisfies Readonly<Record<keyof Allow, string>>;

export const allowKeys = Object.keys(allowWords) as readonly (keyof Allow)[];

/** Returns the permissions that these keys give. Two of them have no effect without `stateChanges`. */
export function allowOf(keys: ReadonlySet<keyof Allow>, accounts: ByRole<Account>): Allow {
  const stateChanges = keys.has('stateChanges');
  const roles = Object.values(accounts).map(({ role }) => calledInAllow(role));
  const everyone = [...new Set(roles), 'supportUser'] as const;
  return {
    stateChanges,
    clusterMfa: stateChanges && keys.has('clusterMfa'),
    replaceTotpOf: stateChanges && keys.has('replaceTotpOf') ? everyone : [],
    lockOut: keys.has('lockOut'),
    disposable: keys.has('disposable'),
  };
}

export function reachLines(target: Target, contract: Judging, statement?: StatementInVerdict): string[] {
  const now = reachOf(target, contract, statement);
  const lines = [`${reachWords(now)} would be checked.`];
  const everything = allowOf(new Set(allowKeys), target.accounts);
  let { allow } = target;
  let { checked } = now;
  for (const key of allowKeys) {
    const more = { ...allow, [key]: everything[key] };
    const reach = reachOf({ ...target, allow: more }, contract, statement);
    if (reach.checked <= checked) continue;
    const too = allow === target.allow ? '' : ' too';
    lines.push(`  ${reach.checked} with allow.${key}${too}`);
    allow = more;
    checked = reach.checked;
  }
  const { missing } = reachOf({ ...target, allow }, contract, statement);
  const rest = [...missing].sort(([, a], [, b]) => b - a);
  return [...lines, ...rest.map(([reason, count]) => `  ${count} more without this: ${reason}`)];
}

export interface Foreseen extends Standing {
  readonly requirement: Requirement;
  readonly reason?: string;
}

export function askedFor({ grep }: { readonly grep: string | undefined }): Requirement[] {
  const pattern = grep === undefined ? undefined : idPattern(grep);
  return loadRequirements().filter(({ id }) => pattern?.test(id) ?? true);
}

export function foreseen(
  target: Target,
  contract: Judging,
  command: NeedOptions & { readonly grep: string | undefined },
  statement: StatementInVerdict | undefined,
): Foreseen[] {
  return askedFor(command).map((requirement) => {
    const standing = standingOf(requirement, contract, statement);
    const reason = exemptedNeed(target, requirement) ?? missingNeed(target, requirement, command);
    return { requirement, ...standing, ...(reason === undefined ? {} : { reason }) };
  });
}

export const isTried = ({ notApplicable, reason }: Foreseen): boolean =>
  notApplicable === undefined && reason === undefined;
