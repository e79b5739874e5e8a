import {
  calledInAllow,
  effectiveAllow,
  mayReplaceTotp,
  readOnlyReason,
} from '../../input/target-file/allow.js';
import { type Account, type Allow, inOrderOfUse, type Target } from '../../input/target-file/target.js';

export interface NeedOptions {
  readonly mode: 'full' | 'read-only';
  readonly slow: boolean;
}

type Check = (target: Target, allow: Allow, options: NeedOptions) => string | undefined;

interface NeedRow {
  readonly text: string;
  /** Read-only runs skip tests with this need. */
  readonly writes?: true;
  /** What only the target's state shows. */
  readonly foundOnTarget?: string;
  readonly missing?: Check;
  /** The accounts under MFA that the need takes. */
  readonly underMfa?: { readonly accounts: number; readonly byMail: boolean };
}

const unless = (holds: boolean, why: string) => (holds ? undefined : why);
const inFile = (holds: boolean, what: string) => unless(holds, `the target file has no ${what}`);

const stateChanges: Check = (target) => readOnlyReason(target, 'full');
const mail: Check = (target) => inFile(target.mail !== undefined, 'mail section');

const firstOf =
  (...checks: readonly Check[]): Check =>
  (...run) =>
    checks.map((check) => check(...run)).find((reason) => reason !== undefined);

export const needRows = {
  apiKey: {
    text: 'accounts.admin has an apiKey',
    missing: ({ accounts }) => inFile(accounts.admin.apiKey !== undefined, 'API key of the admin'),
  },
  stateChanges: { text: 'allow.stateChanges is true', writes: true, missing: stateChanges },
  clusterMfa: {
    text: 'allow.clusterMfa is true: cluster MFA is switched on and off for a while; accounts.admin has an apiKey, or allow.disposable is true',
    writes: true,
    missing: firstOf(
      stateChanges,
      (_, allow) => unless(allow.clusterMfa, "would switch the cluster's MFA: allow.clusterMfa is not true"),
      ({ accounts }, { disposable }) =>
        unless(
          accounts.admin.apiKey !== undefined || disposable,
          "would switch cluster MFA on with no way back but the admin's session, which may end: accounts.admin has no apiKey",
        ),
    ),
  },
  clusterMfaOff: {
    text: "the cluster's MFA is off, or allow.clusterMfa lets it be switched off",
    foundOnTarget: "whether the cluster's MFA is off",
  },
  supportMfaOff: {
    text: "the support user's MFA is off, or can be switched off, and allow.stateChanges is true; from 7.3 on supportUser.password, unless the target says that it needs none",
    writes: true,
    foundOnTarget: "whether the support user's MFA is off",
    missing: stateChanges,
  },
  replaceTotp: {
    text: 'an account with username and password whose TOTP may be replaced (allow.replaceTotpOf)',
    writes: true,
    missing: firstOf(stateChanges, replaceable(1)),
    underMfa: { accounts: 1, byMail: false },
  },
  replaceTotpOfTwo: {
    text: 'two accounts with username and password whose TOTP may be replaced (allow.replaceTotpOf)',
    writes: true,
    missing: firstOf(stateChanges, replaceable(2)),
    underMfa: { accounts: 2, byMail: false },
  },
  replaceSupportTotp: {
    text: "the support user's TOTP may be replaced (supportUser in allow.replaceTotpOf)",
    writes: true,
    missing: firstOf(stateChanges, (_, allow) =>
      unless(
        allow.replaceTotpOf.includes('supportUser'),
        'would replace the TOTP enrolment of supportUser: not in allow.replaceTotpOf',
      ),
    ),
  },
  supportPassword: {
    text: 'supportUser.password is given',
    missing: ({ supportUser }) => inFile(supportUser.password !== undefined, 'supportUser.password'),
  },
  supportMail: {
    text: 'the suite reads the mail, and supportUser.email is given',
    missing: firstOf(mail, ({ supportUser }) => inFile(supportUser.email !== undefined, 'supportUser.email')),
  },
  secondAddress: {
    text: 'a second mail address in the target file',
    missing: ({ accounts, supportUser }) => {
      const all = [...inOrderOfUse(accounts), supportUser].flatMap(({ email }) => email?.toLowerCase() ?? []);
      return inFile(new Set(all).size > 1, 'second mail address');
    },
  },
  mail: { text: "the target's mails reach the suite (mail)", missing: mail },
  countedMail: {
    text: 'a mailbox that shows each mail: mail.kind is smtp or imap',
    missing: firstOf(mail, (target) =>
      unless(
        target.mail?.kind !== 'command',
        "mail.kind command shows codes, not each mail: it can't count them",
      ),
    ),
  },
  userMail: {
    text: 'an account with username, password and email',
    missing: (target) => inFile(mailed(target).length > 0, 'account with username, password and email'),
    underMfa: { accounts: 1, byMail: true },
  },
  userMailOfTwo: {
    text: 'two accounts with username, password and email',
    missing: (target) =>
      inFile(
        new Set(mailed(target).map(({ email }) => email?.toLowerCase())).size > 1,
        'two accounts with username, password and an email of their own',
      ),
    underMfa: { accounts: 2, byMail: true },
  },
  userPassword: {
    text: 'an account with username and password',
    missing: (target) => inFile(withPassword(target).length > 0, 'account with username and password'),
  },
  userPasswordOfTwo: {
    text: 'two accounts with username and password',
    missing: (target) => inFile(withPassword(target).length > 1, 'two accounts with username and password'),
  },
  userSid: {
    text: 'an account with username, password and sid, other than the admin',
    missing: (target) =>
      inFile(
        withPassword(target).some(({ role, sid }) => role !== 'admin' && sid !== undefined),
        'account with username, password and sid besides the admin',
      ),
  },
  viewer: {
    text: 'a view-only account (accounts.viewer)',
    missing: ({ accounts }) => inFile(accounts.viewer !== undefined, 'viewer account'),
  },
  disposable: {
    text: 'a disposable target: allow.disposable is true',
    writes: true,
    missing: (_, allow) =>
      unless(allow.disposable, 'only for a disposable target: allow.disposable is not true'),
  },
  lockOut: {
    text: 'allow.lockOut is true: an account may be locked for a while',
    writes: true,
    missing: (_, allow) =>
      unless(allow.lockOut, 'would lock an account for a while: allow.lockOut is not true'),
  },
  longWait: {
    text: "time: the target's clock can be moved (clock.control), or --slow is given",
    missing: ({ clock }, _, { slow }) =>
      unless(clock !== undefined || slow, 'would wait for minutes: needs --slow, or clock.control'),
  },
} as const satisfies Readonly<Record<string, NeedRow>>;

export type Need = keyof typeof needRows;
type Needy = { readonly needs: readonly Need[] };

export const isNeed = (text: string): text is Need => Object.hasOwn(needRows, text);

export const needNames: readonly Need[] = Object.keys(needRows).filter(isNeed);

export const needRow = (need: Need): NeedRow => needRows[need];

/** Undefined if the target file permits the test. Needs with `foundOnTarget` are checked later. */
export function missingNeed(target: Target, { needs }: Needy, options: NeedOptions): string | undefined {
  if (options.mode === 'read-only' && needs.some((need) => needRow(need).writes))
    return readOnlyReason(target, options.mode);
  const allow = effectiveAllow(target.allow);
  return firstOf(...needs.flatMap((need) => needRow(need).missing ?? []))(target, allow, options);
}

/** Says that too few accounts are under MFA, or receive mailed codes. */
export function exemptedNeed(target: Target, { needs }: Needy): string | undefined {
  for (const need of needs) {
    const wanted = needRow(need).underMfa;
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

function replaceable(least: 1 | 2): Check {
  return (target, allow) => {
    const users = withPassword(target).filter(({ mfaExempt }) => mfaExempt !== true);
    if (users.length < least) {
      return inFile(false, `${least === 1 ? 'account' : 'two accounts'} with username and password`);
    }
    const kept = users.filter((user) => !mayReplaceTotp(allow, user));
    if (users.length - kept.length >= least) return undefined;
    const names = new Set(kept.map(({ role }) => calledInAllow(role)));
    return `would replace the TOTP enrolment of ${[...names].join(' or ')}: not in allow.replaceTotpOf`;
  };
}

function withPassword(target: Target): Account[] {
  return inOrderOfUse(target.accounts).filter(
    ({ username, password }) => username !== undefined && password !== undefined,
  );
}

const withMail = (target: Target): Account[] =>
  withPassword(target).filter(({ email }) => email !== undefined);

const mailed = (target: Target): Account[] =>
  withMail(target).filter(({ mfaExempt, mailedCodes }) => mfaExempt !== true && mailedCodes !== false);
