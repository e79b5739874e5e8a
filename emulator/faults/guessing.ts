import { setTimeout as pause } from 'node:timers/promises';
import type { Call } from '../call.js';
import { passwordOf } from '../codes.js';
import { header } from '../credentials.js';
import { answers, bodies, refusals, successes } from '../deviations.js';
import { asObject, own, text } from '../json.js';
import { supportPassword } from '../operations/support-password.js';
import type { OperationId } from '../operations/table.js';
import { type Fault, faultsOf } from '../seams.js';
import { type State, supportOwner } from '../state.js';

/** Longer than concurrent requests need to arrive. */
const raceMs = 60;
const race = (): Promise<void> => pause(raceMs);

const nameIn = (call: Call) => text(asObject(call.body), 'username');
const logins: readonly (readonly [slug: string, operation: OperationId, path: string])[] = [
  ['sessions', 'CreateSession', 'POST /users/sessions'],
  ['access-tokens', 'CreateAccessToken', 'POST /access-tokens'],
  ['email-otp', 'CreateEmailOtp', 'POST /email-otp'],
];

const single = faultsOf({
  'throttle/verify-totp-not-counted': {
    description: 'Wrong codes at POST /support-user/verify-totp are not counted.',
    breaks: ['guessing/verify-totp-is-throttled'],
    apply: answers('VerifySupportUserTotp', (_answer, _call, { state }) => {
      state.failures.delete(supportOwner);
    }),
  },
  'throttle/passwords-counted-by-path': {
    description: 'Wrong passwords are counted separately for each path.',
    breaks: ['guessing/counts-are-shared'],
    apply: (seams) => {
      const counts = new Map<OperationId, State['failures']>();
      for (const [, operation] of logins) {
        const own = new Map();
        counts.set(operation, own);
        seams.body(operation, (body, call, { state }) => {
          const who = passwordOf(nameIn({ ...call, body }));
          state.failures.delete(who);
          const count = counts.get(operation)?.get(who);
          if (count !== undefined) state.failures.set(who, count);
        });
        seams.answer(operation, (_answer, call, { state }) => {
          const who = passwordOf(nameIn(call));
          const count = state.failures.get(who);
          if (count === undefined) own.delete(who);
          else own.set(who, count);
        });
      }
    },
  },
  'throttle/new-code-resets-count': {
    description: 'A newly mailed code resets the count of wrong codes, and mails are not limited.',
    breaks: ['guessing/new-code-resets-no-count'],
    apply: (seams) => {
      seams.rules.mailLimit.mails = Number.POSITIVE_INFINITY;
      seams.answer('CreateEmailOtp', (answer, call, { state }) => {
        if (answer.status < 300) state.failures.delete(nameIn(call) ?? '');
      });
    },
  },
  'throttle/first-step-resets-count': {
    description: 'A right password alone resets the count of wrong codes.',
    breaks: ['guessing/first-step-resets-no-count'],
    apply: refusals('CreateSession', (answer, call, { state }) => {
      if (own(asObject(answer.body), 'errorCode') === 'KOtpRequired')
        state.failures.delete(nameIn(call) ?? '');
    }),
  },
  'throttle/lock-of-one-spelling': {
    description: 'A locked user logs in by a name in another case, with a code.',
    breaks: ['guessing/lock-holds-for-every-name'],
    apply: bodies('CreateSession', (body, _call, { state }) => {
      const given = text(asObject(body), 'username');
      const user = state.users.find(({ username }) => username === given?.toLowerCase());
      if (user === undefined || user.username === given) return body;
      state.failures.delete(user.username);
      return { ...asObject(body), username: user.username };
    }),
  },
  'ways-in/session-id-of-the-client': {
    description: 'A login uses a session-id that the client sends as the id of the new session.',
    breaks: ['ways-in/session-id-is-not-the-clients'],
    apply: successes('CreateSession', (body, call, { state }) => {
      const chosen = header(call, 'session-id');
      const user = state.users.find(({ username }) => username === nameIn(call));
      if (chosen === undefined || user === undefined) return body;
      state.sessions.set(chosen, user);
      return { ...body, sessionId: chosen };
    }),
  },
  'ways-in/used-code-counts-in-the-next-step': {
    description: 'A used TOTP code is accepted again in the next step.',
    breaks: [
      'ways-in/used-totp-code-opens-nothing-a-step-later',
      'totp-login/refuses-replay-after-newer-code',
    ],
    apply: ({ rules, clock }) => {
      const { isReplay } = rules;
      rules.isReplay = (step, key) =>
        isReplay(step, key) && Math.floor(clock.now() / 1000 / key.parameters.period) === step;
    },
  },
  'throttle/mfa-codes-counted-by-credential': {
    description: 'Wrong codes as mfaCode are counted separately for each credential.',
    breaks: ['guessing/lock-holds-for-every-credential'],
    since: '6.8.1',
    apply: (seams) => {
      const counts = new Map<string, { count: number; lockedUntil: number }>();
      const by = ({ headers }: Call) => JSON.stringify([headers['apikey'], headers['session-id']]);
      seams.body('UpdateSupportMFAConfig', (_body, call, { state }) => {
        const count = counts.get(by(call));
        state.failures.delete(supportOwner);
        if (count !== undefined) state.failures.set(supportOwner, count);
      });
      seams.answer('UpdateSupportMFAConfig', (_answer, call, { state }) => {
        const count = state.failures.get(supportOwner);
        if (count === undefined) counts.delete(by(call));
        else counts.set(by(call), count);
      });
    },
  },
});

export const guessingFaults: readonly Fault[] = [
  ...single,
  ...(
    [
      ['current-password', 'UpdateSupportMFAConfig', 'currentPassword', '7.3'],
      ['support-user-password', 'VerifySupportUserTotp', 'supportUserPassword', '7.3.1'],
    ] as const
  ).map(
    ([slug, operation, name, since]): Fault => ({
      id: `throttle/${slug}-not-counted`,
      description: `Wrong passwords of the support user as ${name} are not counted.`,
      breaks: [`guessing/${slug}-is-throttled`],
      since,
      apply: refusals(operation, (_answer, _call, { state }) => {
        state.failures.delete(supportPassword);
      }),
    }),
  ),
  ...logins.map(
    ([slug, operation, path]): Fault => ({
      id: `throttle/passwords-not-counted-at-${slug}`,
      description: `Wrong passwords at ${path} are not counted.`,
      breaks: [`guessing/passwords-are-throttled-at-${slug}`],
      apply: refusals(operation, (_answer, call, { state }) => {
        state.failures.delete(passwordOf(nameIn(call)));
      }),
    }),
  ),
  ...(
    [
      ['', '', false],
      ['-one-by-one', ', and they are answered in sequence', true],
    ] as const
  ).map(
    ([slug, how, isOneByOne]): Fault => ({
      id: `throttle/counts-lost-in-parallel${slug}`,
      description: `Only one of several concurrent wrong codes is counted${how}.`,
      breaks: ['guessing/guesses-at-once-are-counted'],
      apply: (seams) => {
        const before = new WeakMap<Call, number>();
        let atWork = Promise.resolve();
        seams.body('CreateSession', (body, call, { state }) => {
          before.set(call, state.failures.get(text(asObject(body), 'username') ?? '')?.count ?? 0);
        });
        seams.refusal('CreateSession', async (answer, call, { state, rules, clock }) => {
          const user = nameIn(call);
          if (user === undefined || own(asObject(answer.body), 'errorCode') !== 'KInvalidOtp') return;
          state.failures.delete(user);
          atWork = isOneByOne ? atWork.then(race) : race();
          await atWork;
          const count = (before.get(call) ?? 0) + 1;
          const { attempts, lockMs } = rules.throttle;
          state.failures.set(
            user,
            count < attempts ? { count, lockedUntil: 0 } : { count: 0, lockedUntil: clock.now() + lockMs },
          );
        });
      },
    }),
  ),
  ...(
    [
      ['session', 'sessionMs', 'Sessions', undefined],
      ['token', 'tokenMs', 'Access tokens', undefined],
      ['reference', 'referenceMs', 'Reference ids', '7.3.1'],
    ] as const
  ).map(
    ([slug, lifetime, what, since]): Fault => ({
      id: `ways-in/${slug}-never-ends`,
      description: `${what} never end by themselves.`,
      breaks: [`ways-in/${slug}-ends-within-a-day`],
      ...(since === undefined ? {} : { since }),
      apply: ({ rules }) => {
        rules.lifetimes[lifetime] = Number.POSITIVE_INFINITY;
      },
    }),
  ),
];
