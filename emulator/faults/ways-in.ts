import { randomUUID } from 'node:crypto';
import type { Call, World } from '../call.js';
import { header } from '../credentials.js';
import { alsoKnows, asksNoCodeUnchecked, mailedTo, opensSession } from '../deviations.js';
import { asObject, type Json, type JsonObject, jsonIn, own, text } from '../json.js';
import { breaks, type Fault, faultsOf, type Seams } from '../seams.js';
import type { User } from '../state.js';

const otherMember = 'ways-in/other-member-skips-no-code';
const otherCredential = 'ways-in/credential-of-others-skips-no-code';
const noCode = 'ways-in/what-is-no-code-opens-nothing';

const hasCode = (body: JsonObject) => (text(body, 'otpCode') ?? '') !== '';

const opensUnmailed = (seams: Seams, code: Json) =>
  asksNoCodeUnchecked(
    seams,
    (body, _call, { state }) =>
      own(body, 'otpCode') === code &&
      own(body, 'otpType') === 'email' &&
      mailedTo(text(body, 'username'), state).every(({ uses }) => uses > 0),
  );

const codeless = faultsOf({
  'ways-in/certificate-that-is-junk': breaks(otherMember)
    .says('While cluster MFA is on, a login needs no code with any certificate.')
    .with(asksNoCodeUnchecked, (body) => text(body, 'certificate') !== undefined),
  'ways-in/member-skip-mfa': breaks(otherMember)
    .says('While cluster MFA is on, a login needs no code with skipMfa true.')
    .with(asksNoCodeUnchecked, (body) => own(body, 'skipMfa') === true),
  'ways-in/member-mfa-info': breaks(otherMember)
    .says('While cluster MFA is on, a login needs no code with an mfaInfo that exempts the user.')
    .with(asksNoCodeUnchecked, (body) => own(own(body, 'mfaInfo'), 'isUserExemptFromMfa') === true),
  'ways-in/real-ip-is-local': breaks('ways-in/header-skips-no-code')
    .says('While cluster MFA is on, a login needs no code with an X-Real-IP of this host.')
    .with(asksNoCodeUnchecked, (_body, call) => header(call, 'x-real-ip') === '127.0.0.1'),
  'ways-in/cookie-of-a-trusted-device': breaks('ways-in/header-skips-no-code')
    .says('While cluster MFA is on, a login needs no code with a cookie that marks the device as trusted.')
    .with(
      asksNoCodeUnchecked,
      (_body, call) => header(call, 'cookie')?.includes('trusted_device=1') === true,
    ),
  'ways-in/session-of-another-user': breaks(otherCredential)
    .says("While cluster MFA is on, a login needs no code with any user's session in its header.")
    .with(asksNoCodeUnchecked, (_body, call, { state }) =>
      state.sessions.has(header(call, 'session-id') ?? ''),
    ),
  'ways-in/token-of-another-user': breaks(otherCredential)
    .says("While cluster MFA is on, a login needs no code with any user's access token in its header.")
    .with(asksNoCodeUnchecked, (_body, call, { state }) =>
      state.tokens.has((header(call, 'authorization') ?? '').replace(/^\S+ /, '')),
    ),
  'ways-in/api-key-of-another-user': breaks(otherCredential)
    .says("While cluster MFA is on, a login needs no code with any user's API key in its header.")
    .with(asksNoCodeUnchecked, (_body, call, { state }) =>
      state.users.some(({ apiKey }) => apiKey === header(call, 'apikey')),
    ),
  'ways-in/empty-mailed-code-where-there-is-none': breaks('email-login/refuses-junk')
    .says('With cluster MFA on, a login needs no code with an empty code of type email if no code is unused.')
    .with(opensUnmailed, ''),
  'ways-in/null-as-mailed-code-where-there-is-none': breaks('email-login/refuses-junk')
    .says('With cluster MFA on, a login needs no code with a null code of type email if no code is unused.')
    .with(opensUnmailed, null),
  'ways-in/type-that-is-null': breaks(noCode)
    .says('While cluster MFA is on, a login needs no code with null as otpType.')
    .with(asksNoCodeUnchecked, (body) => own(body, 'otpType') === null),
  'ways-in/code-of-the-type-null': breaks(noCode)
    .says('While cluster MFA is on, a login with null as otpType takes every code.')
    .with(asksNoCodeUnchecked, (body) => hasCode(body) && own(body, 'otpType') === null),
  'ways-in/code-of-an-empty-type': breaks(noCode)
    .says('While cluster MFA is on, a login with an empty otpType takes every code.')
    .with(asksNoCodeUnchecked, (body) => hasCode(body) && own(body, 'otpType') === ''),
  'ways-in/code-of-a-blank-type': breaks(noCode)
    .says('While cluster MFA is on, a login with a blank as otpType takes every code.')
    .with(asksNoCodeUnchecked, (body) => /^ +$/.test(text(body, 'otpType') ?? '')),
  'ways-in/code-of-a-type-with-a-capital': breaks(noCode)
    .says('While cluster MFA is on, a login with Totp or Email as otpType takes every code.')
    .with(asksNoCodeUnchecked, (body) => /^(?:Totp|Email)$/.test(text(body, 'otpType') ?? '')),
  'ways-in/code-that-is-an-object': breaks(noCode, 'totp-login/refuses-junk', 'email-login/refuses-junk')
    .says('While cluster MFA is on, a login needs no code with an object as otpCode.')
    .with(
      asksNoCodeUnchecked,
      (body) => typeof own(body, 'otpCode') === 'object' && !Array.isArray(own(body, 'otpCode')),
    ),
  'ways-in/code-that-is-a-list-of-nothing': breaks(noCode)
    .says('While cluster MFA is on, a login needs no code with an empty list as otpCode.')
    .with(asksNoCodeUnchecked, (body) => JSON.stringify(own(body, 'otpCode')) === '[]'),
  'ways-in/code-that-is-a-wildcard': breaks(noCode)
    .says('While cluster MFA is on, a login needs no code with a wildcard as otpCode.')
    .with(asksNoCodeUnchecked, (body) => own(body, 'otpCode') === '%'),
  'ways-in/code-that-is-a-glob': breaks(noCode)
    .says('While cluster MFA is on, a login needs no code with an otpCode of wildcards.')
    .with(asksNoCodeUnchecked, (body) => /^(?:\*|\?{6})$/.test(text(body, 'otpCode') ?? '')),
  'ways-in/code-that-is-a-pattern': breaks(noCode)
    .says('With cluster MFA on, a login needs no code if otpCode is a regular expression for digits.')
    .with(asksNoCodeUnchecked, (body) => /^(?:\.|\[0-9\]){6}$/.test(text(body, 'otpCode') ?? '')),
  'ways-in/code-that-is-too-long': breaks(noCode)
    .says('While cluster MFA is on, a login accepts any otpCode of more than 255 characters.')
    .with(asksNoCodeUnchecked, (body) => (text(body, 'otpCode') ?? '').length > 255),
  'ways-in/code-in-another-script': breaks(noCode)
    .and(
      'ways-in/used-totp-code-in-any-form-opens-nothing',
      'ways-in/used-email-code-in-any-form-opens-nothing',
    )
    .says('While cluster MFA is on, a login accepts any otpCode of digits of another script.')
    .with(asksNoCodeUnchecked, (body) => /^(?!\d+$)\p{Nd}{6}$/u.test(text(body, 'otpCode') ?? '')),
  'ways-in/code-of-a-developer': breaks(noCode)
    .says('While cluster MFA is on, a login needs no code with 123456 as otpCode.')
    .with(asksNoCodeUnchecked, (body) => own(body, 'otpCode') === '123456'),
  'ways-in/type-that-nothing-checks': breaks('ways-in/made-up-salesforce-code-opens-nothing')
    .since('6.8.1')
    .says('While cluster MFA is on, a login needs no code with salesforce as otpType while that is enabled.')
    .with(
      asksNoCodeUnchecked,
      (body, _call, { state }) =>
        own(body, 'otpType') === 'salesforce' &&
        state.cluster.authenticationTypes?.includes('salesforce') === true,
    ),
  'ways-in/types-in-a-list': breaks(noCode)
    .says('While cluster MFA is on, a login without a code and with a list as otpType is accepted.')
    .with(asksNoCodeUnchecked, (body) => Array.isArray(own(body, 'otpType'))),
});

/** Spellings of a user name that the directory accepts. The check for MFA does not recognise the user by them. */
const names: readonly (readonly [id: string, what: string, of: (name: string) => string])[] = [
  ['in-other-case', 'in another case', (name) => name.toLowerCase()],
  ['with-blanks', 'with blanks around it', (name) => name.trim()],
  ['with-no-break-space', 'with a no-break space after it', (name) => name.replace(/\u00a0$/, '')],
  ['with-a-nul', 'with a NUL after it', (name) => name.replace(/\0.*$/, '')],
  ['in-full-width-letters', 'in full-width letters', (name) => name.normalize('NFKC')],
  ['with-zero-width-space', 'with a zero-width space in it', (name) => name.replace(/\u200b/g, '')],
  ['at-domain', 'with @ and the domain', (name) => name.replace(/@LOCAL$/i, '')],
  ['after-a-dot', 'with .\\ before it', (name) => name.replace(/^\.\\/, '')],
  ['after-domain', 'with the domain and \\ or / before it', (name) => name.replace(/^LOCAL[\\/]/i, '')],
];

/** The lock does not recognise the user by these spellings either, so two requirements turn red. */
const byName = ['ways-in/name-in-any-form-needs-code', 'guessing/lock-holds-for-every-name'];

function readAs(body: JsonObject, of: (name: string) => string, { state }: World): string | undefined {
  const given = text(body, 'username');
  const name = given === undefined ? undefined : of(given);
  return name !== given && state.users.some(({ username }) => username === name) ? name : undefined;
}

function renamed(body: Json | undefined, of: (name: string) => string, world: World): Json | undefined {
  const name = readAs(asObject(body), of, world);
  return name === undefined ? body : { ...asObject(body), username: name, domain: 'LOCAL' };
}

function userByPassword(login: JsonObject, { state }: World): User | undefined {
  return state.users.find(
    ({ username, password }) =>
      username === own(login, 'username') && password === own(login, 'password') && password !== '',
  );
}

/** If `is` accepts a request with a right name and password, it opens a session: without a code, and despite a lock. */
const opensByPassword = (seams: Seams, is: (call: Call) => boolean) =>
  seams.answer('any', ({ status }, call, world) => {
    if (status < 400 || !is(call) || call.content === undefined) return;
    const user = userByPassword(loginIn(call.content.toString()), world);
    return user && opensSession(user, world.state);
  });

function loginIn(content: string): JsonObject {
  const parsed = jsonIn(content);
  return parsed === undefined ? Object.fromEntries(new URLSearchParams(content)) : asObject(parsed);
}

const mediaTypeOf = (call: Call) => header(call, 'content-type');

const opensApi = (seams: Seams, is: (call: Call, world: World) => boolean) =>
  alsoKnows(seams, (_credentials, call, world) => (is(call, world) ? world.state.admin : undefined));

const empty = 'ways-in/empty-credential-opens-nothing';
const byHeader = 'ways-in/name-in-header-opens-nothing';

const single = faultsOf({
  'ways-in/exemption-is-kept': breaks(otherCredential)
    .says("While cluster MFA is on, the next login after an exempt user's login needs no code.")
    .by((seams) => {
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
    }),
  'ways-in/cookie-of-a-refusal': breaks('ways-in/cookie-of-refusal-skips-no-code')
    .says('While cluster MFA is on, the cookie of a refused login replaces the code of the next one.')
    .by((seams) => {
      const known = new Set<string>();
      seams.refusal('CreateSession', (answer) => {
        const value = randomUUID();
        known.add(`login-flow=${value}`);
        answer.headers['set-cookie'] = `login-flow=${value}; HttpOnly; Secure; SameSite=Lax`;
      });
      asksNoCodeUnchecked(seams, (_body, call) => known.has(header(call, 'cookie') ?? ''));
    }),
  'ways-in/domain-that-is-null': breaks(...byName)
    .says('While cluster MFA is on, a null domain needs no code.')
    .with(asksNoCodeUnchecked, (body) => own(body, 'domain') === null),
  'ways-in/name-of-admin-in-other-case': breaks('ways-in/name-in-any-form-needs-code')
    .says("While cluster MFA is on, the admin's name in another case needs no code.")
    .by((seams) => {
      const of = (name: string) => name.toLowerCase();
      asksNoCodeUnchecked(
        seams,
        (body, _call, world) => readAs(body, of, world) === world.state.admin.username,
      );
      seams.body('CreateSession', (body, _call, world) => renamed(body, of, world));
    }),
  'ways-in/token-for-name-in-other-case': breaks('access-tokens/refused-by-password-alone-under-mfa')
    .says('While cluster MFA is on, a user name in another case gets a token without a code.')
    .by((seams) => {
      const { tokenByPasswordAlone } = seams.rules;
      const of = (name: string) => name.toLowerCase();
      let isOpen = false;
      seams.body('CreateAccessToken', (body, _call, world) => {
        isOpen = readAs(asObject(body), of, world) !== undefined;
        return renamed(body, of, world);
      });
      seams.rules.tokenByPasswordAlone = (user, world) => isOpen || tokenByPasswordAlone(user, world);
    }),
  'ways-in/password-by-basic': breaks('ways-in/basic-skips-no-code')
    .says('The password by HTTP Basic opens the API even while cluster MFA is on.')
    .wraps('identify', (identify, credentials, call, world) => {
      const [scheme, pair = ''] = credentials.authorization?.split(' ') ?? [];
      if (scheme !== 'Basic') return identify(credentials, call, world);
      const [username = '', password = ''] = Buffer.from(pair, 'base64').toString().split(':');
      return userByPassword({ username, password }, world);
    }),
});

export const waysInFaults: readonly Fault[] = [
  ...single,
  ...codeless,
  ...names.flatMap(([id, what, of]) =>
    faultsOf({
      [`ways-in/name-${id}`]: breaks(...byName)
        .says(`While cluster MFA is on, a user name ${what} needs no code.`)
        .by((seams) => {
          asksNoCodeUnchecked(seams, (body, _call, world) => readAs(body, of, world) !== undefined);
          seams.body('CreateSession', (body, _call, world) => renamed(body, of, world));
        }),
    }),
  ),
  ...faultsOf({
    'ways-in/login-by-another-path': breaks('ways-in/other-request-skips-no-code')
      .says('While cluster MFA is on, the password alone opens a session by the path with a slash after it.')
      .with(opensByPassword, ({ path }) => path.endsWith('/users/sessions/')),
    'ways-in/login-by-another-method': breaks('ways-in/other-request-skips-no-code')
      .says('While cluster MFA is on, the password alone opens a session by PUT.')
      .with(opensByPassword, ({ method, path }) => method === 'PUT' && path.endsWith('/users/sessions')),
    'ways-in/login-by-form': breaks('ways-in/other-request-skips-no-code')
      .says('While cluster MFA is on, the password alone opens a session by a form.')
      .with(
        opensByPassword,
        (call) =>
          call.path.endsWith('/users/sessions') && mediaTypeOf(call) === 'application/x-www-form-urlencoded',
      ),
    'ways-in/login-by-text': breaks('ways-in/other-request-skips-no-code')
      .says('While cluster MFA is on, the password alone opens a session by JSON sent as text.')
      .with(opensByPassword, (call) => mediaTypeOf(call) === 'text/plain'),
    'ways-in/login-by-older-path': breaks('ways-in/other-request-skips-no-code')
      .says('While cluster MFA is on, the password alone opens a session by the path of an older release.')
      .with(opensByPassword, ({ path }) => path.endsWith('/accessTokens')),
    'ways-in/empty-key': breaks(empty)
      .says('An empty API key opens the API.')
      .with(opensApi, (call) => header(call, 'apikey') === ''),
    'ways-in/key-is-a-pattern': breaks(empty)
      .says('An API key of % opens the API.')
      .with(opensApi, (call) => header(call, 'apikey') === '%'),
    'ways-in/session-null': breaks(empty)
      .says('A session-id that says null opens the API.')
      .with(opensApi, (call) => header(call, 'session-id') === 'null'),
    'ways-in/bearer-without-token': breaks(empty)
      .says('An Authorization of Bearer alone opens the API.')
      .with(opensApi, (call) => header(call, 'authorization') === 'Bearer'),
    'ways-in/remote-user': breaks(byHeader, 'access/no-other-way-to-write-without-credentials')
      .says('A header X-Remote-User opens the API.')
      .with(opensApi, (call) => header(call, 'x-remote-user') !== undefined),
    'ways-in/conditional-read': breaks(byHeader)
      .says('A GET with If-None-Match needs no credential.')
      .with(opensApi, (call) => call.method === 'GET' && header(call, 'if-none-match') !== undefined),
    'ways-in/partial-read': breaks(byHeader)
      .says('A GET with Range needs no credential.')
      .with(opensApi, (call) => call.method === 'GET' && header(call, 'range') !== undefined),
    'ways-in/name-as-session-id': breaks('ways-in/name-as-credential-opens-nothing')
      .says('The name of a logged-in user counts as a session id.')
      .with(opensApi, (call, { state }) =>
        [...state.sessions.values()].some(({ username }) => username === header(call, 'session-id')),
      ),
    'ways-in/cookie-admin': breaks(byHeader)
      .says('A cookie admin=true opens the API.')
      .with(opensApi, (call) => header(call, 'cookie')?.includes('admin=true') === true),
  }),
];
