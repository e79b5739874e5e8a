import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Call, World } from '../call.js';
import { credentialsOf, header, isAnonymous } from '../credentials.js';
import { asObject, type Json, own, text } from '../json.js';
import type { OperationId } from '../operations/table.js';
import type { Fault, Seams } from '../seams.js';
import type { MailCode, TotpKey, User } from '../state.js';
import { hotp, stepAt } from '../totp.js';

/** Longer than requests that are sent together take to arrive. */
const raceMs = 60;

/** Steps of half an hour, for keys of the reference. */
const halfAnHour = 60;

/** The password alone is answered by something that opens what `opens` says. */
function firstStep(
  seams: Seams,
  hand: (id: string) => { readonly body?: Json; readonly cookie?: string },
  given: (call: Call) => string | undefined,
  opens: OperationId,
): void {
  const users = new Map<string, User>();
  seams.refusal('CreateSession', (answer, call, { state }) => {
    if (own(asObject(answer.body), 'errorCode') !== 'KOtpRequired') return;
    const user = state.users.find(({ username }) => username === own(asObject(call.body), 'username'));
    const id = randomUUID();
    if (user !== undefined) users.set(id, user);
    const { body, cookie } = hand(id);
    if (body !== undefined)
      Object.assign(answer, { status: 201, headers: { 'cache-control': 'no-store' }, body });
    if (cookie !== undefined) answer.headers['set-cookie'] = cookie;
  });
  const { identify } = seams.rules;
  seams.rules.identify = (credentials, call, world) =>
    identify(credentials, call, world) ??
    (call.operation === opens ? users.get(given(call) ?? '') : undefined);
}

/** Reads a code for the support user's current one, by a rule of a server's own. */
function readsSupportCode(
  seams: Seams,
  operation: 'VerifySupportUserTotp' | 'UpdateSupportMFAConfig',
  as: (given: Json, at: (step: number) => string, world: World) => boolean,
): void {
  const name = operation === 'VerifySupportUserTotp' ? 'totpCode' : 'mfaCode';
  seams.body(operation, (body, call, world) => {
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

const around = [-1, 0, 1];
const inList = (given: Json, at: (step: number) => string) =>
  Array.isArray(given) && around.some((step) => given.includes(at(step)));

/** Codes of POST /send-email-otp are judged by a rule of their own. */
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

/** Answers to who brings a right password and no code, that come with the cookie of a session. */
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
    description: `${what} comes with a cookie that opens the API.`,
    breaks: [requirement],
    apply: (seams) => {
      const users = new Map<string, User>();
      seams.answer(operation, (answer, call, { state }) => {
        const user = state.users.find(({ username }) => username === own(asObject(call.body), 'username'));
        if (user === undefined || !comesWith(answer)) return;
        const cookie = `JSESSIONID=${randomUUID()}`;
        users.set(cookie, user);
        answer.headers['set-cookie'] = `${cookie}; Path=/; HttpOnly`;
      });
      const { identify } = seams.rules;
      seams.rules.identify = (credentials, call, world) =>
        identify(credentials, call, world) ?? users.get(header(call, 'cookie') ?? '');
    },
  }),
);

export const keyAndMailFaults: readonly Fault[] = [
  {
    id: 'mail/callers-code-never-expires',
    description: 'A code of POST /send-email-otp is valid until it is used.',
    breaks: ['email-login/code-expires'],
    apply: (seams) => callersCodes(seams, ({ owner, uses }, asked) => owner === asked && uses === 0),
  },
  {
    id: 'ways-in/key-for-whom-the-body-names',
    description: 'POST /totp-key makes a key for the user that its body names.',
    breaks: ['ways-in/key-is-for-the-caller'],
    apply: (seams) =>
      seams.body('CreateTotpKey', (body, call, { state }) => {
        const name = own(asObject(body), 'username');
        call.caller = state.users.find(({ username }) => username === name) ?? call.caller;
        return body;
      }),
  },
  {
    id: 'ways-in/keys-at-once-stay',
    description: 'Of keys that a user makes at the same time all are in force.',
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
  {
    id: 'ways-in/first-step-makes-a-key',
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
  {
    id: 'ways-in/first-step-cookie-opens',
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
      apply: ({ rules }) => {
        const { loginKeys } = rules;
        rules.loginKeys = (user, world) => {
          const { key } = world.state.support;
          return [...loginKeys(user, world), ...(key === undefined || !isOpen(user) ? [] : [key])];
        };
      },
    }),
  ),
  {
    id: 'ways-in/list-of-codes-verifies',
    description: 'POST /support-user/verify-totp takes any of a list of codes.',
    breaks: ['ways-in/list-of-support-codes-verifies-nothing'],
    apply: (seams) => readsSupportCode(seams, 'VerifySupportUserTotp', inList),
  },
  {
    id: 'ways-in/list-of-codes-switches-off',
    description: 'PATCH /support-user/mfa takes any of a list of codes as mfaCode.',
    since: '6.8.1',
    breaks: ['ways-in/list-of-support-codes-switches-nothing-off'],
    apply: (seams) => readsSupportCode(seams, 'UpdateSupportMFAConfig', inList),
  },
  {
    id: 'ways-in/code-with-more-verifies',
    description: 'POST /support-user/verify-totp looks at the first digits of a code only.',
    breaks: ['ways-in/near-support-code-verifies-nothing'],
    apply: (seams) =>
      readsSupportCode(
        seams,
        'VerifySupportUserTotp',
        (given, at) => typeof given === 'string' && given.length === 7 && given.startsWith(at(0)),
      ),
  },
  {
    id: 'ways-in/half-a-code-verifies',
    description: 'POST /support-user/verify-totp takes the first digits of a code, three at least, for it.',
    breaks: ['verify-totp/refuses-junk', 'ways-in/near-support-code-verifies-nothing'],
    apply: (seams) =>
      readsSupportCode(
        seams,
        'VerifySupportUserTotp',
        (given, at) =>
          typeof given === 'string' && given.length >= 3 && given.length < 6 && at(0).startsWith(given),
      ),
  },
  {
    id: 'ways-in/old-code-switches-off',
    description: 'PATCH /support-user/mfa takes codes of the last half an hour as mfaCode.',
    since: '6.8.1',
    breaks: ['ways-in/old-support-code-switches-nothing-off'],
    apply: (seams) =>
      readsSupportCode(seams, 'UpdateSupportMFAConfig', (given, at) =>
        Array.from({ length: halfAnHour }, (_, index) => at(-2 - index)).some((code) => code === given),
      ),
  },
  {
    id: 'ways-in/future-code-switches-off',
    description: 'PATCH /support-user/mfa takes codes of the next half an hour as mfaCode.',
    since: '6.8.1',
    breaks: ['ways-in/old-support-code-switches-nothing-off'],
    apply: (seams) =>
      readsSupportCode(seams, 'UpdateSupportMFAConfig', (given, at) =>
        Array.from({ length: halfAnHour }, (_, index) => at(2 + index)).some((code) => code === given),
      ),
  },
  {
    id: 'ways-in/code-of-minutes-switches-off',
    description: 'PATCH /support-user/mfa takes codes of three minutes around now as mfaCode.',
    since: '6.8.1',
    breaks: ['ways-in/support-code-window-is-a-minute'],
    apply: (seams) =>
      readsSupportCode(seams, 'UpdateSupportMFAConfig', (given, at) =>
        [2, 3, 4, 5, 6].flatMap((steps) => [at(-steps), at(steps)]).some((code) => code === given),
      ),
  },
  {
    id: 'ways-in/users-code-switches-off',
    description: "PATCH /support-user/mfa takes a code of any user's key as mfaCode.",
    since: '6.8.1',
    breaks: ['ways-in/users-code-switches-nothing-off'],
    apply: (seams) =>
      readsSupportCode(seams, 'UpdateSupportMFAConfig', (given, _at, world) =>
        world.state.userKeys.some((key) => codeOf(key, 0, world) === given),
      ),
  },
  {
    id: 'ways-in/admins-code-switches-off',
    description: "PATCH /support-user/mfa takes a code of the admin's own key as mfaCode.",
    since: '6.8.1',
    breaks: ['ways-in/users-code-switches-nothing-off'],
    apply: (seams) =>
      readsSupportCode(seams, 'UpdateSupportMFAConfig', (given, _at, world) =>
        world.state.userKeys.some(
          (key) => key.owner === world.state.admin.username && codeOf(key, 0, world) === given,
        ),
      ),
  },
  {
    id: 'ways-in/callers-code-for-anybody',
    description: 'A code of POST /send-email-otp opens a session of any user.',
    breaks: ['ways-in/callers-code-is-the-callers', 'support-email/not-disabled-with-callers-code'],
    apply: (seams) => callersCodes(seams, ({ uses }, _asked, isAlive) => uses === 0 && isAlive),
  },
  {
    id: 'ways-in/callers-code-works-again',
    description: 'A code of POST /send-email-otp opens sessions as long as it lives.',
    breaks: ['ways-in/callers-code-works-once'],
    apply: (seams) => callersCodes(seams, (entry, owner, isAlive) => entry.owner === owner && isAlive),
  },
  {
    id: 'ways-in/mailed-code-race',
    description: 'A mailed code counts as used only once the login with it was answered.',
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
  {
    id: 'ways-in/voided-code-revives',
    description: 'Once a mailed code has opened a session, the one before it opens another.',
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
  {
    id: 'ways-in/header-redirects-mail',
    description: 'POST /email-otp mails to the address of a header X-Email, where there is one.',
    breaks: ['ways-in/header-redirects-no-mail'],
    apply: ({ rules }) => {
      const { recipients } = rules;
      rules.recipients = (address, call, world) => {
        const other = header(call, 'x-email');
        return recipients(other ?? address, call, world);
      };
    },
  },
  {
    id: 'ways-in/nobody-is-mailed',
    description: 'POST /email-otp without a credential and without a body mails a code to the admin.',
    breaks: ['ways-in/nobody-is-mailed-nothing'],
    apply: (seams) =>
      seams.input('CreateEmailOtp', (call, world) => {
        if (call.content?.length !== 0 || !isAnonymous(credentialsOf(call, world))) return;
        call.skip.add('authentication');
        call.caller = world.state.admin;
      }),
  },
];
