import { randomUUID } from 'node:crypto';
import type { Call, World } from '../call.js';
import { header } from '../credentials.js';
import { alsoKnows, answers, asksNoCodeUnchecked } from '../deviations.js';
import { asObject, type Json, type JsonObject, own, text } from '../json.js';
import type { ReleaseName } from '../releases.js';
import { type Fault, faultsOf, withRules } from '../seams.js';
import type { User } from '../state.js';

/** Logins that need no code although the user is under MFA. */
type Codeless = readonly [
  id: string,
  what: string,
  breaks: readonly string[],
  is: (body: JsonObject, call: Call, world: World) => boolean,
  since?: ReleaseName,
];

const otherMember = 'ways-in/other-member-skips-no-code';
const otherCredential = 'ways-in/credential-of-others-skips-no-code';
const noCode = 'ways-in/what-is-no-code-opens-nothing';

const codeless: readonly Codeless[] = [
  [
    'certificate-that-is-junk',
    'any certificate',
    [otherMember],
    (body) => text(body, 'certificate') !== undefined,
  ],
  ['member-skip-mfa', 'skipMfa true', [otherMember], (body) => own(body, 'skipMfa') === true],
  [
    'member-mfa-info',
    'an mfaInfo that exempts the user',
    [otherMember],
    (body) => own(asObject(own(body, 'mfaInfo')), 'isUserExemptFromMfa') === true,
  ],
  [
    'real-ip-is-local',
    'an X-Real-IP of this host',
    ['ways-in/header-skips-no-code'],
    (_body, call) => header(call, 'x-real-ip') === '127.0.0.1',
  ],
  [
    'cookie-of-a-trusted-device',
    'a cookie that marks the device as trusted',
    ['ways-in/header-skips-no-code'],
    (_body, call) => header(call, 'cookie')?.includes('trusted_device=1') === true,
  ],
  [
    'session-of-another-user',
    "any user's session in its header",
    [otherCredential],
    (_body, call, { state }) => state.sessions.has(header(call, 'session-id') ?? ''),
  ],
  [
    'api-key-of-another-user',
    "any user's API key in its header",
    [otherCredential],
    (_body, call, { state }) => state.users.some(({ apiKey }) => apiKey === header(call, 'apikey')),
  ],
  [
    'empty-mailed-code-where-there-is-none',
    'an empty code of type email while no code is unused',
    ['email-login/refuses-junk'],
    (body, _call, { state }) =>
      own(body, 'otpCode') === '' &&
      own(body, 'otpType') === 'email' &&
      state.mailCodes.every(({ owner, uses }) => uses > 0 || owner !== text(body, 'username')),
  ],
  ['type-that-is-null', 'null as otpType', [noCode], (body) => own(body, 'otpType') === null],
  [
    'code-that-is-an-object',
    'an object as otpCode',
    [noCode, 'totp-login/refuses-junk', 'email-login/refuses-junk'],
    (body) => typeof own(body, 'otpCode') === 'object' && !Array.isArray(own(body, 'otpCode')),
  ],
  [
    'code-that-is-a-list-of-nothing',
    'an empty list as otpCode',
    [noCode],
    (body) => JSON.stringify(own(body, 'otpCode')) === '[]',
  ],
  ['code-that-is-a-wildcard', 'a wildcard as otpCode', [noCode], (body) => own(body, 'otpCode') === '%'],
  [
    'code-that-is-a-glob',
    'an otpCode of wildcards',
    [noCode],
    (body) => /^(?:\*|\?{6})$/.test(text(body, 'otpCode') ?? ''),
  ],
  [
    'code-that-is-a-pattern',
    'an otpCode that is a regular expression for digits',
    [noCode],
    (body) => /^(?:\.|\[0-9\]){6}$/.test(text(body, 'otpCode') ?? ''),
  ],
  ['code-of-a-developer', '123456 as otpCode', [noCode], (body) => own(body, 'otpCode') === '123456'],
  [
    'type-that-nothing-checks',
    'salesforce as otpType while that is enabled',
    ['ways-in/made-up-salesforce-code-opens-nothing'],
    (body, _call, { state }) =>
      own(body, 'otpType') === 'salesforce' &&
      state.cluster.authenticationTypes?.includes('salesforce') === true,
    '6.8.1',
  ],
  [
    'types-in-a-list',
    'a list as otpType, and no code',
    [noCode],
    (body) => Array.isArray(own(body, 'otpType')),
  ],
];

/** Spellings of a user name that a directory accepts and the check for MFA does not know. */
const names: readonly (readonly [id: string, what: string, of: (name: string) => string])[] = [
  ['in-other-case', 'in another case', (name) => name.toLowerCase()],
  ['with-blanks', 'with blanks around it', (name) => name.trim()],
  ['with-a-nul', 'with a NUL after it', (name) => name.replace(/\0.*$/, '')],
  ['in-full-width-letters', 'in full-width letters', (name) => name.normalize('NFKC')],
  ['with-zero-width-space', 'with a zero-width space in it', (name) => name.replace(/\u200b/g, '')],
  ['at-domain', 'with @ and the domain', (name) => name.replace(/@LOCAL$/i, '')],
  ['after-domain', 'with the domain and \\ or / before it', (name) => name.replace(/^LOCAL[\\/]/i, '')],
];

/** Locks do not know such a spelling either. */
const byName = ['ways-in/name-in-any-form-needs-code', 'guessing/lock-holds-for-every-name'];

/** The user name that a directory reads, if it differs from the given one. */
function readAs(body: JsonObject, of: (name: string) => string, { state }: World): string | undefined {
  const given = text(body, 'username');
  const name = given === undefined ? undefined : of(given);
  return name !== given && state.users.some(({ username }) => username === name) ? name : undefined;
}

function renamed(body: Json | undefined, of: (name: string) => string, world: World): Json | undefined {
  const name = readAs(asObject(body), of, world);
  return name === undefined ? body : { ...asObject(body), username: name, domain: 'LOCAL' };
}

/** The user whose name and password are right. */
function userByPassword(login: JsonObject, { state }: World): User | undefined {
  return state.users.find(
    ({ username, password }) =>
      username === own(login, 'username') && password === own(login, 'password') && password !== '',
  );
}

/** A login by another request that skips the lock. */
function door(id: string, what: string, is: (call: Call) => boolean): Fault {
  return {
    id: `ways-in/login-by-${id}`,
    description: `While cluster MFA is on, the password alone opens a session ${what}.`,
    breaks: ['ways-in/other-request-skips-no-code'],
    apply: answers('any', (answer, call, world) => {
      if (answer.status < 400 || !is(call) || call.content === undefined) return;
      const user = userByPassword(loginIn(call.content.toString()), world);
      if (user === undefined) return;
      const sessionId = randomUUID();
      world.state.sessions.set(sessionId, user);
      Object.assign(answer, { status: 201, headers: { 'cache-control': 'no-store' }, body: { sessionId } });
    }),
  };
}

function loginIn(content: string): JsonObject {
  try {
    const parsed: Json = JSON.parse(content);
    return asObject(parsed);
  } catch {
    return Object.fromEntries(new URLSearchParams(content));
  }
}

const mediaTypeOf = (call: Call) => header(call, 'content-type');

/** Credentials that count as the admin's. */
function credential(
  id: string,
  description: string,
  breaks: readonly string[],
  is: (call: Call, world: World) => boolean,
): Fault {
  return {
    id: `ways-in/${id}`,
    description,
    breaks,
    apply: alsoKnows((_credentials, call, world) => (is(call, world) ? world.state.admin : undefined)),
  };
}

const empty = ['ways-in/empty-credential-opens-nothing'];
const byHeader = 'ways-in/name-in-header-opens-nothing';

const single = faultsOf({
  'ways-in/exemption-is-kept': {
    description: 'While cluster MFA is on, the login after that of an exempt user needs no code either.',
    breaks: [otherCredential],
    apply: (seams) => {
      seams.told.accounts.other = { mfaExempt: true };
      const { asksForCode, tokenByPasswordAlone } = seams.rules;
      seams.rules.tokenByPasswordAlone = (user, world) =>
        user.role === 'other' || tokenByPasswordAlone(user, world);
      let isKept = false;
      seams.rules.asksForCode = (user, world) => {
        const isSpared = isKept || user.role === 'other';
        isKept = user.role === 'other';
        return !isSpared && asksForCode(user, world);
      };
    },
  },
  'ways-in/cookie-of-a-refusal': {
    description: 'While cluster MFA is on, the cookie of a refused login replaces the code of the next one.',
    breaks: ['ways-in/cookie-of-refusal-skips-no-code'],
    apply: (seams) => {
      const known = new Set<string>();
      seams.refusal('CreateSession', (answer) => {
        const value = randomUUID();
        known.add(`login-flow=${value}`);
        answer.headers['set-cookie'] = `login-flow=${value}; HttpOnly; Secure; SameSite=Lax`;
      });
      asksNoCodeUnchecked((_body, call) => known.has(header(call, 'cookie') ?? ''))(seams);
    },
  },
  'ways-in/domain-that-is-null': {
    description: 'While cluster MFA is on, a null domain needs no code.',
    breaks: byName,
    apply: asksNoCodeUnchecked((body) => own(body, 'domain') === null),
  },
  'ways-in/token-for-name-in-other-case': {
    description: 'While cluster MFA is on, a user name in another case gets a token without a code.',
    breaks: ['access-tokens/refused-by-password-alone-under-mfa'],
    apply: (seams) => {
      const { tokenByPasswordAlone } = seams.rules;
      const of = (name: string) => name.toLowerCase();
      let isOpen = false;
      seams.body('CreateAccessToken', (body, _call, world) => {
        isOpen = readAs(asObject(body), of, world) !== undefined;
        return renamed(body, of, world);
      });
      seams.rules.tokenByPasswordAlone = (user, world) => isOpen || tokenByPasswordAlone(user, world);
    },
  },
  'ways-in/password-by-basic': {
    description: 'The password by HTTP Basic opens the API whether cluster MFA is on or off.',
    breaks: ['ways-in/basic-skips-no-code'],
    apply: withRules(({ identify }) => ({
      identify: (credentials, call, world) => {
        const [scheme, pair = ''] = credentials.authorization?.split(' ') ?? [];
        if (scheme !== 'Basic') return identify(credentials, call, world);
        const [username = '', password = ''] = Buffer.from(pair, 'base64').toString().split(':');
        return userByPassword({ username, password }, world);
      },
    })),
  },
});

export const waysInFaults: readonly Fault[] = [
  ...single,
  ...codeless.map(
    ([id, what, breaks, is, since]): Fault => ({
      id: `ways-in/${id}`,
      ...(since === undefined ? {} : { since }),
      breaks,
      description: `While cluster MFA is on, a login needs no code with ${what}.`,
      apply: asksNoCodeUnchecked(is),
    }),
  ),
  ...names.map(
    ([id, what, of]): Fault => ({
      id: `ways-in/name-${id}`,
      description: `While cluster MFA is on, a user name ${what} needs no code.`,
      breaks: byName,
      apply: (seams) => {
        asksNoCodeUnchecked((body, _call, world) => readAs(body, of, world) !== undefined)(seams);
        seams.body('CreateSession', (body, _call, world) => renamed(body, of, world));
      },
    }),
  ),
  door('another-path', 'by the path with a slash after it', ({ path }) => path.endsWith('/users/sessions/')),
  door(
    'another-method',
    'by PUT',
    ({ method, path }) => method === 'PUT' && path.endsWith('/users/sessions'),
  ),
  door(
    'form',
    'by a form',
    (call) =>
      call.path.endsWith('/users/sessions') && mediaTypeOf(call) === 'application/x-www-form-urlencoded',
  ),
  door('text', 'by JSON sent as text', (call) => mediaTypeOf(call) === 'text/plain'),
  door('older-path', 'by the path of an older release', ({ path }) => path.endsWith('/accessTokens')),
  credential('empty-key', 'An empty API key opens the API.', empty, (call) => header(call, 'apikey') === ''),
  credential(
    'session-null',
    'A session-id that says null opens the API.',
    empty,
    (call) => header(call, 'session-id') === 'null',
  ),
  credential(
    'bearer-without-token',
    'An Authorization of Bearer alone opens the API.',
    empty,
    (call) => header(call, 'authorization') === 'Bearer',
  ),
  credential(
    'remote-user',
    'A header X-Remote-User opens the API.',
    [byHeader, 'access/no-other-way-to-write-without-credentials'],
    (call) => header(call, 'x-remote-user') !== undefined,
  ),
  credential(
    'name-as-session-id',
    'The name of a logged-in user counts as a session id.',
    ['ways-in/name-as-credential-opens-nothing'],
    (call, { state }) =>
      [...state.sessions.values()].some(({ username }) => username === header(call, 'session-id')),
  ),
  credential(
    'cookie-admin',
    'A cookie admin=true opens the API.',
    [byHeader],
    (call) => header(call, 'cookie')?.includes('admin=true') === true,
  ),
];
