import { setTimeout as pause } from 'node:timers/promises';
import type { Call, Rules } from '../call.js';
import { passwordOf, useLoginCode } from '../codes.js';
import { header } from '../credentials.js';
import { alsoKnows, opensSession, userNamed } from '../deviations.js';
import { own, text } from '../json.js';
import { supportPassword } from '../operations/support-password.js';
import type { OperationId } from '../operations/table.js';
import { breaks, type Fault, faultsOf, type Seams, type Which } from '../seams.js';
import { type Owner, type State, supportOwner } from '../state.js';

/** Waits longer than concurrent requests take to arrive. */
const race = (): Promise<void> => pause(60);

type Who = (call: Call) => Owner;

/** The target counts a user's failed attempts separately for each value that `by` returns. */
function counts(seams: Seams, operation: OperationId, who: Who, by: (call: Call) => unknown): void {
  const known = new Map<unknown, { count: number; lockedUntil: number } | undefined>();
  const own = (call: Call) => JSON.stringify([String(who(call)), by(call)]);
  seams.body(operation, (body, request, { state }) => {
    const call = { ...request, body };
    const count = known.get(own(call));
    state.failures.delete(who(call));
    if (count !== undefined) state.failures.set(who(call), count);
  });
  seams.answer(
    operation,
    (_answer, call, { state }) => void known.set(own(call), state.failures.get(who(call))),
  );
}

const countsNone = (seams: Seams, which: Which, who: Who) =>
  seams.refusal(which, (_answer, call, { state }) => void state.failures.delete(who(call)));

const nameIn = (call: Call) => text(call.body, 'username');
const logins: readonly (readonly [slug: string, operation: OperationId, path: string])[] = [
  ['sessions', 'CreateSession', 'POST /users/sessions'],
  ['access-tokens', 'CreateAccessToken', 'POST /access-tokens'],
  ['email-otp', 'CreateEmailOtp', 'POST /email-otp'],
];

const single = faultsOf({
  'throttle/verify-totp-not-counted': breaks('guessing/verify-totp-is-throttled')
    .says('Wrong codes at POST /support-user/verify-totp are not counted.')
    .answers(
      'VerifySupportUserTotp',
      (_answer, _call, { state }) => void state.failures.delete(supportOwner),
    ),
  'throttle/passwords-counted-by-path': breaks('guessing/counts-are-shared')
    .says('Wrong passwords are counted separately for each path.')
    .by((seams) => {
      const who = (call: Call) => passwordOf(nameIn(call));
      for (const [, operation] of logins) counts(seams, operation, who, () => operation);
    }),
  'throttle/any-login-resets-counts': breaks('guessing/passwords-are-throttled-at-sessions')
    .says('A login of any user resets the counts of wrong passwords of all.')
    .answers('CreateSession', ({ status }, _call, { state }) => {
      if (status < 300) state.failures.clear();
    }),
  'throttle/new-code-resets-count': breaks('guessing/new-code-resets-no-count')
    .says('A newly mailed code resets the count of wrong codes, and mails are not limited.')
    .by((seams) => {
      seams.rules.mailLimit.mails = Number.POSITIVE_INFINITY;
      seams.answer('CreateEmailOtp', (answer, call, { state }) => {
        if (answer.status < 300) state.failures.delete(nameIn(call) ?? '');
      });
    }),
  'throttle/first-step-resets-count': breaks('guessing/first-step-resets-no-count')
    .says('A right password alone resets the count of wrong codes.')
    .refusals('CreateSession', (answer, call, { state }) => {
      if (own(answer.body, 'errorCode') === 'KOtpRequired') state.failures.delete(nameIn(call) ?? '');
    }),
  'throttle/codes-not-counted-at-access-tokens': breaks('guessing/codes-are-throttled-at-access-tokens')
    .says('POST /access-tokens takes TOTP codes, and counts no wrong ones.')
    .wraps('demandTokenCode', (demandTokenCode, user, body, world) => {
      const isRight = useLoginCode(user, 'totp', text(body, 'otpCode') ?? '', world);
      if (!isRight) demandTokenCode(user, body, world);
    }),
  'throttle/lock-spares-right-codes': breaks('guessing/lock-holds-for-right-codes')
    .says('While a lock refuses wrong codes at POST /users/sessions, a right code opens a session.')
    .by(sparesRightCodes),
  'throttle/lock-of-one-spelling': breaks('guessing/lock-holds-for-every-name')
    .says('A locked user logs in by a name in another case, with a code.')
    .edits('CreateSession', (body, _call, { state }) => {
      const given = text(body, 'username');
      const user = state.users.find(({ username }) => username === given?.toLowerCase());
      if (user === undefined || user.username === given) return;
      state.failures.delete(user.username);
      return { username: user.username };
    }),
  'ways-in/session-id-of-the-client': breaks('ways-in/session-id-is-not-the-clients')
    .says('A login uses a session-id that the client sends as the id of the new session.')
    .shows('CreateSession', (_body, call, world) => {
      const sessionId = header(call, 'session-id');
      const user = userNamed(call.body, world);
      if (sessionId === undefined || user === undefined) return;
      world.state.sessions.set(sessionId, user);
      return { sessionId };
    }),
  'ways-in/used-code-counts-in-the-next-step': breaks('ways-in/used-totp-code-opens-nothing-a-step-later')
    .and('totp-login/refuses-replay-after-newer-code')
    .says('A used TOTP code is accepted again in the next step.')
    .by(({ rules, clock }) => {
      const { isReplay } = rules;
      rules.isReplay = (step, key) =>
        isReplay(step, key) && Math.floor(clock.now() / 1000 / key.parameters.period) === step;
    }),
  'throttle/mfa-codes-counted-by-credential': breaks('guessing/lock-holds-for-every-credential')
    .since('6.8.1')
    .says('Wrong codes as mfaCode are counted separately for each credential.')
    .with(
      counts,
      'UpdateSupportMFAConfig',
      () => supportOwner,
      ({ headers }) => [headers['apikey'], headers['session-id']],
    ),
});

function sparesRightCodes(seams: Seams): void {
  const locks = new WeakMap<Call, { count: number; lockedUntil: number }>();
  seams.body('CreateSession', (body, call, { state }) => {
    const name = text(body, 'username') ?? '';
    const lock = state.failures.get(name);
    if (lock === undefined || lock.lockedUntil <= seams.clock.now()) return;
    locks.set(call, lock);
    state.failures.delete(name);
  });
  seams.answer('CreateSession', (answer, call, { state, rules }) => {
    const lock = locks.get(call);
    if (lock === undefined) return;
    state.failures.set(nameIn(call) ?? '', lock);
    if (answer.status < 400) return;
    const seconds = Math.ceil((lock.lockedUntil - seams.clock.now()) / 1000);
    Object.assign(answer, { status: rules.lockStatus, headers: { 'retry-after': String(seconds) } });
  });
}

/** Concurrent wrong codes count as one. @param isOneByOne whether their answers come one after another */
function losesCounts(seams: Seams, isOneByOne: boolean): void {
  const before = new WeakMap<Call, number>();
  let atWork = Promise.resolve();
  seams.body('CreateSession', (body, call, { state }) => {
    before.set(call, state.failures.get(text(body, 'username') ?? '')?.count ?? 0);
  });
  seams.refusal('CreateSession', async (answer, call, { state, rules, clock }) => {
    const user = nameIn(call);
    if (user === undefined || own(answer.body, 'errorCode') !== 'KInvalidOtp') return;
    state.failures.delete(user);
    atWork = isOneByOne ? atWork.then(race) : race();
    await atWork;
    const count = (before.get(call) ?? 0) + 1;
    const { attempts, lockMs } = rules.throttle;
    const isLocked = count >= attempts;
    state.failures.set(
      user,
      isLocked ? { count: 0, lockedUntil: clock.now() + lockMs } : { count, lockedUntil: 0 },
    );
  });
}

/** Wrong codes open sessions while at least this many are judged at once. */
const mostChecked = 5;

function checksNoneUnderLoad(seams: Seams): void {
  let atWork = 0;
  seams.refusal('CreateSession', async (answer, call, { state }) => {
    const user = state.users.find(({ username }) => username === nameIn(call));
    if (user === undefined || own(answer.body, 'errorCode') !== 'KInvalidOtp') return;
    atWork += 1;
    await race();
    if (atWork >= mostChecked) Object.assign(answer, opensSession(user, state));
    await race();
    atWork -= 1;
  });
}

function neverEnds({ rules }: Seams, lifetime: keyof Rules['lifetimes']): void {
  rules.lifetimes[lifetime] = Number.POSITIVE_INFINITY;
}

export const guessingFaults: readonly Fault[] = [
  ...single,
  ...faultsOf({
    'throttle/current-password-not-counted': breaks('guessing/current-password-is-throttled')
      .since('7.3')
      .says('Wrong passwords of the support user as currentPassword are not counted.')
      .with(countsNone, 'UpdateSupportMFAConfig', () => supportPassword),
    'throttle/support-user-password-not-counted': breaks('guessing/support-user-password-is-throttled')
      .since('7.3.1')
      .says('Wrong passwords of the support user as supportUserPassword are not counted.')
      .with(countsNone, 'VerifySupportUserTotp', () => supportPassword),
  }),
  ...logins.flatMap(([slug, operation, path]) =>
    faultsOf({
      [`throttle/passwords-not-counted-at-${slug}`]: breaks(`guessing/passwords-are-throttled-at-${slug}`)
        .says(`Wrong passwords at ${path} are not counted.`)
        .with(countsNone, operation, (call) => passwordOf(nameIn(call))),
    }),
  ),
  ...faultsOf({
    'throttle/counts-lost-in-parallel': breaks('guessing/guesses-at-once-are-counted')
      .says('Only one of several concurrent wrong codes is counted.')
      .with(losesCounts, false),
    'throttle/counts-lost-in-parallel-one-by-one': breaks('guessing/guesses-at-once-are-counted')
      .says('Concurrent wrong codes are answered in sequence, but only one of them is counted.')
      .with(losesCounts, true),
    'throttle/unchecked-under-load': breaks('totp-login/refuses-wrong-code')
      .says('Of five or more concurrent wrong TOTP codes each opens a session.')
      .with(checksNoneUnderLoad),
    'ways-in/session-never-ends': breaks('ways-in/session-ends-within-a-day')
      .says('Sessions never end by themselves.')
      .with(neverEnds, 'sessionMs'),
    'ways-in/token-never-ends': breaks('ways-in/token-ends-within-a-day')
      .says('Access tokens never end by themselves.')
      .with(neverEnds, 'tokenMs'),
    'ways-in/expired-session-makes-key': breaks('ways-in/session-ends-within-a-day')
      .says('POST /totp-key accepts expired sessions.')
      .with(alsoKnows, ({ sessionId = '' }, { operation }, { state }) =>
        operation === 'CreateTotpKey' ? state.sessions.get(sessionId) : undefined,
      ),
    'ways-in/expired-token-mails': breaks('ways-in/token-ends-within-a-day')
      .says('POST /send-email-otp accepts expired access tokens.')
      .with(alsoKnows, ({ authorization = '' }, { operation }, { state }) =>
        operation === 'SendEmailOtp' ? state.tokens.get(authorization.replace(/^Bearer /, '')) : undefined,
      ),
    'ways-in/reference-never-ends': breaks('ways-in/reference-ends-within-a-day')
      .since('7.3.1')
      .says('Reference ids never end by themselves.')
      .with(neverEnds, 'referenceMs'),
  }),
];

export const throttleFaults: readonly Fault[] = faultsOf({
  'throttle/totp-not-counted': breaks('totp-login/wrong-codes-are-throttled')
    .says('Wrong TOTP codes at logins are not counted.')
    .refusals('CreateSession', (_answer, call, { state }) => {
      if (own(call.body, 'otpType') === 'totp') state.failures.clear();
    }),
  'throttle/counted-by-connection': breaks('totp-login/throttle-spans-connections')
    .says('Wrong codes at logins are counted separately for each connection.')
    .by((seams) => {
      const counts = new WeakMap<object, State['failures']>();
      seams.input('CreateSession', (call, { state }) => {
        state.failures.clear();
        for (const [owner, count] of counts.get(call.connection) ?? []) state.failures.set(owner, count);
      });
      seams.answer('CreateSession', (_answer, call, { state }) => {
        counts.set(call.connection, new Map(state.failures));
      });
    }),
  'throttle/counted-by-agent': breaks('totp-login/throttle-spans-connections')
    .says('Wrong codes at logins are counted separately for each User-Agent.')
    .with(
      counts,
      'CreateSession',
      (call) => nameIn(call) ?? '',
      ({ headers }) => headers['user-agent'],
    ),
  'throttle/support-code-resets-count': breaks('support-email/wrong-codes-are-throttled')
    .since('6.8.1')
    .says('POST /support-user/send-email-otp resets the count of wrong codes as mfaCode.')
    .answers('SendSupportEmailOtp', (_answer, _call, { state }) => void state.failures.delete(supportOwner)),
  'throttle/counted-by-forwarded-address': breaks('totp-login/throttle-ignores-forwarded-header')
    .says('Wrong codes at logins are counted separately for each X-Forwarded-For.')
    .inputs('CreateSession', (call, { state }) => {
      if (header(call, 'x-forwarded-for') !== undefined) state.failures.clear();
    }),
  'throttle/mailed-codes-not-counted': breaks('email-login/wrong-codes-are-throttled')
    .says('Wrong mailed codes at logins are not counted.')
    .refusals('CreateSession', (_answer, call, { state }) => {
      if (own(call.body, 'otpType') === 'email') state.failures.clear();
    }),
  'throttle/mails-without-limit': breaks('email-otp/sending-is-limited')
    .says('Mailed codes are not limited.')
    .rules(({ mailLimit }) => ({ mailLimit: { ...mailLimit, mails: Number.POSITIVE_INFINITY } })),
  'throttle/mails-in-session-without-limit': breaks('email-otp/sending-is-limited')
    .says('Codes mailed by POST /send-email-otp are not limited.')
    .inputs('SendEmailOtp', (_call, { state }) => state.unusedMails.clear()),
  'throttle/support-mails-without-limit': breaks('support-email/sending-is-limited')
    .says('Codes mailed by POST /support-user/send-email-otp are not limited.')
    .inputs('SendSupportEmailOtp', (_call, { state }) => void state.unusedMails.delete(supportOwner)),
  'throttle/mfa-codes-not-counted': breaks('support-email/wrong-codes-are-throttled')
    .since('6.8.1')
    .says('Wrong codes as mfaCode are not counted.')
    .with(countsNone, 'UpdateSupportMFAConfig', () => supportOwner),
});
