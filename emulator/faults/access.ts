import type { Call, Credentials, World } from '../call.js';
import { mailNewCode } from '../codes.js';
import { challenges, credentialsOf, header, isAnonymous } from '../credentials.js';
import { operations } from '../operations/table.js';
import type { Fault, Seams } from '../seams.js';

/** The operations that need a credential, with the slug of their requirements. */
const guarded = operations.flatMap(({ id, slug, since, privilege }) =>
  slug === undefined
    ? []
    : [
        {
          operation: id,
          slug,
          modifies: privilege !== undefined && privilege !== 'CLUSTER_VIEW',
          since: since === undefined ? {} : { since },
        },
      ],
);

const isPublic = (text: string) => /users\/sessions|email-otp|access-tokens/.test(text);

/** Takes for the admin whoever the API doesn't know but the fault lets in. */
function letIn(seams: Seams, admits: (credentials: Credentials, call: Call, world: World) => boolean): void {
  const { identify } = seams.rules;
  seams.rules.identify = (credentials, call, world) =>
    identify(credentials, call, world) ?? (admits(credentials, call, world) ? world.state.admin : undefined);
}

const anonymous: readonly Fault[] = guarded.map(({ operation, slug, since }) => ({
  ...since,
  id: `access/${slug}-anonymous`,
  description: `${operation} works without a credential.`,
  breaks: [`access/${slug}-refuses-anonymous`],
  apply: (seams) =>
    letIn(seams, (credentials, call) => call.operation === operation && isAnonymous(credentials)),
}));

const wrongKey: readonly Fault[] = guarded.map(({ operation, slug, since }) => ({
  ...since,
  id: `access/${slug}-wrong-key`,
  description: `${operation} works with an API key that nobody has.`,
  breaks: [`access/${slug}-refuses-wrong-key`],
  apply: (seams) => letIn(seams, ({ apiKey }, call) => call.operation === operation && apiKey !== undefined),
}));

const mayModify = guarded.filter(({ modifies }) => modifies);
const viewerMay: readonly Fault[] = mayModify.map(({ operation, slug, since }) => ({
  ...since,
  id: `access/viewer-may-${slug}`,
  description: `${operation} works for a user who may only view.`,
  breaks: [`access/viewer-cannot-${slug}`],
  apply: (seams) => {
    const { mayCall } = seams.rules;
    seams.rules.mayCall = (user, privilege, call) =>
      call.operation === operation || mayCall(user, privilege, call);
  },
}));

const tokensAndSessions: readonly Fault[] = guarded.flatMap(({ operation, slug, since }): Fault[] => [
  {
    id: `access/${slug}-wrong-token`,
    description: `${operation} works with an access token that nobody issued.`,
    breaks: [`access/${slug}-refuses-wrong-token`],
    since: since.since ?? '7.1.2_u3',
    apply: (seams) =>
      letIn(seams, ({ authorization }, call) => call.operation === operation && authorization !== undefined),
  },
  {
    id: `access/${slug}-wrong-session`,
    description: `${operation} works with a session id that nobody issued.`,
    breaks: [`access/${slug}-refuses-wrong-session`],
    since: since.since ?? '7.2.1',
    apply: (seams) =>
      letIn(seams, ({ sessionId }, call) => call.operation === operation && sessionId !== undefined),
  },
]);

const viewerCannot = [
  'access/viewer-cannot-update-mfa-config',
  'access/viewer-cannot-update-support-mfa',
  'access/viewer-cannot-verify-totp',
  'access/viewer-cannot-send-support-email-otp',
];

/** One kind of credential is not asked for privileges. */
const carefree: readonly Fault[] = (
  [
    ['token', 'authorization'],
    ['session', 'session-id'],
  ] as const
).map(([name, field]) => ({
  id: `access/${name}-skips-privileges`,
  description: `By ${name} a user who may only view may change.`,
  breaks: viewerCannot,
  apply: (seams) => {
    const { mayCall } = seams.rules;
    seams.rules.mayCall = (user, privilege, call) =>
      header(call, field) !== undefined || mayCall(user, privilege, call);
  },
}));

/** Makes the API blind for one kind of credential. */
function blindFor(seams: Seams, blind: (credentials: Credentials, call: Call) => Credentials): void {
  const { identify } = seams.rules;
  seams.rules.identify = (credentials, call, world) => identify(blind(credentials, call), call, world);
}

export const accessFaults: readonly Fault[] = [
  ...anonymous,
  ...wrongKey,
  ...viewerMay,
  ...tokensAndSessions,
  ...carefree,
  {
    id: 'access/put-without-privilege-stored',
    description: 'A PUT /mfa-config by a user who may only view is answered 403, and stored.',
    breaks: ['access/viewer-cannot-update-mfa-config'],
    apply: (seams) =>
      seams.refusal('UpdateMFAConfig', (answer, call, { state }) => {
        const [, types] = /"authenticationTypes":\s*\[([^\]]*)\]/.exec(call.content?.toString() ?? '') ?? [];
        if (answer.status !== 403 || types === undefined) return;
        const authenticationTypes = types.split(',').map((type) => type.replaceAll('"', '').trim());
        state.cluster = { ...state.cluster, authenticationTypes };
      }),
  },
  {
    id: 'access/put-without-credential-stored-in-part',
    description:
      'A PUT /mfa-config without a credential is answered 401, and its retainUserMfaSettings is stored.',
    breaks: ['access/update-mfa-config-refuses-anonymous'],
    apply: (seams) =>
      seams.refusal('UpdateMFAConfig', (answer, call, world) => {
        const [, retain] =
          /"retainUserMfaSettings":\s*(true|false)/.exec(call.content?.toString() ?? '') ?? [];
        if (answer.status !== 401 || retain === undefined || !isAnonymous(credentialsOf(call, world))) return;
        world.state.cluster = { ...world.state.cluster, retainUserMfaSettings: retain === 'true' };
      }),
  },
  {
    id: 'access/viewer-may-change-the-address-alone',
    description: 'A PATCH /support-user/mfa that names neither enabled nor mfaType asks for no privilege.',
    breaks: ['access/viewer-cannot-update-support-mfa'],
    apply: (seams) =>
      seams.input('UpdateSupportMFAConfig', (call) => {
        if (!/"(?:enabled|mfaType)"/.test(call.content?.toString() ?? '')) call.skip.add('authorisation');
      }),
  },
  {
    id: 'access/viewers-address-is-stored-all-the-same',
    description: 'PATCH /support-user/mfa by a viewer is refused, and the address in it is stored.',
    breaks: ['access/viewer-cannot-update-support-mfa'],
    apply: (seams) =>
      seams.refusal('UpdateSupportMFAConfig', (_answer, call, { state }) => {
        const [, email] = /"email":\s*"([^"]+)"/.exec(call.content?.toString() ?? '') ?? [];
        if (call.caller?.role !== 'viewer' || email === undefined) return;
        state.support = { ...state.support, email };
      }),
  },
  {
    id: 'access/public-path-in-the-query-needs-no-credential',
    description: 'GET of a path that holds a public one anywhere, in its query too, needs no credential.',
    breaks: ['access/other-path-spellings-refuse-anonymous'],
    apply: (seams) =>
      letIn(seams, (credentials, call) => {
        const query = [...call.query.values()];
        return call.operation === 'GetMFAConfig' && isAnonymous(credentials) && query.some(isPublic);
      }),
  },
  ...['..', '..;', '%2e%2e'].map(
    (dots): Fault => ({
      id: `access/public-path-and-${dots === '..' ? 'dots' : dots === '..;' ? 'dots-with-parameter' : 'encoded-dots'}-need-no-credential`,
      description: `GET of a public path with ${dots} behind it, which leads to GET /mfa-config, needs no credential.`,
      breaks: ['access/other-path-spellings-refuse-anonymous'],
      apply: (seams) =>
        seams.refusal('any', (answer, { method, path }, { state }) => {
          const isBehind = path.includes(`/users/sessions/${dots}/`) && path.endsWith('/mfa-config');
          if (method !== 'GET' || !isBehind) return;
          Object.assign(answer, { status: 200, headers: {}, body: { ...state.cluster } });
        }),
    }),
  ),
  {
    id: 'access/slash-at-the-end-needs-no-credential',
    description: 'GET /mfa-config/ answers as GET /mfa-config does, without a credential.',
    breaks: ['access/other-path-spellings-refuse-anonymous'],
    apply: (seams) =>
      seams.answer('any', (answer, call, world) => {
        if (call.method !== 'GET' || !call.path.endsWith('/mfa-config/')) return;
        Object.assign(answer, { status: 200, body: { ...world.state.cluster } });
      }),
  },
  {
    id: 'access/create-email-otp-wrong-key',
    description: 'POST /email-otp with a wrong API key and a wrong password mails the named user a code.',
    breaks: ['access/create-email-otp-refuses-wrong-key'],
    apply: (seams) =>
      seams.refusal('CreateEmailOtp', (answer, call, world) => {
        // The credential is refused before the body is read: the name has to be looked for in the bytes.
        const [, named] = /"username":\s*"([^"]*)"/.exec(call.content?.toString() ?? '') ?? [];
        const user = world.state.users.find(({ username }) => username === named);
        const key = header(call, 'apikey');
        const isWrong = key !== undefined && world.state.users.every(({ apiKey }) => apiKey !== key);
        if (!isWrong || user === undefined) return;
        mailNewCode(user.username, user.email, call, world);
        answer.status = 204;
        answer.body = undefined;
        answer.headers = {};
      }),
  },
  {
    id: 'access/key-header-in-one-case-only',
    description: 'The API key is found only if its header name is spelled apiKey.',
    breaks: ['access/key-header-in-any-case'],
    apply: (seams) =>
      blindFor(seams, ({ apiKey, ...others }, call) =>
        apiKey === undefined || !call.rawHeaders.includes('apiKey') ? others : { ...others, apiKey },
      ),
  },
  {
    id: 'access/token-ignored',
    description: 'Access tokens open nothing.',
    breaks: ['access/token-in-authorization'],
    since: '7.1.2_u3',
    apply: (seams) => blindFor(seams, ({ authorization: _ignored, ...others }) => others),
  },
  {
    id: 'access/session-ignored-by-get-mfa-config',
    description: 'A session id opens everything but GET /mfa-config.',
    breaks: ['access/session-id-header'],
    since: '7.2.1',
    apply: (seams) =>
      blindFor(seams, (credentials, call) => {
        const { sessionId: _ignored, ...others } = credentials;
        return call.operation === 'GetMFAConfig' ? others : credentials;
      }),
  },
  {
    id: 'access/cut-key',
    description: 'The last character of an API key is not looked at.',
    breaks: ['access/cut-key-is-refused'],
    apply: (seams) =>
      letIn(seams, ({ apiKey = '' }, _call, { state }) =>
        state.users.some((user) => apiKey.startsWith(user.apiKey.slice(0, -1))),
      ),
  },
  {
    id: 'access/key-with-more',
    description: 'Of an API key only so many characters are looked at as the right one has.',
    breaks: ['access/key-with-more-is-refused'],
    apply: (seams) =>
      letIn(seams, ({ apiKey = '' }, _call, { state }) =>
        state.users.some((user) => apiKey.startsWith(user.apiKey)),
      ),
  },
  {
    id: 'access/token-scheme-in-one-case-only',
    description: 'An access token opens something only if its scheme is spelled Bearer.',
    breaks: ['access/token-scheme-in-any-case'],
    since: '7.1.2_u3',
    apply: (seams) =>
      blindFor(seams, ({ authorization, ...others }) =>
        authorization?.startsWith('Bearer ') ? { ...others, authorization } : others,
      ),
  },
  {
    id: 'access/no-bearer-challenge',
    description: 'A 401 challenges for an API key only.',
    breaks: ['access/wrong-token-has-bearer-challenge'],
    since: '7.1.2_u3',
    apply: (seams) =>
      seams.refusal('any', (answer) => {
        if (answer.status === 401) answer.headers = { 'www-authenticate': 'ApiKey realm="cluster"' };
      }),
  },
  {
    id: 'access/session-in-url',
    description: 'A session id is found in the URL too.',
    breaks: ['access/no-credential-in-url'],
    apply: (seams) =>
      letIn(seams, (_credentials, call, { state }) => state.sessions.has(call.query.get('session-id') ?? '')),
  },
  {
    id: 'access/token-in-url',
    description: 'An access token is found in the URL too.',
    breaks: ['access/no-credential-in-url'],
    since: '7.1.2_u3',
    apply: (seams) =>
      letIn(seams, (_credentials, call, { state }) => state.tokens.has(call.query.get('token') ?? '')),
  },
  {
    id: 'access/missing-privilege-is-401',
    description: 'A missing privilege is answered by 401.',
    breaks: ['access/missing-privilege-is-403'],
    apply: (seams) =>
      seams.refusal('any', (answer, call, world) => {
        if (answer.status !== 403 || call.caller === undefined || call.caller.role === 'admin') return;
        answer.status = 401;
        answer.headers = challenges(world);
      }),
  },
  {
    id: 'access/refused-but-verified',
    description:
      'POST /support-user/verify-totp without a credential is refused, and verifies the enrolment.',
    breaks: ['access/verify-totp-refuses-anonymous'],
    since: '7.1.2_u3',
    apply: (seams) =>
      seams.refusal('VerifySupportUserTotp', (answer, call, world) => {
        if (answer.status !== 401 || !isAnonymous(credentialsOf(call, world))) return;
        world.state.support = { ...world.state.support, verification: 'kSuccess' };
      }),
  },
];
