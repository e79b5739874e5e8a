import { randomBytes, randomInt } from 'node:crypto';
import { type Call, Refusal, type World } from './call.js';
import { attempt, useLoginCode } from './codes.js';
import { type Credentials, challenges, identify, isAlive } from './credentials.js';
import type { JsonObject } from './json.js';
import type { Message } from './mailer.js';
import {
  type ClusterMfa,
  type MailCode,
  type Privilege,
  type SupportMfa,
  supportOff,
  type TotpKey,
  type User,
} from './state.js';
import { type Algorithm, hotp, stepAt, toBase32 } from './totp.js';

/**
 * What the API means, in small pieces that can be replaced one by one: the reference semantics here, one
 * deviation in each fault or variant. Operations ask these and decide nothing of it themselves.
 */
export interface Rules {
  /** Of new TOTP keys; the window is in steps. */
  totp: {
    algorithm: Algorithm;
    digits: number;
    period: number;
    secretBytes: number;
    stepsBack: number;
    stepsAhead: number;
  };
  mailCode: {
    digits: number;
    lifetimeMs: number;
    singleUse: boolean;
    newerVoidsOlder: boolean;
    /** How long a mail is held back, in real milliseconds. */
    delayMs: number;
    /** When a copy of it follows, likewise; undefined: none does. */
    copyMs?: number;
  };
  /** After so many wrong codes in a row an account waits so long, by the emulator's clock. */
  throttle: { attempts: number; lockMs: number };
  /** The same for passwords: a right one ends a row of wrong ones, but not of wrong codes. */
  passwordThrottle: { attempts: number; lockMs: number };
  /** So long after they were handed out sessions, tokens and reference ids end, by the emulator's clock. */
  lifetimes: { sessionMs: number; tokenMs: number; referenceMs: number };
  /** Of mails to one account of which no code was used: so many within so long, by the emulator's clock. */
  mailLimit: { mails: number; windowMs: number };
  /** Whether a user's new key voids the older ones. */
  newKeyRetiresOlder: boolean;
  largestBody: number;
  /** Of HTTPS: whether versions before TLS 1.2 are spoken, and plain HTTP on the same port. */
  connection: { oldTls: boolean; plainToo: boolean };
  /** Operations that are not there, as if the release lacked them. */
  readonly absent: Set<string>;
  /** How long nobody listens after a switch of cluster MFA was answered; 0: it goes on. In real milliseconds. */
  restartMs: number;

  identify(credentials: Credentials, call: Call, world: World): User | undefined;
  mayCall(user: User, privilege: Privilege, call: Call): boolean;

  newSecret(call: Call, world: World): Buffer;
  /** totpSecretKey of a secret. */
  secretText(secret: Buffer): string;
  keyUri(key: TotpKey, secretText: string): string;
  /** The step of the accepted window that a code is right for. */
  stepOf(code: string, key: TotpKey, now: number): number | undefined;
  isReplay(step: number, key: TotpKey): boolean;
  /** The keys whose codes count for a user's login. */
  loginKeys(user: User, world: World): readonly TotpKey[];

  passwordRight(user: User, password: string): boolean;
  asksForCode(user: User, world: World): boolean;
  mechanismEnabled(mechanism: string, world: World): boolean;
  /** Which kinds of code are tried for an otpType. */
  kindsOf(otpType: string): readonly ('email' | 'totp')[];
  tokenByPasswordAlone(user: User, world: World): boolean;
  /** @throws Refusal where a code does not open an access token either: no document says that one does */
  demandTokenCode(user: User, body: JsonObject, world: World): void;

  /** Whether a login without a code is begun, to be finished by one. */
  beginsLogin(body: JsonObject, world: World): boolean;
  /** What a session that the password began may do. */
  firstStepMay(operation: string | null): boolean;
  /** Whether a code is right for the second step of a user's login. */
  secondStepRight(user: User, type: string, code: string, world: World): boolean;
  /** Makes a session of the first step's. */
  finishLogin(firstStep: string, user: User, world: World): void;

  /** Whether a code that was asked for is mailed at all. */
  mailsNow(owner: MailCode['owner'], world: World): boolean;
  newMailCode(world: World, owner: MailCode['owner']): string;
  mailCodeFits(entry: MailCode, code: string, owner: MailCode['owner'], now: number): boolean;
  /** One mail to each; repeated addresses get repeated mails. */
  recipients(address: string, call: Call, world: World): readonly string[];
  compose(code: string): Message;
  isAddress(text: string): boolean;

  storeCluster(before: ClusterMfa, wanted: ClusterMfa, world: World): ClusterMfa;
  readCluster(world: World): ClusterMfa;
  forgetsKeys(before: ClusterMfa, after: ClusterMfa): boolean;
  storeSupport(before: SupportMfa, wanted: SupportMfa, world: World): SupportMfa;
  readSupport(world: World): SupportMfa;
  afterDisabling(before: SupportMfa): SupportMfa;
  needsMfaCode(before: SupportMfa, wanted: SupportMfa, world: World): boolean;
  supportPasswordRight(password: string | undefined, world: World): boolean;
  /** Whether a change of support MFA takes the support user's password, in releases that know it. */
  needsSupportPassword(before: SupportMfa, wanted: SupportMfa, world: World): boolean;
  /** Whether a reference id stands for a code; a right one is used up. */
  useReference(id: string, world: World): boolean;
  /** What becomes of unused reference ids where the support user gets a new key. */
  retireReferences(world: World): void;
  afterVerification(before: SupportMfa, right: boolean): SupportMfa['verification'];
}

const anHourMs = 3_600_000;

/** A fresh copy: deviations change theirs. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one rule after the other
export function referenceRules(): Rules {
  const rules: Rules = {
    totp: {
      algorithm: 'SHA1',
      digits: 6,
      period: 30,
      secretBytes: 20,
      stepsBack: 1,
      stepsAhead: 1,
    },
    mailCode: { digits: 6, lifetimeMs: 10 * 60_000, singleUse: true, newerVoidsOlder: true, delayMs: 0 },
    throttle: { attempts: 10, lockMs: 30_000 },
    passwordThrottle: { attempts: 10, lockMs: 30_000 },
    lifetimes: { sessionMs: 12 * anHourMs, tokenMs: 24 * anHourMs, referenceMs: anHourMs / 4 },
    mailLimit: { mails: 20, windowMs: 60_000 },
    newKeyRetiresOlder: true,
    largestBody: 1024 * 1024,
    connection: { oldTls: false, plainToo: false },
    absent: new Set(),
    restartMs: 0,

    identify,
    mayCall: (user, privilege) => user.privileges.includes(privilege),

    newSecret: () => randomBytes(rules.totp.secretBytes),
    secretText: toBase32,
    keyUri: uriOf,
    stepOf(code, key, now) {
      const current = stepAt(now, key.parameters.period);
      for (let step = current - rules.totp.stepsBack; step <= current + rules.totp.stepsAhead; step += 1) {
        if (hotp(key.secret, step, key.parameters) === code) return step;
      }
      return undefined;
    },
    isReplay: (step, key) => key.acceptedSteps.has(step),
    loginKeys: (user, world) => world.state.userKeys.filter((key) => key.owner === user.username),

    passwordRight: (user, password) => user.password === password,
    asksForCode: (_user, world) => world.state.cluster.enabled,
    mechanismEnabled: (mechanism, world) =>
      world.state.cluster.authenticationTypes?.includes(mechanism) ?? false,
    kindsOf: (otpType) => (otpType === 'email' || otpType === 'totp' ? [otpType] : []),
    tokenByPasswordAlone: (_user, world) => !world.state.cluster.enabled,
    demandTokenCode(_user, _body, world) {
      const message = 'While MFA is on the password alone gets no token.';
      throw new Refusal(401, 'KOtpRequired', message, challenges(world));
    },

    beginsLogin: (body, { release }) =>
      release.secondStep && !Object.hasOwn(body, 'otpCode') && !Object.hasOwn(body, 'otpType'),
    firstStepMay: (operation) => operation === 'VerifyUserOtp',
    secondStepRight: (user, type, code, world) =>
      attempt(user.username, world, () => useLoginCode(user, type, code, world)),
    finishLogin(firstStep, user, { state, clock }) {
      if (!state.firstSteps.delete(firstStep)) return;
      state.sessions.set(firstStep, user);
      state.issuedAt.set(firstStep, clock.now());
    },

    mailsNow: () => true,
    newMailCode: () => String(randomInt(10 ** rules.mailCode.digits)).padStart(rules.mailCode.digits, '0'),
    mailCodeFits: (entry, code, owner, now) =>
      entry.owner === owner &&
      entry.code === code &&
      now - entry.issuedAt <= rules.mailCode.lifetimeMs &&
      !(rules.mailCode.singleUse && entry.uses > 0),
    recipients: (address) => [address],
    compose: (code) => ({
      subject: 'Your one-time code',
      text: `Your one-time code is ${code}.\n\nIt is valid for 10 minutes and can be used once.\n`,
    }),

    isAddress: (text) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text),

    storeCluster: (_before, wanted) => wanted,
    readCluster: (world) => world.state.cluster,
    forgetsKeys: (before, after) => before.enabled && !after.enabled && after.retainUserMfaSettings === false,
    storeSupport: (_before, wanted) => wanted,
    readSupport: (world) => world.state.support,
    afterDisabling: () => supportOff,
    needsMfaCode: (before, wanted, world) =>
      world.release.mfaCode && protectsItself(before) && weakens(before, wanted),
    supportPasswordRight: (password, world) => password === world.state.supportPassword,
    needsSupportPassword: (before, wanted) =>
      before.enabled !== wanted.enabled ||
      before.mfaType !== wanted.mfaType ||
      before.email !== wanted.email ||
      (wanted.enabled && wanted.mfaType === 'totp'),
    useReference: (id, world) =>
      world.state.referenceIds.delete(id) && isAlive(id, rules.lifetimes.referenceMs, world),
    retireReferences: ({ state }) => state.referenceIds.clear(),
    afterVerification(before, right) {
      if (right) return 'kSuccess';
      // A key once verified stays so: or else a wrong code would be enough to switch it off without one.
      return before.verification === 'kSuccess' ? 'kSuccess' : 'kFailure';
    },
  };
  return rules;
}

/** Whether there is a factor in use that a change can be confirmed with. */
function protectsItself(support: SupportMfa): boolean {
  if (!support.enabled) return false;
  return support.mfaType === 'email' || (support.mfaType === 'totp' && support.verification === 'kSuccess');
}

/** Leaving the mode counts as disabling it: by way of an unverified other mode it could be. */
function weakens(before: SupportMfa, wanted: SupportMfa): boolean {
  if (!wanted.enabled || wanted.mfaType !== before.mfaType) return true;
  return before.mfaType === 'email' && wanted.email !== before.email;
}

/** The Key URI: otpauth://totp/ISSUER:ACCOUNT?secret=... with all parameters spelled out. */
function uriOf(key: TotpKey, secretText: string): string {
  const { algorithm, digits, period } = key.parameters;
  const issuer = encodeURIComponent('Cluster');
  const label = `${issuer}:${encodeURIComponent(key.accountName)}`;
  return `otpauth://totp/${label}?secret=${secretText}&issuer=${issuer}&algorithm=${algorithm}&digits=${digits}&period=${period}`;
}
