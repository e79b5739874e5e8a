import { randomUUID } from 'node:crypto';
import type { Call, World } from '../call.js';
import { header } from '../credentials.js';
import { asObject, type Json, type JsonObject, own, text } from '../json.js';
import type { ReleaseName } from '../releases.js';
import type { Fault, Seams } from '../seams.js';
import type { User } from '../state.js';

/** A login that some server asks for no code, although the user is under MFA. */
interface Codeless {
  readonly id: string;
  readonly description: string;
  readonly breaks: readonly string[];
  readonly since?: ReleaseName;
  is(body: JsonObject, call: Call, world: World): boolean;
}

const otherMember = 'ways-in/other-member-skips-no-code';
const otherCredential = 'ways-in/credential-of-others-skips-no-code';
const noCode = 'ways-in/what-is-no-code-opens-nothing';

const codeless: readonly Codeless[] = [
  {
    id: 'certificate-that-is-junk',
    description: 'a certificate, whatever it holds',
    breaks: [otherMember],
    is: (body) => text(body, 'certificate') !== undefined,
  },
  {
    id: 'member-skip-mfa',
    description: 'skipMfa true',
    breaks: [otherMember],
    is: (body) => own(body, 'skipMfa') === true,
  },
  {
    id: 'member-mfa-info',
    description: 'an mfaInfo that says that the user is exempt',
    breaks: [otherMember],
    is: (body) => own(asObject(own(body, 'mfaInfo')), 'isUserExemptFromMfa') === true,
  },
  {
    id: 'real-ip-is-local',
    description: 'an X-Real-IP of this host',
    breaks: ['ways-in/header-skips-no-code'],
    is: (_body, call) => header(call, 'x-real-ip') === '127.0.0.1',
  },
  {
    id: 'cookie-of-a-trusted-device',
    description: 'a cookie that says that the device is trusted, whoever set it',
    breaks: ['ways-in/header-skips-no-code'],
    is: (_body, call) => header(call, 'cookie')?.includes('trusted_device=1') === true,
  },
  {
    id: 'session-of-another-user',
    description: 'the session of anybody in its header',
    breaks: [otherCredential],
    is: (_body, call, { state }) => state.sessions.has(header(call, 'session-id') ?? ''),
  },
  {
    id: 'api-key-of-another-user',
    description: 'the API key of anybody in its header',
    breaks: [otherCredential],
    is: (_body, call, { state }) => state.users.some(({ apiKey }) => apiKey === header(call, 'apikey')),
  },
  {
    id: 'empty-mailed-code-where-there-is-none',
    description: 'an empty code of type email where none is under way',
    breaks: ['email-login/refuses-junk'],
    is: (body, _call, { state }) =>
      own(body, 'otpCode') === '' &&
      own(body, 'otpType') === 'email' &&
      state.mailCodes.every(({ owner, uses }) => uses > 0 || owner !== text(body, 'username')),
  },
  {
    id: 'type-that-is-null',
    description: 'null as otpType',
    breaks: [noCode],
    is: (body) => own(body, 'otpType') === null,
  },
  {
    id: 'code-that-is-an-object',
    description: 'an object as otpCode',
    breaks: [noCode, 'totp-login/refuses-junk', 'email-login/refuses-junk'],
    is: (body) => typeof own(body, 'otpCode') === 'object' && !Array.isArray(own(body, 'otpCode')),
  },
  {
    id: 'code-that-is-a-list-of-nothing',
    description: 'an empty list as otpCode',
    breaks: [noCode],
    is: (body) => JSON.stringify(own(body, 'otpCode')) === '[]',
  },
  {
    id: 'code-that-is-a-wildcard',
    description: 'a wildcard as otpCode',
    breaks: [noCode],
    is: (body) => own(body, 'otpCode') === '%',
  },
  {
    id: 'code-that-is-a-glob',
    description: 'an otpCode of wildcards',
    breaks: [noCode],
    is: (body) => /^(?:\*|\?{6})$/.test(text(body, 'otpCode') ?? ''),
  },
  {
    id: 'code-that-is-a-pattern',
    description: 'an otpCode that is a regular expression for digits',
    breaks: [noCode],
    is: (body) => /^(?:\.|\[0-9\]){6}$/.test(text(body, 'otpCode') ?? ''),
  },
  {
    id: 'code-of-a-developer',
    description: '123456 as otpCode',
    breaks: [noCode],
    is: (body) => own(body, 'otpCode') === '123456',
  },
  {
    id: 'type-that-nothing-checks',
    description: 'salesforce as otpType where that is enabled',
    breaks: ['ways-in/made-up-salesforce-code-opens-nothing'],
    since: '6.8.1',
    is: (body, _call, { state }) =>
      own(body, 'otpType') === 'salesforce' &&
      state.cluster.authenticationTypes?.includes('salesforce') === true,
  },
  {
    id: 'types-in-a-list',
    description: 'a list as otpType, and no code',
    breaks: [noCode],
    is: (body) => Array.isArray(own(body, 'otpType')),
  },
];

/** Names that a directory takes for a user's, of which the check for MFA knows nothing. */
const names: readonly (readonly [id: string, what: string, of: (name: string) => string])[] = [
  ['in-other-case', 'in another case', (name) => name.toLowerCase()],
  ['with-blanks', 'with blanks around it', (name) => name.trim()],
  ['with-a-nul', 'with a NUL after it', (name) => name.replace(/\0.*$/, '')],
  ['in-full-width-letters', 'in full-width letters', (name) => name.normalize('NFKC')],
  ['with-zero-width-space', 'with a zero-width space in it', (name) => name.replace(/\u200b/g, '')],
  ['at-domain', 'with @ and the domain', (name) => name.replace(/@LOCAL$/i, '')],
  ['after-domain', 'with the domain and \\ or / before it', (name) => name.replace(/^LOCAL[\\/]/i, '')],
];

/** A name that asks for no code is known to no lock either. */
const byName = ['ways-in/name-in-any-form-needs-code', 'guessing/lock-holds-for-every-name'];

export function asksNoCode(seams: Seams, is: (body: JsonObject, call: Call, world: World) => boolean): void {
  const { asksForCode } = seams.rules;
  let isOpen = false;
  seams.body('CreateSession', (body, call, world) => {
    isOpen = is(asObject(body), call, world);
    if (isOpen) call.skip.add('checks');
    return body;
  });
  seams.rules.asksForCode = (user, world) => !isOpen && asksForCode(user, world);
}

/** The name as a directory reads it, where that is a user's and not as it was given. */
function readAs(body: JsonObject, of: (name: string) => string, { state }: World): string | undefined {
  const given = text(body, 'username');
  const name = given === undefined ? undefined : of(given);
  return name !== given && state.users.some(({ username }) => username === name) ? name : undefined;
}

function renamed(body: Json | undefined, of: (name: string) => string, world: World): Json | undefined {
  const name = readAs(asObject(body), of, world);
  return name === undefined ? body : { ...asObject(body), username: name, domain: 'LOCAL' };
}

/** Who a login is right for by its password alone. */
function userByPassword(login: JsonObject, { state }: World): User | undefined {
  return state.users.find(
    ({ username, password }) =>
      username === own(login, 'username') && password === own(login, 'password') && password !== '',
  );
}

/** A login by another door, which has no lock. */
function door(id: string, what: string, is: (call: Call) => boolean): Fault {
  return {
    id: `ways-in/login-by-${id}`,
    description: `While cluster MFA is on, the password alone opens a session ${what}.`,
    breaks: ['ways-in/other-request-skips-no-code'],
    apply: (seams) =>
      seams.answer('any', (answer, call, world) => {
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

/** Credentials that a server takes for the admin's. */
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
    apply: ({ rules }) => {
      const { identify } = rules;
      rules.identify = (credentials, call, world) =>
        identify(credentials, call, world) ?? (is(call, world) ? world.state.admin : undefined);
    },
  };
}

const empty = ['ways-in/empty-credential-opens-nothing'];
const byHeader = 'ways-in/name-in-header-opens-nothing';

export const waysInFaults: readonly Fault[] = [
  {
    id: 'ways-in/exemption-is-kept',
    description:
      'While cluster MFA is on, the login after one of a user who is exempt asks for no code either.',
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
  ...codeless.map(
    ({ is, id, description, breaks, since }): Fault => ({
      id: `ways-in/${id}`,
      ...(since === undefined ? {} : { since }),
      breaks,
      description: `While cluster MFA is on, a login asks for no code for ${description}.`,
      apply: (seams) => asksNoCode(seams, is),
    }),
  ),
  ...names.map(
    ([id, what, of]): Fault => ({
      id: `ways-in/name-${id}`,
      description: `While cluster MFA is on, a user's name ${what} asks for no code.`,
      breaks: byName,
      apply: (seams) => {
        asksNoCode(seams, (body, _call, world) => readAs(body, of, world) !== undefined);
        seams.body('CreateSession', (body, _call, world) => renamed(body, of, world));
      },
    }),
  ),
  {
    id: 'ways-in/cookie-of-a-refusal',
    description:
      'While cluster MFA is on, the cookie that a refused login sets stands for a code in the next one.',
    breaks: ['ways-in/cookie-of-refusal-skips-no-code'],
    apply: (seams) => {
      const known = new Set<string>();
      seams.refusal('CreateSession', (answer) => {
        const value = randomUUID();
        known.add(`login-flow=${value}`);
        answer.headers['set-cookie'] = `login-flow=${value}; HttpOnly; Secure; SameSite=Lax`;
      });
      asksNoCode(seams, (_body, call) => known.has(header(call, 'cookie') ?? ''));
    },
  },
  {
    id: 'ways-in/domain-that-is-null',
    description: 'While cluster MFA is on, null as domain asks for no code.',
    breaks: byName,
    apply: (seams) => asksNoCode(seams, (body) => own(body, 'domain') === null),
  },
  {
    id: 'ways-in/token-for-name-in-other-case',
    description: "While cluster MFA is on, a user's name in another case gets a token without a code.",
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
  {
    id: 'ways-in/password-by-basic',
    description: 'The password by HTTP Basic opens the API, cluster MFA or not.',
    breaks: ['ways-in/basic-skips-no-code'],
    apply: ({ rules }) => {
      const { identify } = rules;
      rules.identify = (credentials, call, world) => {
        const [scheme, pair = ''] = credentials.authorization?.split(' ') ?? [];
        if (scheme !== 'Basic') return identify(credentials, call, world);
        const [username = '', password = ''] = Buffer.from(pair, 'base64').toString().split(':');
        return userByPassword({ username, password }, world);
      };
    },
  },
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
    'A header X-Remote-User opens the API to whom it names.',
    [byHeader, 'access/no-other-way-to-write-without-credentials'],
    (call) => header(call, 'x-remote-user') !== undefined,
  ),
  credential(
    'name-as-session-id',
    'The name of a user who is logged in is taken for a session id.',
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
