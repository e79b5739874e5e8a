import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Call, World } from '../call.js';
import { credentialsOf, header, isAnonymous } from '../credentials.js';
import { alsoKnows, bodies, inputs, userNamed } from '../deviations.js';
import { asObject, type Json, own, text } from '../json.js';
import type { OperationId } from '../operations/table.js';
import { type Fault, faultsOf, faultsSince, type Seams, withRules } from '../seams.js';
import type { MailCode, TotpKey, User } from '../state.js';
import { hotp, stepAt } from '../totp.js';

/** Longer than concurrent requests need to arrive. */
const raceMs = 60;

/** Steps of half an hour, for keys of the reference. */
const halfAnHour = 60;

/** The password alone gets a body or a cookie that allows the operation `opens`. */
function firstStep(
  seams: Seams,
  hand: (id: string) => { readonly body?: Json; readonly cookie?: string },
  given: (call: Call) => string | undefined,
  opens: OperationId,
): void {
  const users = new Map<string, User>();
  seams.refusal('CreateSession', (answer, call, world) => {
    if (own(asObject(answer.body), 'errorCode') !== 'KOtpRequired') return;
    const user = userNamed(call.body, world);
    const id = randomUUID();
    if (user !== undefined) users.set(id, user);
    const { body, cookie } = hand(id);
    if (body !== undefined)
      Object.assign(answer, { status: 201, headers: { 'cache-control': 'no-store' }, body });
    if (cookie !== undefined) answer.headers['set-cookie'] = cookie;
  });
  alsoKnows((_credentials, call) => (call.operation === opens ? users.get(given(call) ?? '') : undefined))(
    seams,
  );
}

/** Codes that `as` accepts count as the support user's current code. */
function readsSupportCode(
  operation: 'VerifySupportUserTotp' | 'UpdateSupportMFAConfig',
  as: (given: Json, at: (step: number) => string, world: World) => boolean,
): Fault['apply'] {
  const name = operation === 'VerifySupportUserTotp' ? 'totpCode' : 'mfaCode';
  return bodies(operation, (body, call, world) => {
    const { key } = world.state.support;
    const given = own(asObject(body), name);
    if (key === undefined || given === undefined) return body;
    if (!as(given, (step) => codeOf(key, step, world), world)) return body;
    call.skip.add('checks');
    key.acceptedSteps.clear();
    return { ...asObject(body), [name]: codeOf(key, 0, world) };
  });
}

function codeOf({ secret, parameters }: TotpKey, step: number, { clock }: World): string {
  return hotp(secret, stepAt(clock.now(), parameters.period) + step, parameters);
}

/** PATCH /support-user/mfa accepts codes of other steps than the current ones as mfaCode. */
const switchesOffBySteps = (step: (index: number) => number, count: number) =>
  readsSupportCode('UpdateSupportMFAConfig', (given, at) =>
    Array.from({ length: count }, (_, index) => at(step(index))).some((code) => code === given),
  );

const around = [-1, 0, 1];
const inList = (given: Json, at: (step: number) => string) =>
  Array.isArray(given) && around.some((step) => given.includes(at(step)));

/** Codes of POST /send-email-otp are judged by `fits`. */
function callersCodes(
  seams: Seams,
  fits: (entry: MailCode, owner: MailCode['owner'], isAlive: boolean) => boolean,
): void {
  const theirs = new Set<MailCode>();
  seams.answer('SendEmailOtp', (_answer, _call, { state }) => {
    const newest = state.mailCodes.at(-1);
    if (newest !== undefined) theirs.add(newest);
  });
  const { mailCodeFits, mailCode } = seams.rules;
  seams.rules.mailCodeFits = (entry, code, owner, now) =>
    theirs.has(entry)
      ? entry.code === code && fits(entry, owner, now - entry.issuedAt <= mailCode.lifetimeMs)
      : mailCodeFits(entry, code, owner, now);
}

/** Answers to a right password without a right code, which set the cookie of a session. */
const cookieFaults: readonly Fault[] = (
  [
    [
      'mailed-code',
      'CreateEmailOtp',
      'POST /email-otp',
      ({ status }) => status === 204,
      'ways-in/cookie-of-email-otp-opens-nothing',
    ],
    [
      'wrong-code',
      'CreateSession',
      'The refusal of a wrong code',
      ({ body }) => own(asObject(body), 'errorCode') === 'KInvalidOtp',
      'ways-in/first-step-cookie-opens-nothing',
    ],
    [
      'refused-token',
      'CreateAccessToken',
      'The refusal of a token for the password alone',
      ({ body }) => own(asObject(body), 'errorCode') === 'KOtpRequired',
      'access-tokens/refused-by-password-alone-under-mfa',
    ],
  ] as const satisfies readonly (readonly [
    string,
    OperationId,
    string,
    (answer: Answer) => boolean,
    string,
  ])[]
).map(
  ([id, operation, what, comesWith, requirement]): Fault => ({
    id: `ways-in/cookie-of-a-${id}`,
    description: `${what} sets a cookie that opens the API.`,
    breaks: [requirement],
    apply: (seams) => {
      const users = new Map<string, User>();
      seams.answer(operation, (answer, call, world) => {
        const user = userNamed(call.body, world);
        if (user === undefined || !comesWith(answer)) return;
        const cookie = `JSESSIONID=${randomUUID()}`;
        users.set(cookie, user);
        answer.headers['set-cookie'] = `${cookie}; Path=/; HttpOnly`;
      });
      alsoKnows((_credentials, call) => users.get(header(call, 'cookie') ?? ''))(seams);
    },
  }),
);

const single = faultsOf({
  'mail/callers-code-never-expires': {
    description: 'A code of POST /send-email-otp is valid until it is used.',
    breaks: ['email-login/code-expires'],
    apply: (seams) => callersCodes(seams, ({ owner, uses }, asked) => owner === asked && uses === 0),
  },
  'ways-in/key-for-whom-the-body-names': {
    description: 'POST /totp-key makes a key for the user named in its body.',
    breaks: ['ways-in/key-is-for-the-caller'],
    apply: bodies('CreateTotpKey', (body, call, world) => {
      call.caller = userNamed(body, world) ?? call.caller;
    }),
  },
  'ways-in/keys-at-once-stay': {
    description: 'All keys that a user makes concurrently are in force.',
    breaks: ['ways-in/enrolments-at-once-leave-one-key'],
    apply: (seams) => {
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
    },
  },
  'ways-in/first-step-makes-a-key': {
    description: 'The password alone gets a session that makes a new key for the user.',
    breaks: ['ways-in/first-step-makes-no-key'],
    apply: (seams) =>
      firstStep(
        seams,
        (sessionId) => ({ body: { sessionId } }),
        (call) => header(call, 'session-id'),
        'CreateTotpKey',
      ),
  },
  'ways-in/first-step-cookie-opens': {
    description: 'The password alone is refused with a cookie that opens the support configuration.',
    breaks: ['ways-in/first-step-cookie-opens-nothing'],
    apply: (seams) =>
      firstStep(
        seams,
        (id) => ({ cookie: `login-session=${id}; Path=/; HttpOnly` }),
        (call) => header(call, 'cookie')?.replace(/^login-session=/, ''),
        'GetSupportMFAConfig',
      ),
  },
  'ways-in/list-of-codes-verifies': {
    description: 'POST /support-user/verify-totp accepts a list with a right code in it.',
    breaks: ['ways-in/list-of-support-codes-verifies-nothing'],
    apply: readsSupportCode('VerifySupportUserTotp', inList),
  },
  'ways-in/code-with-more-verifies': {
    description: 'POST /support-user/verify-totp compares only the first digits of a code.',
    breaks: ['ways-in/near-support-code-verifies-nothing'],
    apply: readsSupportCode(
      'VerifySupportUserTotp',
      (given, at) => typeof given === 'string' && given.length === 7 && given.startsWith(at(0)),
    ),
  },
  'ways-in/half-a-code-verifies': {
    description: 'POST /support-user/verify-totp accepts a code by its first digits, three at least.',
    breaks: ['verify-totp/refuses-junk', 'ways-in/near-support-code-verifies-nothing'],
    apply: readsSupportCode(
      'VerifySupportUserTotp',
      (given, at) =>
        typeof given === 'string' && given.length >= 3 && given.length < 6 && at(0).startsWith(given),
    ),
  },
  'ways-in/callers-code-for-anybody': {
    description: 'A code of POST /send-email-otp opens a session of any user.',
    breaks: ['ways-in/callers-code-is-the-callers', 'support-email/not-disabled-with-callers-code'],
    apply: (seams) => callersCodes(seams, ({ uses }, _asked, isAlive) => uses === 0 && isAlive),
  },
  'ways-in/callers-code-works-again': {
    description: 'A code of POST /send-email-otp opens sessions as long as it lives.',
    breaks: ['ways-in/callers-code-works-once'],
    apply: (seams) => callersCodes(seams, (entry, owner, isAlive) => entry.owner === owner && isAlive),
  },
  'ways-in/mailed-code-race': {
    description: 'A mailed code counts as used only after its login was answered.',
    breaks: ['ways-in/mailed-code-works-once-in-parallel'],
    apply: (seams) => {
      const settled = new Set<MailCode>();
      const { mailCodeFits } = seams.rules;
      seams.rules.mailCodeFits = (entry, code, owner, now) =>
        !settled.has(entry) && mailCodeFits({ ...entry, uses: 0 }, code, owner, now);
      seams.answer(['CreateSession', 'UpdateSupportMFAConfig'], async (_answer, call, { state }) => {
        const used = state.mailCodes.filter(({ uses }) => uses > 0);
        if (text(asObject(call.body), 'otpType') === 'email') await pause(raceMs);
        for (const entry of used) settled.add(entry);
      });
    },
  },
  'ways-in/voided-code-revives': {
    description: 'After a mailed code opened a session, the code before it opens another.',
    breaks: ['email-login/newer-code-voids-older'],
    apply: (seams) => {
      const voided = new Map<MailCode['owner'], MailCode>();
      const { newMailCode } = seams.rules;
      seams.rules.newMailCode = (world, owner) => {
        const last = world.state.mailCodes.findLast((entry) => entry.owner === owner && entry.uses === 0);
        if (last !== undefined) voided.set(owner, last);
        return newMailCode(world, owner);
      };
      seams.answer('CreateSession', (answer, call, { state }) => {
        const username = text(asObject(call.body), 'username') ?? '';
        const last = voided.get(username);
        const isByMail = text(asObject(call.body), 'otpType') === 'email';
        if (answer.status >= 300 || !isByMail || last === undefined) return;
        voided.delete(username);
        state.mailCodes.push(last);
      });
    },
  },
  'ways-in/header-redirects-mail': {
    description: 'POST /email-otp mails to the address in a header X-Email.',
    breaks: ['ways-in/header-redirects-no-mail'],
    apply: withRules(({ recipients }) => ({
      recipients: (address, call, world) => recipients(header(call, 'x-email') ?? address, call, world),
    })),
  },
  'ways-in/nobody-is-mailed': {
    description: 'POST /email-otp without credential and body mails the admin a code.',
    breaks: ['ways-in/nobody-is-mailed-nothing'],
    apply: inputs('CreateEmailOtp', (call, world) => {
      if (call.content?.length !== 0 || !isAnonymous(credentialsOf(call, world))) return;
      call.skip.add('authentication');
      call.caller = world.state.admin;
    }),
  },
});

const since681 = faultsSince('6.8.1', {
  'ways-in/list-of-codes-switches-off': {
    description: 'PATCH /support-user/mfa accepts a list with a right code in it as mfaCode.',
    breaks: ['ways-in/list-of-support-codes-switches-nothing-off'],
    apply: readsSupportCode('UpdateSupportMFAConfig', inList),
  },
  'ways-in/old-code-switches-off': {
    description: 'PATCH /support-user/mfa accepts codes of the last half hour as mfaCode.',
    breaks: ['ways-in/old-support-code-switches-nothing-off'],
    apply: switchesOffBySteps((index) => -2 - index, halfAnHour),
  },
  'ways-in/future-code-switches-off': {
    description: 'PATCH /support-user/mfa accepts codes of the next half hour as mfaCode.',
    breaks: ['ways-in/old-support-code-switches-nothing-off'],
    apply: switchesOffBySteps((index) => 2 + index, halfAnHour),
  },
  'ways-in/code-of-minutes-switches-off': {
    description: 'PATCH /support-user/mfa accepts codes of three minutes around now as mfaCode.',
    breaks: ['ways-in/support-code-window-is-a-minute'],
    apply: switchesOffBySteps((index) => (index < 5 ? 2 + index : 3 - index), 10),
  },
  'ways-in/users-code-switches-off': {
    description: "PATCH /support-user/mfa accepts a code of any user's key as mfaCode.",
    breaks: ['ways-in/users-code-switches-nothing-off'],
    apply: readsSupportCode('UpdateSupportMFAConfig', (given, _at, world) =>
      world.state.userKeys.some((key) => codeOf(key, 0, world) === given),
    ),
  },
  'ways-in/admins-code-switches-off': {
    description: "PATCH /support-user/mfa accepts a code of the admin's own key as mfaCode.",
    breaks: ['ways-in/users-code-switches-nothing-off'],
    apply: readsSupportCode('UpdateSupportMFAConfig', (given, _at, world) =>
      world.state.userKeys.some(
        (key) => key.owner === world.state.admin.username && codeOf(key, 0, world) === given,
      ),
    ),
  },
});

export const keyAndMailFaults: readonly Fault[] = [
  ...single,
  ...since681,
  ...cookieFaults,
  ...(
    [
      ['session', 'any user', () => true],
      ['admin', 'the admin', ({ role }) => role === 'admin'],
    ] as const satisfies readonly (readonly [string, string, (user: User) => boolean])[]
  ).map(
    ([opens, whose, isOpen]): Fault => ({
      id: `ways-in/support-code-opens-${opens}`,
      description: `A code of the support user's key opens a session of ${whose}.`,
      breaks: ['ways-in/support-code-opens-no-session'],
      apply: withRules(({ loginKeys }) => ({
        loginKeys: (user, world) => {
          const { key } = world.state.support;
          return [...loginKeys(user, world), ...(key === undefined || !isOpen(user) ? [] : [key])];
        },
      })),
    }),
  ),
];
