import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { header } from '../credentials.js';
import { alsoKnows, answers, asksNoCode, refusals } from '../deviations.js';
import { asObject, type Json, own, text } from '../json.js';
import { type Fault, faultsOf, type Seams, withRules } from '../seams.js';
import type { TotpKey } from '../state.js';
import { hotp, stepAt } from '../totp.js';

/** Longer than concurrent requests need to arrive. */
const raceMs = 60;

/** Changes the TOTP codes that are given, before they are judged. */
function changeCode(seams: Seams, change: (code: string) => string): void {
  seams.body('CreateSession', (body) => changed(body, 'otpCode', change, own(asObject(body), 'otpType')));
  seams.body('VerifySupportUserTotp', (body) => changed(body, 'totpCode', change, 'totp'));
}

function changed(
  body: Json | undefined,
  name: string,
  change: (code: string) => string,
  type: Json | undefined,
): Json | undefined {
  const code = text(asObject(body), name);
  return code === undefined || type !== 'totp' ? body : { ...asObject(body), [name]: change(code) };
}

const single = faultsOf({
  'totp-login/switch-forgets-used-codes': {
    description: 'Switching cluster MFA makes used codes open sessions again.',
    breaks: ['totp-login/refuses-replay'],
    apply: answers('UpdateMFAConfig', ({ status }, _call, { state }) => {
      if (status < 300 && !state.cluster.enabled) for (const key of state.userKeys) key.acceptedSteps.clear();
    }),
  },
  'totp/leading-zeros-lost': {
    description: 'TOTP codes that begin with 0 are refused, because the target keeps codes as numbers.',
    breaks: ['totp-login/accepts-leading-zero'],
    apply: (seams) =>
      changeCode(seams, (code) => (code.length === seams.rules.totp.digits ? code.replace(/^0+/, '') : code)),
  },
  'totp/codes-compared-as-numbers': {
    description: 'TOTP codes are compared as numbers: leading zeros do not matter.',
    breaks: ['totp-login/refuses-code-as-number'],
    apply: (seams) =>
      changeCode(seams, (code) =>
        /^[0-9]+$/.test(code) ? String(Number(code)).padStart(seams.rules.totp.digits, '0') : code,
      ),
  },
  'totp/window-of-two-minutes': {
    description: 'TOTP codes of up to two minutes before and after now are accepted.',
    breaks: ['totp-login/window-is-a-minute-at-most'],
    apply: withRules(({ totp }) => ({ totp: { ...totp, stepsBack: 4, stepsAhead: 4 } })),
  },
  'totp/only-last-step-remembered': {
    description: 'Only the last accepted TOTP code is refused as a replay.',
    breaks: ['totp-login/refuses-replay-after-newer-code'],
    apply: ({ rules }) => {
      const last = new Map<TotpKey, number>();
      rules.isReplay = (step, key) => {
        if (last.get(key) === step) return true;
        last.set(key, step);
        return false;
      };
    },
  },
  'totp/used-codes-forgotten-with-sessions': {
    description: "Ending a user's sessions makes their TOTP codes valid again.",
    breaks: ['totp-login/refuses-replay'],
    apply: answers('DeleteSession', ({ status }, _, { state }) => {
      if (status < 300) for (const key of state.userKeys) key.acceptedSteps.clear();
    }),
  },
  'totp/replay-race': {
    description: 'A TOTP code counts as used only after its login was answered.',
    breaks: ['totp-login/refuses-replay-in-parallel'],
    apply: (seams) => {
      const settled = new Map<TotpKey, Set<number>>();
      seams.rules.isReplay = (step, key) => settled.get(key)?.has(step) ?? false;
      seams.answer(
        ['CreateSession', 'UpdateSupportMFAConfig', 'VerifySupportUserTotp'],
        async (_, call, world) => {
          const { userKeys, support } = world.state;
          const keys = support.key === undefined ? userKeys : [...userKeys, support.key];
          if (call.operation === 'CreateSession' && own(asObject(call.body), 'otpCode') !== undefined) {
            await pause(raceMs);
          }
          for (const key of keys) settled.set(key, new Set(key.acceptedSteps));
        },
      );
    },
  },
  'totp/junk-is-500': {
    description: 'A login with a code that is not a number answers 500.',
    breaks: ['totp-login/refuses-junk', 'sessions/any-body-is-handled'],
    apply: refusals('CreateSession', (answer, call) => {
      const body = asObject(call.body);
      const code = text(body, 'otpCode');
      if (code !== undefined && !/^[0-9]+$/.test(code) && own(body, 'otpType') === 'totp')
        answer.status = 500;
    }),
  },
  'totp/empty-code-accepted': {
    description: 'A login with an empty TOTP code opens a session.',
    breaks: ['totp-login/refuses-junk'],
    apply: (seams) => {
      seams.body('CreateSession', (body, call, world) => {
        const named = world.state.users.find(({ username }) => username === own(asObject(body), 'username'));
        const key = world.state.userKeys.findLast(({ owner }) => owner === named?.username);
        if (key === undefined || text(asObject(body), 'otpCode') !== '') return body;
        if (own(asObject(body), 'otpType') !== 'totp') return body;
        key.acceptedSteps.clear();
        const step = stepAt(world.clock.now(), key.parameters.period);
        return { ...asObject(call.body), otpCode: hotp(key.secret, step, key.parameters) };
      });
    },
  },
  'login/local-clients-need-no-code': {
    description: 'A client whose X-Forwarded-For is 127.0.0.1 needs no code.',
    breaks: ['totp-login/forwarded-header-skips-no-code'],
    apply: asksNoCode((_body, call) => header(call, 'x-forwarded-for') === '127.0.0.1'),
  },
  'login/all-types-enabled': {
    description: 'Codes of every type are accepted, whatever authenticationTypes holds.',
    breaks: [
      'totp-login/refused-while-only-email-is-enabled',
      'email-login/refused-while-only-totp-is-enabled',
    ],
    apply: withRules(() => ({ mechanismEnabled: () => true })),
  },
  'login/keys-always-forgotten': {
    description: 'After cluster MFA was off users have to enrol again, whatever retainUserMfaSettings says.',
    breaks: ['totp-login/keys-are-retained-where-told'],
    apply: withRules(() => ({ forgetsKeys: (before, after) => before.enabled && !after.enabled })),
  },
  'totp-login/no-key-no-code': {
    description: 'While TOTP alone is enabled, a user without a key is asked for no code.',
    breaks: ['totp-login/refuses-password-alone-without-key'],
    apply: withRules(({ asksForCode }) => ({
      asksForCode: (user, world) => {
        const { userKeys, cluster } = world.state;
        const mayEnrol = cluster.authenticationTypes?.includes('email') === false;
        const isEnrolled = userKeys.some(({ owner }) => owner === user.username);
        return (isEnrolled || !mayEnrol) && asksForCode(user, world);
      },
    })),
  },
  'totp-login/new-key-by-api-key-suspends-codes': {
    description: 'A user whose new TOTP key was made by API key needs no code until its first one.',
    breaks: ['totp-login/refuses-password-alone'],
    apply: (seams) => {
      const byApiKey = new Set<TotpKey>();
      seams.answer('CreateTotpKey', ({ status }, call, { state }) => {
        const made = state.userKeys.at(-1);
        if (status < 300 && made !== undefined && header(call, 'apikey') !== undefined) byApiKey.add(made);
      });
      const { asksForCode } = seams.rules;
      seams.rules.asksForCode = (user, world) => {
        const newest = world.state.userKeys.filter(({ owner }) => owner === user.username).at(-1);
        const isUnused = newest !== undefined && byApiKey.has(newest) && newest.acceptedSteps.size === 0;
        return !isUnused && asksForCode(user, world);
      };
    },
  },
  'totp-login/mail-login-forgets-used-codes': {
    description: 'After any login attempt with a mailed code, used TOTP codes are accepted again.',
    breaks: ['totp-login/refuses-replay'],
    apply: answers('CreateSession', (_answer, call, { state }) => {
      const body = asObject(call.body);
      if (text(body, 'otpType') !== 'email') return;
      for (const key of state.userKeys) if (key.owner === text(body, 'username')) key.acceptedSteps.clear();
    }),
  },
  'login/keys-never-forgotten': {
    description: 'Keys stay when cluster MFA is switched off with retainUserMfaSettings false.',
    breaks: ['totp-login/keys-are-forgotten-where-told'],
    apply: withRules(() => ({ forgetsKeys: () => false })),
  },
});

export const totpLoginFaults: readonly Fault[] = [
  ...single,
  ...(
    [
      ['writes-config', 'UpdateMFAConfig', 'of cluster MFA as the admin', false],
      ['writes-as-its-user', 'UpdateMFAConfig', 'of cluster MFA', true],
      ['patches-as-its-user', 'UpdateSupportMFAConfig', "of the support user's MFA", true],
    ] as const
  ).map(
    ([does, operation, what, asItsUser]): Fault => ({
      id: `login/first-step-session-${does}`,
      description: `The password alone gets a session that changes the configuration ${what} and reads nothing.`,
      breaks: ['totp-login/first-step-session-changes-nothing'],
      apply: (seams) => {
        const first = new Map<string, string | undefined>();
        seams.refusal('CreateSession', (answer, call) => {
          if (own(asObject(answer.body), 'errorCode') !== 'KOtpRequired') return;
          const sessionId = randomUUID();
          first.set(sessionId, text(asObject(call.body), 'username'));
          Object.assign(answer, {
            status: 201,
            headers: { 'cache-control': 'no-store' },
            body: { sessionId },
          });
        });
        alsoKnows(({ sessionId = '' }, call, { state: { admin, users } }) => {
          if (call.operation !== operation || !first.has(sessionId)) return undefined;
          return asItsUser ? users.find(({ username }) => username === first.get(sessionId)) : admin;
        })(seams);
      },
    }),
  ),
];
