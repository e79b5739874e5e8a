import { randomBytes, randomInt } from 'node:crypto';
import { Refusal, type Rules } from './call.js';
import { attempt, useLoginCode } from './codes.js';
import { challenges, identify, isAlive } from './credentials.js';
import { type SupportMfa, supportOff, type TotpKey } from './state.js';
import { hotp, stepAt, toBase32 } from './totp.js';

const anHourMs = 3_600_000;

/** The rules of the reference target. Each call makes a fresh copy, which deviations may change. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a list of rules
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
    lockStatus: 429,
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
      // A verified key stays verified. Otherwise a wrong code would make it possible to switch MFA off without a code.
      return before.verification === 'kSuccess' ? 'kSuccess' : 'kFailure';
    },
  };
  return rules;
}

function protectsItself(support: SupportMfa): boolean {
  if (!support.enabled) return false;
  return support.mfaType === 'email' || (support.mfaType === 'totp' && support.verification === 'kSuccess');
}

/** Whether a change weakens MFA. A change of mode does, because the new mode is unverified: no code protects it. */
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
