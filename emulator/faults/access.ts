import type { Call, Credentials, Rules, World } from '../call.js';
import { mailNewCode } from '../codes.js';
import { challenges, credentialsOf, header, isAnonymous } from '../credentials.js';
import { alsoKnows, replaces } from '../deviations.js';
import { type JsonObject, objectIn, own } from '../json.js';
import { type OperationId, operations } from '../operations/table.js';
import type { ReleaseName } from '../releases.js';
import { breaks, type Fault, faultsOf, type Seams } from '../seams.js';
import type { User } from '../state.js';

/** The operations that need a credential; `slug` is part of their requirements' ids. */
const guarded = operations.flatMap(({ slug, ...row }) => (slug === undefined ? [] : [{ ...row, slug }]));

const otherSpelling = 'access/other-path-spellings-refuse-anonymous';
const isPublic = (text: string) => /users\/sessions|email-otp|access-tokens/.test(text);

/** If `admits` accepts a caller, the target treats the caller as the admin. */
const letIn = (seams: Seams, admits: (credentials: Credentials, call: Call, world: World) => boolean) =>
  alsoKnows(seams, (credentials, call, world) =>
    admits(credentials, call, world) ? world.state.admin : undefined,
  );

const admits =
  (kind: string, what: string, isMeant: (credentials: Credentials) => boolean, first?: ReleaseName) =>
  ({ id, slug, since = first }: (typeof guarded)[number]): readonly Fault[] =>
    faultsOf({
      [`access/${slug}-${kind}`]: breaks(`access/${slug}-refuses-${kind}`)
        .since(since)
        .says(`${id} works ${what}.`)
        .with(letIn, (credentials, call) => call.operation === id && isMeant(credentials)),
    });

const anonymous = admits('anonymous', 'without a credential', isAnonymous);
const wrongKey = admits('wrong-key', 'with an unknown API key', ({ apiKey }) => apiKey !== undefined);
const byToken = ({ authorization }: Credentials) => authorization !== undefined;
const wrongToken = admits('wrong-token', 'with an unknown access token', byToken, '7.1.2_u3');
const bySession = ({ sessionId }: Credentials) => sessionId !== undefined;
const wrongSession = admits('wrong-session', 'with an unknown session id', bySession, '7.2.1');

const alsoMay = (seams: Seams, may: Rules['mayCall']) =>
  seams.wrap('mayCall', (mayCall, ...asked) => may(...asked) || mayCall(...asked));

const viewerMay = ({ id, slug, since, privilege = 'CLUSTER_VIEW' }: (typeof guarded)[number]) =>
  privilege === 'CLUSTER_VIEW'
    ? []
    : faultsOf({
        [`access/viewer-may-${slug}`]: breaks(`access/viewer-cannot-${slug}`)
          .since(since)
          .says(`${id} works for a view-only user.`)
          .with(alsoMay, (_user, _privilege, { operation }) => operation === id),
      });

const carefree = (name: string, field: string) =>
  faultsOf({
    [`access/${name}-skips-privileges`]: breaks('access/viewer-cannot-update-mfa-config')
      .and(
        'access/viewer-cannot-update-support-mfa',
        'access/viewer-cannot-verify-totp',
        'access/viewer-cannot-send-support-email-otp',
      )
      .says(`By ${name} a view-only user may change the configuration.`)
      .with(alsoMay, (_user, _privilege, call) => header(call, field) !== undefined),
  });

const behindPublic = (slug: string, dots: string) =>
  faultsOf({
    [`access/public-path-and-${slug}-need-no-credential`]: breaks(otherSpelling)
      .says(`GET of a public path with ${dots} behind it leads to GET /mfa-config without a credential.`)
      .refusals('any', (_answer, { method, path }, { state }) => {
        const isBehind = path.includes(`/users/sessions/${dots}/`) && path.endsWith('/mfa-config');
        return method === 'GET' && isBehind && { status: 200, headers: {}, body: { ...state.cluster } };
      }),
  });

/** The API sees only those credentials that `blind` leaves. */
const blindFor = (seams: Seams, blind: (credentials: Credentials, call: Call) => Credentials) =>
  seams.wrap('identify', (identify, credentials, call, world) =>
    identify(blind(credentials, call), call, world),
  );

const single = faultsOf({
  'access/middle-of-a-key-is-ignored': breaks('access/near-key-is-refused')
    .says('Of an API key only its length and its first and last eight characters count.')
    .with(alsoKnows, ({ apiKey = '' }, _call, { state }) =>
      state.users.find(
        ({ apiKey: right }) =>
          right.length === apiKey.length &&
          right.slice(0, 8) === apiKey.slice(0, 8) &&
          right.slice(-8) === apiKey.slice(-8),
      ),
    ),
  'access/last-character-of-a-key-is-ignored': breaks('access/near-key-is-refused')
    .says('The last character of an API key does not count.')
    .with(alsoKnows, ({ apiKey = '' }, _call, { state }) =>
      state.users.find(({ apiKey: right }) => right.slice(0, -1) === apiKey.slice(0, -1)),
    ),
  'access/put-without-privilege-stored': breaks('access/viewer-cannot-update-mfa-config')
    .says('A PUT /mfa-config by a view-only user is answered 403, yet stored.')
    .refusals('UpdateMFAConfig', (answer, call, { state }) => {
      const [, types] = /"authenticationTypes":\s*\[([^\]]*)\]/.exec(call.content?.toString() ?? '') ?? [];
      if (answer.status !== 403 || types === undefined) return;
      const authenticationTypes = types.split(',').map((type) => type.replaceAll('"', '').trim());
      state.cluster = { ...state.cluster, authenticationTypes };
    }),
  'access/put-without-credential-stored-in-part': breaks('access/update-mfa-config-refuses-anonymous')
    .says('An anonymous PUT /mfa-config is answered 401, yet its retainUserMfaSettings is stored.')
    .refusals('UpdateMFAConfig', (answer, call, world) => {
      const [, retain] = /"retainUserMfaSettings":\s*(true|false)/.exec(call.content?.toString() ?? '') ?? [];
      if (answer.status !== 401 || retain === undefined || !isAnonymous(credentialsOf(call, world))) return;
      world.state.cluster = { ...world.state.cluster, retainUserMfaSettings: retain === 'true' };
    }),
  'access/viewer-may-change-the-address-alone': breaks('access/viewer-cannot-update-support-mfa')
    .says('A PATCH /support-user/mfa without enabled and mfaType needs no privilege.')
    .inputs('UpdateSupportMFAConfig', (call) => {
      if (!/"(?:enabled|mfaType)"/.test(call.content?.toString() ?? '')) call.skip.add('authorisation');
    }),
  'access/viewers-address-is-stored-all-the-same': breaks('access/viewer-cannot-update-support-mfa')
    .says('PATCH /support-user/mfa by a view-only user is refused, yet its address is stored.')
    .refusals('UpdateSupportMFAConfig', (_answer, call, { state }) => {
      const [, email] = /"email":\s*"([^"]+)"/.exec(call.content?.toString() ?? '') ?? [];
      if (call.caller?.role !== 'viewer' || email === undefined) return;
      state.support = { ...state.support, email };
    }),
  'access/public-path-in-the-query-needs-no-credential': breaks(otherSpelling)
    .says('GET /mfa-config needs no credential when its query contains a public path.')
    .with(letIn, (credentials, call) => {
      const query = [...call.query.values()];
      return call.operation === 'GetMFAConfig' && isAnonymous(credentials) && query.some(isPublic);
    }),
  ...Object.fromEntries(
    ['..%2f', '%2e%2e/'].map((up) => [
      `access/encoded-${up.startsWith('%') ? 'dots' : 'slash'}-needs-no-credential`,
      breaks(otherSpelling)
        .says(`GET /users/${up}mfa-config needs no credential.`)
        .answers('any', (_answer, { method, path }, { state }) => {
          const isMeant = method === 'GET' && path.toLowerCase().endsWith(`/users/${up}mfa-config`);
          return isMeant && { status: 200, headers: {}, body: { ...state.cluster } };
        }),
    ]),
  ),
  'access/slash-at-the-end-needs-no-credential': breaks('access/other-path-spellings-refuse-anonymous')
    .says('GET /mfa-config/ without a credential returns what GET /mfa-config returns with one.')
    .answers('any', (_answer, { method, path }, { state }) => {
      if (method === 'GET' && path.endsWith('/mfa-config/'))
        return { status: 200, body: { ...state.cluster } };
    }),
  'access/create-email-otp-wrong-key': breaks('access/create-email-otp-refuses-wrong-key')
    .says('POST /email-otp with a wrong API key and a wrong password mails the named user a code.')
    .refusals('CreateEmailOtp', (_answer, call, world) => {
      // The target refused the credential before it parsed the body. So the name comes from the bytes.
      const [, named] = /"username":\s*"([^"]*)"/.exec(call.content?.toString() ?? '') ?? [];
      const user = world.state.users.find(({ username }) => username === named);
      const key = header(call, 'apikey');
      const isWrong = key !== undefined && world.state.users.every(({ apiKey }) => apiKey !== key);
      if (!isWrong || user === undefined) return;
      mailNewCode(user.username, user.email, call, world);
      return { status: 204, headers: {}, body: undefined };
    }),
  'access/key-header-in-one-case-only': breaks('access/key-header-in-any-case')
    .says('The API key is read only from a header name spelled apiKey.')
    .with(blindFor, ({ apiKey, ...others }, call) =>
      apiKey === undefined || !call.rawHeaders.includes('apiKey') ? others : { ...others, apiKey },
    ),
  'access/key-needs-a-code': breaks('access/key-needs-no-code')
    .says('While cluster MFA is on, an API key is refused by the operations of the support user.')
    .wraps('identify', (identify, credentials, call, world) => {
      const isMeant = credentials.apiKey !== undefined && call.operation?.includes('Support') === true;
      return isMeant && world.state.cluster.enabled ? undefined : identify(credentials, call, world);
    }),
  'access/key-of-no-admin-needs-a-code': breaks('access/key-needs-no-code')
    .says('While cluster MFA is on, the API keys of other users than the admin are refused.')
    .wraps('identify', (identify, credentials, call, world) => {
      const user = identify(credentials, call, world);
      const isMeant = user?.role !== 'admin' && credentials.apiKey !== undefined;
      return isMeant && world.state.cluster.enabled ? undefined : user;
    }),
  'access/token-ignored': breaks('access/token-in-authorization')
    .since('7.1.2_u3')
    .says('Every access token is refused.')
    .with(blindFor, ({ authorization: _ignored, ...others }) => others),
  'access/session-ignored-by-get-mfa-config': breaks('access/session-id-header')
    .since('7.2.1')
    .says('A session id works everywhere except at GET /mfa-config.')
    .with(blindFor, (credentials, call) => {
      const { sessionId: _ignored, ...others } = credentials;
      return call.operation === 'GetMFAConfig' ? others : credentials;
    }),
  'access/cut-key': breaks('access/cut-key-is-refused')
    .says('The last character of an API key is not compared.')
    .with(letIn, ({ apiKey = '' }, _call, { state }) =>
      state.users.some((user) => apiKey.startsWith(user.apiKey.slice(0, -1))),
    ),
  'access/anonymous-reads-under-mfa': breaks('access/anonymous-reads-nothing-under-mfa')
    .says('While cluster MFA is on, GET /mfa-config works without a credential.')
    .with(
      letIn,
      (credentials, { operation }, { state }) =>
        operation === 'GetMFAConfig' && state.cluster.enabled && isAnonymous(credentials),
    ),
  'access/anonymous-switches-off': breaks('access/mfa-stays-on-without-privilege')
    .says('While cluster MFA is on, PUT /mfa-config with enabled false works without a credential.')
    .with(
      letIn,
      (credentials, { operation, content }, { state }) =>
        operation === 'UpdateMFAConfig' &&
        state.cluster.enabled &&
        own(objectIn(content), 'enabled') === false &&
        isAnonymous(credentials),
    ),
  'access/key-with-more': breaks('access/key-with-more-is-refused')
    .says('Characters after a right API key are ignored.')
    .with(letIn, ({ apiKey = '' }, _call, { state }) =>
      state.users.some((user) => apiKey.startsWith(user.apiKey)),
    ),
  'access/token-scheme-in-one-case-only': breaks('access/token-scheme-in-any-case')
    .since('7.1.2_u3')
    .says('An access token works only with its scheme spelled Bearer.')
    .with(blindFor, ({ authorization, ...others }) =>
      authorization?.startsWith('Bearer ') ? { ...others, authorization } : others,
    ),
  'access/no-bearer-challenge': breaks('access/wrong-token-has-bearer-challenge')
    .since('7.1.2_u3')
    .says('A 401 offers API keys only.')
    .with(replaces, 'any', 401, { headers: { 'www-authenticate': 'ApiKey realm="cluster"' } }),
  'access/session-in-url': breaks('access/no-credential-in-url')
    .says('A session id also works in the URL.')
    .with(letIn, (_credentials, call, { state }) => state.sessions.has(call.query.get('session-id') ?? '')),
  'access/token-in-url': breaks('access/no-credential-in-url')
    .since('7.1.2_u3')
    .says('An access token also works in the URL.')
    .with(letIn, (_credentials, call, { state }) => state.tokens.has(call.query.get('token') ?? '')),
  'access/missing-privilege-is-401': breaks('access/missing-privilege-is-403')
    .says('A missing privilege is answered 401.')
    .refusals('any', (answer, call, world) => {
      if (answer.status !== 403 || call.caller === undefined || call.caller.role === 'admin') return;
      return { status: 401, headers: challenges(world) };
    }),
  'access/refused-but-verified': breaks('access/verify-totp-refuses-anonymous')
    .since('7.1.2_u3')
    .says('An anonymous POST /support-user/verify-totp is refused, yet verifies the enrolment.')
    .refusals('VerifySupportUserTotp', (answer, call, world) => {
      if (answer.status !== 401 || !isAnonymous(credentialsOf(call, world))) return;
      world.state.support = { ...world.state.support, verification: 'kSuccess' };
    }),
});

export const accessFaults: readonly Fault[] = [
  ...single,
  ...guarded.flatMap(anonymous),
  ...guarded.flatMap(wrongKey),
  ...guarded.flatMap(viewerMay),
  ...guarded.flatMap((operation) => [...wrongToken(operation), ...wrongSession(operation)]),
  ...carefree('token', 'authorization'),
  ...carefree('session', 'session-id'),
  ...behindPublic('dots', '..'),
  ...behindPublic('dots-with-parameter', '..;'),
  ...behindPublic('encoded-dots', '%2e%2e'),
];

/** If `isMeant` accepts the body of an operation, the operation needs no privilege. */
const mayAsk = (seams: Seams, id: OperationId, isMeant: (body: JsonObject) => boolean) =>
  alsoMay(
    seams,
    (_user, _privilege, { operation, content }) => operation === id && isMeant(objectIn(content)),
  );

export const privilegeFaults: readonly Fault[] = faultsOf({
  'access/viewer-may-enrol-the-support-user': breaks('access/viewer-cannot-update-support-mfa')
    .says('PATCH /support-user/mfa to totp works for a view-only user.')
    .with(mayAsk, 'UpdateSupportMFAConfig', ({ enabled, mfaType }) => enabled === true && mfaType === 'totp'),
  'access/viewer-may-configure-totp': breaks('access/viewer-cannot-configure-support-mfa')
    .since('7.3.2')
    .says('PUT /support-user/mfa to totp works for a view-only user.')
    .with(mayAsk, 'ConfigureSupportMFAConfig', ({ mfaType }) => mfaType === 'totp'),
  'access/viewer-may-switch-support-mfa-off': breaks('access/support-mfa-stays-on-without-privilege')
    .says('PATCH /support-user/mfa with enabled false and an mfaCode works for a view-only user.')
    .with(mayAsk, 'UpdateSupportMFAConfig', ({ mfaCode }) => mfaCode !== undefined),
  'access/viewer-may-switch-on': breaks('access/viewer-cannot-update-mfa-config')
    .says('PUT /mfa-config with enabled true works for a view-only user.')
    .with(mayAsk, 'UpdateMFAConfig', ({ enabled }) => enabled === true),
  'access/junk-key-beside-a-session': breaks('access/viewer-cannot-update-mfa-config')
    .says('A session with an unknown API key beside it needs no privilege.')
    .with(alsoMay, (user, _privilege, call) => {
      const key = header(call, 'apikey');
      return header(call, 'session-id') !== undefined && key !== undefined && key !== user.apiKey;
    }),
});

function byBeginning(known: ReadonlyMap<string, User>, id: string | undefined, end = 16): User | undefined {
  const isLike = (other: string) => end > 0 || other.length === id?.length;
  return [...known].find(([other]) => isLike(other) && other.slice(0, end) === id?.slice(0, end))?.[1];
}

function inAnyCase(known: ReadonlyMap<string, User>, id: string | undefined): User | undefined {
  return [...known].find(([other]) => other !== id && other.toLowerCase() === id?.toLowerCase())?.[1];
}

const tokenOf = ({ authorization }: Credentials) => authorization?.split(' ')[1];

export const nearCredentialFaults: readonly Fault[] = faultsOf({
  'access/keys-in-any-case': breaks('access/key-in-other-case-is-refused')
    .says('API keys are compared without regard to case.')
    .with(alsoKnows, ({ apiKey: given }, _call, { state }) =>
      state.users.find(({ apiKey }) => apiKey.toLowerCase() === given?.toLowerCase()),
    ),
  'access/sessions-in-any-case': breaks('access/session-in-other-case-is-refused')
    .says('Session ids are compared without regard to case.')
    .with(alsoKnows, ({ sessionId }, _call, { state }) => inAnyCase(state.sessions, sessionId)),
  'access/tokens-in-any-case': breaks('access/token-in-other-case-is-refused')
    .says('Access tokens are compared without regard to case.')
    .with(alsoKnows, (given, _call, { state }) => inAnyCase(state.tokens, tokenOf(given))),
  'access/session-by-its-beginning': breaks('access/near-session-is-refused')
    .says('A session is found by the first 16 characters of its id.')
    .with(alsoKnows, ({ sessionId }, _call, { state }) => byBeginning(state.sessions, sessionId)),
  'access/session-without-its-end': breaks('access/near-session-is-refused')
    .says('The last two characters of a session id do not matter.')
    .with(alsoKnows, ({ sessionId }, _call, { state }) => byBeginning(state.sessions, sessionId, -2)),
  'access/token-by-its-beginning': breaks('access/near-token-is-refused')
    .says('An access token is found by its first 16 characters.')
    .with(alsoKnows, (given, _call, { state }) => byBeginning(state.tokens, tokenOf(given))),
});
