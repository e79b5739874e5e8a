import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, type Call, Refusal, type World } from '../call.js';
import { credentialsOf, header, isAnonymous } from '../credentials.js';
import { alsoKnows, codeOf, handsWithoutCode, keysOf, mailedTo, opened, userNamed } from '../deviations.js';
import { asObject, type Json, own, text } from '../json.js';
import type { OperationId } from '../operations/table.js';
import { breaks, type Fault, faultsOf, faultsSince, type Seams } from '../seams.js';
import type { MailCode, Owner, TotpKey, User } from '../state.js';

/** Longer than concurrent requests take to arrive. */
const raceMs = 60;

const halfAnHour = 60;

/** A login without a code returns an id, as `hand` says. If `given` finds the id, `opens` succeeds. */
function firstStep(
  seams: Seams,
  hand: Parameters<typeof handsWithoutCode>[1],
  given: (call: Call) => string | undefined,
  opens: OperationId,
): void {
  const users = handsWithoutCode(seams, hand);
  alsoKnows(seams, (_credentials, call) => (call.operation === opens ? users.get(given(call)) : undefined));
}

const patch = 'UpdateSupportMFAConfig';
const verify = 'VerifySupportUserTotp';

/** If `as` accepts the given code, the target takes it for the support user's current code. */
function readsSupportCode(
  seams: Seams,
  operation: typeof verify | typeof patch,
  as: (given: Json, at: (step: number) => string, world: World) => boolean,
): void {
  const name = operation === verify ? 'totpCode' : 'mfaCode';
  seams.edit(operation, (body, call, world) => {
    const { key } = world.state.support;
    const given = own(body, name);
    if (key === undefined || given === undefined) return;
    if (!as(given, (step) => codeOf(key, world, step), world)) return;
    call.skip.add('checks');
    key.acceptedSteps.clear();
    return { [name]: codeOf(key, world) };
  });
}

const switchesOffBySteps = (seams: Seams, step: (index: number) => number, count: number) =>
  readsSupportCode(seams, patch, (given, at) =>
    Array.from({ length: count }, (_, index) => at(step(index))).some((code) => code === given),
  );

const around = [-1, 0, 1];
const inList = (given: Json, at: (step: number) => string) =>
  Array.isArray(given) && around.some((step) => given.includes(at(step)));

/** If `fits` accepts a code of POST /send-email-otp, the code counts as right. */
function callersCodes(seams: Seams, fits: (code: MailCode, owner: Owner, isAlive: boolean) => boolean): void {
  const theirs = new Set<MailCode | undefined>();
  seams.answer('SendEmailOtp', (_answer, _call, { state }) => void theirs.add(state.mailCodes.at(-1)));
  const { lifetimeMs } = seams.rules.mailCode;
  seams.wrap('mailCodeFits', (mailCodeFits, entry, code, owner, now) =>
    theirs.has(entry)
      ? entry.code === code && fits(entry, owner, now - entry.issuedAt <= lifetimeMs)
      : mailCodeFits(entry, code, owner, now),
  );
}

/** If `comesWith` accepts an answer, it sets a cookie. The cookie opens the API for the user that the request named. */
function setsCookie(seams: Seams, operation: OperationId, comesWith: (answer: Answer) => boolean): void {
  const users = new Map<string, User>();
  seams.answer(operation, (answer, call, world) => {
    const user = userNamed(call.body, world);
    if (user === undefined || !comesWith(answer)) return;
    const cookie = `JSESSIONID=${randomUUID()}`;
    users.set(cookie, user);
    answer.headers['set-cookie'] = `${cookie}; Path=/; HttpOnly`;
  });
  alsoKnows(seams, (_credentials, call) => users.get(header(call, 'cookie') ?? ''));
}

const supportCodeOpens = (seams: Seams, isOpen: (user: User) => boolean) =>
  seams.wrap('loginKeys', (loginKeys, user, world) => {
    const { key } = world.state.support;
    return [...loginKeys(user, world), ...(key === undefined || !isOpen(user) ? [] : [key])];
  });

const single = faultsOf({
  'mail/callers-code-never-expires': breaks('email-login/code-expires')
    .says('A code of POST /send-email-otp is valid until it is used.')
    .with(callersCodes, ({ owner, uses }, asked) => owner === asked && uses === 0),
  'mail/refused-request-prolongs-code': breaks('email-login/code-expires')
    .says('A POST /email-otp with a wrong password prolongs the life of the last mailed code.')
    .refusals('CreateEmailOtp', (_answer, { body }, { state, clock }) => {
      state.mailCodes = state.mailCodes.map((entry) =>
        entry.owner === text(body, 'username') ? { ...entry, issuedAt: clock.now() } : entry,
      );
    }),
  'ways-in/key-for-whom-the-body-names': breaks('ways-in/key-is-for-the-caller')
    .says('POST /totp-key makes a key for the user named in its body.')
    .bodies('CreateTotpKey', (body, call, world) => {
      call.caller = userNamed(body, world) ?? call.caller;
    }),
  'ways-in/key-for-whom-a-header-names': breaks('ways-in/key-is-for-the-caller')
    .says('POST /totp-key makes a key for the user named in X-Impersonate-User.')
    .bodies('CreateTotpKey', (_body, call, world) => {
      call.caller = userNamed({ username: String(call.headers['x-impersonate-user']) }, world) ?? call.caller;
    }),
  'ways-in/key-voids-that-of-the-user-before': breaks('ways-in/key-is-for-the-caller')
    .says("POST /totp-key refuses unknown members, and a user's new key voids that of the last user.")
    .by((seams) => {
      let last: string | undefined;
      seams.body('CreateTotpKey', (body) => {
        if (Object.keys(asObject(body)).some((name) => name !== 'totpKeyName'))
          throw new Refusal(400, 'KUnknownMember', 'Unknown member.');
      });
      seams.success('CreateTotpKey', (_body, { caller }, { state }) => {
        if (last !== caller?.username) state.userKeys = state.userKeys.filter(({ owner }) => owner !== last);
        last = caller?.username;
      });
    }),
  'ways-in/keys-at-once-stay': breaks('ways-in/enrolments-at-once-leave-one-key')
    .says('All keys that a user makes concurrently are in force.')
    .by((seams) => {
      const unanswered = new Set<TotpKey>();
      seams.answer('CreateTotpKey', async (answer, call, { state }) => {
        const isOwn = ({ owner }: TotpKey) => owner === call.caller?.username;
        const newest = state.userKeys.findLast(isOwn);
        if (answer.status >= 300 || newest === undefined) return;
        state.userKeys = [...state.userKeys, ...[...unanswered].filter(isOwn)];
        unanswered.add(newest);
        await pause(raceMs);
        unanswered.delete(newest);
      });
    }),
  'ways-in/keys-at-once-are-mixed-up': breaks('ways-in/keys-at-once-are-their-callers')
    .says('All users who request a TOTP key concurrently get the last one.')
    .by((seams) => {
      let last: Json | undefined;
      seams.answer('CreateTotpKey', async (answer) => {
        if (answer.status >= 300) return;
        last = answer.body;
        await pause(raceMs);
        answer.body = last;
      });
    }),
  'ways-in/first-step-makes-a-key': breaks('ways-in/first-step-makes-no-key')
    .says('The password alone gets a session that makes a new key for the user.')
    .with(firstStep, opened, (call) => header(call, 'session-id'), 'CreateTotpKey'),
  'ways-in/first-step-cookie-opens': breaks('ways-in/first-step-cookie-opens-nothing')
    .says('The password alone is refused with a cookie that opens the support configuration.')
    .with(
      firstStep,
      (id, { headers }) => ({
        headers: { ...headers, 'set-cookie': `login-session=${id}; Path=/; HttpOnly` },
      }),
      (call) => header(call, 'cookie')?.replace(/^login-session=/, ''),
      'GetSupportMFAConfig',
    ),
  'ways-in/list-of-codes-verifies': breaks('ways-in/list-of-support-codes-verifies-nothing')
    .says('POST /support-user/verify-totp accepts a list with a right code in it.')
    .with(readsSupportCode, verify, inList),
  'ways-in/code-with-more-verifies': breaks('ways-in/near-support-code-verifies-nothing')
    .says('POST /support-user/verify-totp compares only the first digits of a code.')
    .with(
      readsSupportCode,
      verify,
      (given, at) => typeof given === 'string' && given.length === 7 && given.startsWith(at(0)),
    ),
  'ways-in/half-a-code-verifies': breaks('verify-totp/refuses-junk')
    .says('POST /support-user/verify-totp accepts a code by its first digits, three at least.')
    .with(
      readsSupportCode,
      'VerifySupportUserTotp',
      (given, at) =>
        typeof given === 'string' && given.length >= 3 && given.length < 6 && at(0).startsWith(given),
    ),
  'ways-in/callers-code-for-anybody': breaks('ways-in/callers-code-is-the-callers')
    .and('support-email/not-disabled-with-callers-code')
    .says('A code of POST /send-email-otp opens a session of any user.')
    .with(callersCodes, ({ uses }, _asked, isAlive) => uses === 0 && isAlive),
  'ways-in/callers-code-works-again': breaks('ways-in/callers-code-works-once')
    .says('A code of POST /send-email-otp opens sessions repeatedly until it expires.')
    .with(callersCodes, (entry, owner, isAlive) => entry.owner === owner && isAlive),
  'ways-in/mailed-code-race': breaks('ways-in/mailed-code-works-once-in-parallel')
    .says('A mailed code counts as used only after its login was answered.')
    .by((seams) => {
      const settled = new Set<MailCode>();
      seams.wrap(
        'mailCodeFits',
        (mailCodeFits, entry, ...given) =>
          !settled.has(entry) && mailCodeFits({ ...entry, uses: 0 }, ...given),
      );
      seams.answer(['CreateSession', patch], async (_answer, call, { state }) => {
        const used = state.mailCodes.filter(({ uses }) => uses > 0);
        if (text(call.body, 'otpType') === 'email') await pause(raceMs);
        for (const entry of used) settled.add(entry);
      });
    }),
  'ways-in/voided-code-revives': breaks('email-login/newer-code-voids-older')
    .says('After a mailed code opened a session, the code before it opens another.')
    .by((seams) => {
      const voided = new Map<Owner, MailCode>();
      seams.wrap('newMailCode', (newMailCode, world, owner) => {
        const last = mailedTo(owner, world.state).findLast(({ uses }) => uses === 0);
        if (last !== undefined) voided.set(owner, last);
        return newMailCode(world, owner);
      });
      seams.answer('CreateSession', (answer, call, { state }) => {
        const username = text(call.body, 'username') ?? '';
        const last = voided.get(username);
        const isByMail = text(call.body, 'otpType') === 'email';
        if (answer.status >= 300 || !isByMail || last === undefined) return;
        voided.delete(username);
        state.mailCodes.push(last);
      });
    }),
  'ways-in/header-redirects-mail': breaks('ways-in/header-redirects-no-mail')
    .says('POST /email-otp mails to the address in a header X-Email.')
    .wraps('recipients', (recipients, address, call, world) =>
      recipients(header(call, 'x-email') ?? address, call, world),
    ),
  'ways-in/nobody-is-mailed': breaks('ways-in/nobody-is-mailed-nothing')
    .says('POST /email-otp without credential and body mails the admin a code.')
    .inputs('CreateEmailOtp', (call, world) => {
      if (call.content?.length !== 0 || !isAnonymous(credentialsOf(call, world))) return;
      call.skip.add('authentication');
      call.caller = world.state.admin;
    }),
});

const since681 = faultsSince('6.8.1', {
  'ways-in/list-of-codes-switches-off': breaks('ways-in/list-of-support-codes-switches-nothing-off')
    .says('PATCH /support-user/mfa accepts a list with a right code in it as mfaCode.')
    .with(readsSupportCode, patch, inList),
  'ways-in/old-code-switches-off': breaks('ways-in/old-support-code-switches-nothing-off')
    .says('PATCH /support-user/mfa accepts codes of the last half hour as mfaCode.')
    .with(switchesOffBySteps, (index) => -2 - index, halfAnHour),
  'ways-in/code-of-the-replaced-key-switches-off': breaks('ways-in/users-code-switches-nothing-off')
    .says('PATCH /support-user/mfa accepts a code of the replaced key as mfaCode.')
    .by((seams) => {
      const keys: TotpKey[] = [];
      seams.success(patch, (_body, _call, { state: { support } }) => {
        if (support.key !== undefined && keys.at(-1) !== support.key) keys.push(support.key);
      });
      readsSupportCode(seams, patch, (given, _at, world) => {
        const replaced = keys.at(-2);
        return replaced !== undefined && codeOf(replaced, world) === given;
      });
    }),
  'ways-in/future-code-switches-off': breaks('ways-in/old-support-code-switches-nothing-off')
    .says('PATCH /support-user/mfa accepts codes of the next half hour as mfaCode.')
    .with(switchesOffBySteps, (index) => 2 + index, halfAnHour),
  'ways-in/code-of-minutes-switches-off': breaks('ways-in/support-code-window-is-a-minute')
    .says('PATCH /support-user/mfa accepts codes of three minutes around now as mfaCode.')
    .with(switchesOffBySteps, (index) => (index < 5 ? 2 + index : 3 - index), 10),
  'ways-in/users-code-switches-off': breaks('ways-in/users-code-switches-nothing-off')
    .says("PATCH /support-user/mfa accepts a code of any user's key as mfaCode.")
    .with(readsSupportCode, patch, (given, _at, world) =>
      world.state.userKeys.some((key) => codeOf(key, world) === given),
    ),
  'ways-in/admins-code-switches-off': breaks('ways-in/users-code-switches-nothing-off')
    .says("PATCH /support-user/mfa accepts a code of the admin's own key as mfaCode.")
    .with(readsSupportCode, patch, (given, _at, world) =>
      keysOf(world.state.admin.username, world.state).some((key) => codeOf(key, world) === given),
    ),
});

export const keyAndMailFaults: readonly Fault[] = [
  ...single,
  ...since681,
  ...faultsOf({
    'ways-in/cookie-of-a-mailed-code': breaks('ways-in/cookie-of-email-otp-opens-nothing')
      .says('POST /email-otp sets a cookie that opens the API.')
      .with(setsCookie, 'CreateEmailOtp', ({ status }) => status === 204),
    'ways-in/cookie-of-a-wrong-code': breaks('ways-in/first-step-cookie-opens-nothing')
      .says('The refusal of a wrong code sets a cookie that opens the API.')
      .with(setsCookie, 'CreateSession', ({ body }) => own(body, 'errorCode') === 'KInvalidOtp'),
    'ways-in/cookie-of-a-refused-token': breaks('access-tokens/refused-by-password-alone-under-mfa')
      .says('The refusal of a token for the password alone sets a cookie that opens the API.')
      .with(setsCookie, 'CreateAccessToken', ({ body }) => own(body, 'errorCode') === 'KOtpRequired'),
    'ways-in/support-code-opens-session': breaks('ways-in/support-code-opens-no-session')
      .says("A code of the support user's key opens a session of any user.")
      .with(supportCodeOpens, () => true),
    'ways-in/support-key-becomes-the-admins': breaks('ways-in/support-code-opens-no-session')
      .says("A new key of the support user replaces the admin's key.")
      .by((seams) =>
        seams.success(patch, (_body, { body }, { state }) => {
          const { key } = state.support;
          const owner = state.admin.username;
          if (key !== undefined && own(body, 'mfaType') === 'totp')
            state.userKeys = [...state.userKeys.filter((each) => each.owner !== owner), { ...key, owner }];
        }),
      ),
    'ways-in/support-code-opens-admin': breaks('ways-in/support-code-opens-no-session')
      .says("A code of the support user's key opens a session of the admin.")
      .with(supportCodeOpens, ({ role }) => role === 'admin'),
  }),
];
