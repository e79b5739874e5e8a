import {
  calledInAllow,
  effectiveAllow,
  mayReplaceTotp,
  readOnlyReason,
} from '../../input/target-file/allow.js';
import { type Account, type Allow, inOrderOfUse, type Target } from '../../input/target-file/target.js';
import type { Requirement } from './catalogue.js';
import { meaningOf, type Need } from './need-names.js';

export { meaningOf, type Need, needNames } from './need-names.js';

export interface NeedOptions {
  readonly mode: 'full' | 'read-only';
  /** Whether tests may wait for minutes. */
  readonly slow: boolean;
}

/** Returns undefined if the target file permits the test. Needs with `foundOnTarget` are checked later. */
export function missingNeed(
  target: Target,
  requirement: Pick<Requirement, 'needs'>,
  options: NeedOptions,
): string | undefined {
  if (options.mode === 'read-only' && requirement.needs.some((need) => meaningOf(need).writes)) {
    return readOnlyReason(target, options.mode);
  }
  const allow = effectiveAllow(target.allow);
  for (const need of requirement.needs) {
    const reason = missing[need](target, allow, options);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** How many accounts under MFA a need takes, and whether these must receive mailed codes. */
const underMfa: { readonly [N in Need]?: { readonly accounts: number; readonly byMail: boolean } } = {
  replaceTotp: { accounts: 1, byMail: false },
  replaceTotpOfTwo: { accounts: 2, byMail: false },
  userMail: { accounts: 1, byMail: true },
  userMailOfTwo: { accounts: 2, byMail: true },
};

/** Says why a requirement doesn't apply: too few accounts are under MFA, or receive mailed codes. */
export function exemptedNeed(target: Target, { needs }: Pick<Requirement, 'needs'>): string | undefined {
  for (const need of needs) {
    const wanted = underMfa[need];
    if (wanted === undefined) continue;
    const all = wanted.byMail ? withMail(target) : withPassword(target);
    const reasons = all.flatMap(({ role, mfaExempt, mailedCodes }) => {
      if (mfaExempt) return [`accounts.${role} is exempt from MFA (mfaExempt)`];
      return wanted.byMail && mailedCodes === false
        ? [`codes by mail are not set up for accounts.${role} (mailedCodes)`]
        : [];
    });
    const left = all.length - reasons.length;
    if (left < wanted.accounts && all.length >= wanted.accounts) {
      const what = wanted.accounts === 1 ? 'an account' : 'two accounts';
      const codes = wanted.byMail ? 'that codes are mailed to' : 'that MFA applies to';
      return `needs ${what} ${codes}: ${reasons.join(', ')}`;
    }
  }
  return undefined;
}

/** Switching cluster MFA on, or back, may end the admin's session. */
const noLastingWayBack =
  "would switch cluster MFA on with no way back but the admin's session, which may end: accounts.admin has no apiKey";

type Check = (target: Target, allow: Allow, options: NeedOptions) => string | undefined;

const stateChanges: Check = (target) => readOnlyReason(target, 'full');

const mail: Check = ({ mail }) => (mail === undefined ? 'the target file has no mail section' : undefined);

const missing: Readonly<Record<Need, Check>> = {
  apiKey: ({ accounts }) =>
    accounts.admin.apiKey === undefined ? 'the target file has no API key of the admin' : undefined,

  stateChanges,

  clusterMfa: (target, allow, options) =>
    stateChanges(target, allow, options) ??
    (allow.clusterMfa ? undefined : "would switch the cluster's MFA: allow.clusterMfa is not true") ??
    (target.accounts.admin.apiKey === undefined && !allow.disposable ? noLastingWayBack : undefined),

  clusterMfaOff: () => undefined,

  supportMfaOff: stateChanges,

  replaceTotp: (target, allow, options) =>
    stateChanges(target, allow, options) ?? replaceableMissing(target, allow, 1),

  replaceTotpOfTwo: (target, allow, options) =>
    stateChanges(target, allow, options) ?? replaceableMissing(target, allow, 2),

  replaceSupportTotp: (target, allow, options) =>
    stateChanges(target, allow, options) ??
    (allow.replaceTotpOf.includes('supportUser')
      ? undefined
      : 'would replace the TOTP enrolment of supportUser: not in allow.replaceTotpOf'),

  supportPassword: (target) =>
    target.supportUser.password === undefined ? 'the target file has no supportUser.password' : undefined,

  supportMail: (target, allow, options) =>
    mail(target, allow, options) ??
    (target.supportUser.email === undefined ? 'the target file has no supportUser.email' : undefined),

  secondAddress: (target) =>
    new Set(addresses(target)).size < 2 ? 'the target file has no second mail address' : undefined,

  mail,

  countedMail: (target, allow, options) =>
    mail(target, allow, options) ??
    (target.mail?.kind === 'command'
      ? "mail.kind command shows codes, not each mail: it can't count them"
      : undefined),

  userMail: (target) =>
    mailed(target).length < 1
      ? 'the target file has no account with username, password and email'
      : undefined,

  userMailOfTwo: (target) =>
    new Set(mailed(target).map(({ email }) => email?.toLowerCase())).size < 2
      ? 'the target file has no two accounts with username, password and an email of their own'
      : undefined,

  userPassword: (target) =>
    withPassword(target).length < 1 ? 'the target file has no account with username and password' : undefined,

  userPasswordOfTwo: (target) =>
    withPassword(target).length < 2
      ? 'the target file has no two accounts with username and password'
      : undefined,

  userSid: (target) =>
    withPassword(target).some(({ role, sid }) => role !== 'admin' && sid !== undefined)
      ? undefined
      : 'the target file has no account with username, password and sid besides the admin',

  viewer: ({ accounts }) =>
    accounts.viewer === undefined ? 'the target file has no viewer account' : undefined,

  disposable: (_, allow) =>
    allow.disposable ? undefined : 'only for a disposable target: allow.disposable is not true',

  lockOut: (_, allow) =>
    allow.lockOut ? undefined : 'would lock an account for a while: allow.lockOut is not true',

  longWait: ({ clock }, _, { slow }) =>
    clock === undefined && !slow ? 'would wait for minutes: needs --slow, or clock.control' : undefined,
};

function replaceableMissing(target: Target, allow: Allow, least: 1 | 2): string | undefined {
  const users = withPassword(target).filter(({ mfaExempt }) => mfaExempt !== true);
  if (users.length < least) {
    const what = least === 1 ? 'no account' : 'no two accounts';
    return `the target file has ${what} with username and password`;
  }
  const kept = users.filter((user) => !mayReplaceTotp(allow, user));
  if (users.length - kept.length >= least) return undefined;
  const names = new Set(kept.map(({ role }) => calledInAllow(role)));
  return `would replace the TOTP enrolment of ${[...names].join(' or ')}: not in allow.replaceTotpOf`;
}

function withPassword(target: Target): Account[] {
  return inOrderOfUse(target.accounts).filter(
    ({ username, password }) => username !== undefined && password !== undefined,
  );
}

function withMail(target: Target): Account[] {
  return withPassword(target).filter(({ email }) => email !== undefined);
}

function mailed(target: Target): Account[] {
  return withMail(target).filter(({ mfaExempt, mailedCodes }) => mfaExempt !== true && mailedCodes !== false);
}

function addresses(target: Target): string[] {
  const all = [...inOrderOfUse(target.accounts).map(({ email }) => email), target.supportUser.email];
  return all.flatMap((email) => (email === undefined ? [] : [email.toLowerCase()]));
}
