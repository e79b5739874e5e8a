import type { Call, Credentials, World } from '../call.js';
import { mailNewCode } from '../codes.js';
import { challenges, credentialsOf, header, isAnonymous } from '../credentials.js';
import { alsoKnows, answers, inputs, refusals, replaces } from '../deviations.js';
import { operations } from '../operations/table.js';
import { type Fault, faultsOf, withRules } from '../seams.js';

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

/** A caller that `admits` accepts counts as the admin. */
const letIn = (admits: (credentials: Credentials, call: Call, world: World) => boolean) =>
  alsoKnows((credentials, call, world) => (admits(credentials, call, world) ? world.state.admin : undefined));

const anonymous: readonly Fault[] = guarded.map(({ operation, slug, since }) => ({
  ...since,
  id: `access/${slug}-anonymous`,
  description: `${operation} works without a credential.`,
  breaks: [`access/${slug}-refuses-anonymous`],
  apply: letIn((credentials, call) => call.operation === operation && isAnonymous(credentials)),
}));

const wrongKey: readonly Fault[] = guarded.map(({ operation, slug, since }) => ({
  ...since,
  id: `access/${slug}-wrong-key`,
  description: `${operation} works with an unknown API key.`,
  breaks: [`access/${slug}-refuses-wrong-key`],
  apply: letIn(({ apiKey }, call) => call.operation === operation && apiKey !== undefined),
}));

const mayModify = guarded.filter(({ modifies }) => modifies);
const viewerMay: readonly Fault[] = mayModify.map(({ operation, slug, since }) => ({
  ...since,
  id: `access/viewer-may-${slug}`,
  description: `${operation} works for a view-only user.`,
  breaks: [`access/viewer-cannot-${slug}`],
  apply: withRules(({ mayCall }) => ({
    mayCall: (user, privilege, call) => call.operation === operation || mayCall(user, privilege, call),
  })),
}));

const tokensAndSessions: readonly Fault[] = guarded.flatMap(({ operation, slug, since }): Fault[] => [
  {
    id: `access/${slug}-wrong-token`,
    description: `${operation} works with an unknown access token.`,
    breaks: [`access/${slug}-refuses-wrong-token`],
    since: since.since ?? '7.1.2_u3',
    apply: letIn(({ authorization }, call) => call.operation === operation && authorization !== undefined),
  },
  {
    id: `access/${slug}-wrong-session`,
    description: `${operation} works with an unknown session id.`,
    breaks: [`access/${slug}-refuses-wrong-session`],
    since: since.since ?? '7.2.1',
    apply: letIn(({ sessionId }, call) => call.operation === operation && sessionId !== undefined),
  },
]);

const viewerCannot = [
  'access/viewer-cannot-update-mfa-config',
  'access/viewer-cannot-update-support-mfa',
  'access/viewer-cannot-verify-totp',
  'access/viewer-cannot-send-support-email-otp',
];

/** One kind of credential needs no privileges. */
const carefree: readonly Fault[] = (
  [
    ['token', 'authorization'],
    ['session', 'session-id'],
  ] as const
).map(([name, field]) => ({
  id: `access/${name}-skips-privileges`,
  description: `By ${name} a view-only user may change the configuration.`,
  breaks: viewerCannot,
  apply: withRules(({ mayCall }) => ({
    mayCall: (user, privilege, call) => header(call, field) !== undefined || mayCall(user, privilege, call),
  })),
}));

/** Makes the API blind for one kind of credential. */
const blindFor = (blind: (credentials: Credentials, call: Call) => Credentials) =>
  withRules(({ identify }) => ({
    identify: (credentials, call, world) => identify(blind(credentials, call), call, world),
  }));

const single = faultsOf({
  'access/put-without-privilege-stored': {
    description: 'A PUT /mfa-config by a view-only user is answered 403, yet stored.',
    breaks: ['access/viewer-cannot-update-mfa-config'],
    apply: refusals('UpdateMFAConfig', (answer, call, { state }) => {
      const [, types] = /"authenticationTypes":\s*\[([^\]]*)\]/.exec(call.content?.toString() ?? '') ?? [];
      if (answer.status !== 403 || types === undefined) return;
      const authenticationTypes = types.split(',').map((type) => type.replaceAll('"', '').trim());
      state.cluster = { ...state.cluster, authenticationTypes };
    }),
  },
  'access/put-without-credential-stored-in-part': {
    description: 'An anonymous PUT /mfa-config is answered 401, yet its retainUserMfaSettings is stored.',
    breaks: ['access/update-mfa-config-refuses-anonymous'],
    apply: refusals('UpdateMFAConfig', (answer, call, world) => {
      const [, retain] = /"retainUserMfaSettings":\s*(true|false)/.exec(call.content?.toString() ?? '') ?? [];
      if (answer.status !== 401 || retain === undefined || !isAnonymous(credentialsOf(call, world))) return;
      world.state.cluster = { ...world.state.cluster, retainUserMfaSettings: retain === 'true' };
    }),
  },
  'access/viewer-may-change-the-address-alone': {
    description: 'A PATCH /support-user/mfa without enabled and mfaType needs no privilege.',
    breaks: ['access/viewer-cannot-update-support-mfa'],
    apply: inputs('UpdateSupportMFAConfig', (call) => {
      if (!/"(?:enabled|mfaType)"/.test(call.content?.toString() ?? '')) call.skip.add('authorisation');
    }),
  },
  'access/viewers-address-is-stored-all-the-same': {
    description: 'PATCH /support-user/mfa by a view-only user is refused, yet its address is stored.',
    breaks: ['access/viewer-cannot-update-support-mfa'],
    apply: refusals('UpdateSupportMFAConfig', (_answer, call, { state }) => {
      const [, email] = /"email":\s*"([^"]+)"/.exec(call.content?.toString() ?? '') ?? [];
      if (call.caller?.role !== 'viewer' || email === undefined) return;
      state.support = { ...state.support, email };
    }),
  },
  'access/public-path-in-the-query-needs-no-credential': {
    description: 'GET /mfa-config needs no credential when its query contains a public path.',
    breaks: ['access/other-path-spellings-refuse-anonymous'],
    apply: letIn((credentials, call) => {
      const query = [...call.query.values()];
      return call.operation === 'GetMFAConfig' && isAnonymous(credentials) && query.some(isPublic);
    }),
  },
  'access/slash-at-the-end-needs-no-credential': {
    description: 'GET /mfa-config/ answers without a credential as GET /mfa-config does with one.',
    breaks: ['access/other-path-spellings-refuse-anonymous'],
    apply: answers('any', (answer, call, world) => {
      if (call.method !== 'GET' || !call.path.endsWith('/mfa-config/')) return;
      Object.assign(answer, { status: 200, body: { ...world.state.cluster } });
    }),
  },
  'access/create-email-otp-wrong-key': {
    description: 'POST /email-otp with a wrong API key and a wrong password mails the named user a code.',
    breaks: ['access/create-email-otp-refuses-wrong-key'],
    apply: refusals('CreateEmailOtp', (answer, call, world) => {
      // The credential is refused before the body is read, so the name comes from the bytes.
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
  'access/key-header-in-one-case-only': {
    description: 'The API key is read only from a header name spelled apiKey.',
    breaks: ['access/key-header-in-any-case'],
    apply: blindFor(({ apiKey, ...others }, call) =>
      apiKey === undefined || !call.rawHeaders.includes('apiKey') ? others : { ...others, apiKey },
    ),
  },
  'access/key-needs-a-code': {
    description: 'While cluster MFA is on, an API key opens no operation of the support user.',
    breaks: ['access/key-needs-no-code'],
    apply: withRules(({ identify }) => ({
      identify: (credentials, call, world) =>
        world.state.cluster.enabled &&
        call.operation?.includes('Support') === true &&
        credentials.apiKey !== undefined
          ? undefined
          : identify(credentials, call, world),
    })),
  },
  'access/token-ignored': {
    description: 'Access tokens open nothing.',
    breaks: ['access/token-in-authorization'],
    since: '7.1.2_u3',
    apply: blindFor(({ authorization: _ignored, ...others }) => others),
  },
  'access/session-ignored-by-get-mfa-config': {
    description: 'A session id opens everything but GET /mfa-config.',
    breaks: ['access/session-id-header'],
    since: '7.2.1',
    apply: blindFor((credentials, call) => {
      const { sessionId: _ignored, ...others } = credentials;
      return call.operation === 'GetMFAConfig' ? others : credentials;
    }),
  },
  'access/cut-key': {
    description: 'The last character of an API key is not compared.',
    breaks: ['access/cut-key-is-refused'],
    apply: letIn(({ apiKey = '' }, _call, { state }) =>
      state.users.some((user) => apiKey.startsWith(user.apiKey.slice(0, -1))),
    ),
  },
  'access/key-with-more': {
    description: 'Characters after a right API key are ignored.',
    breaks: ['access/key-with-more-is-refused'],
    apply: letIn(({ apiKey = '' }, _call, { state }) =>
      state.users.some((user) => apiKey.startsWith(user.apiKey)),
    ),
  },
  'access/token-scheme-in-one-case-only': {
    description: 'An access token works only with its scheme spelled Bearer.',
    breaks: ['access/token-scheme-in-any-case'],
    since: '7.1.2_u3',
    apply: blindFor(({ authorization, ...others }) =>
      authorization?.startsWith('Bearer ') ? { ...others, authorization } : others,
    ),
  },
  'access/no-bearer-challenge': {
    description: 'A 401 offers API keys only.',
    breaks: ['access/wrong-token-has-bearer-challenge'],
    since: '7.1.2_u3',
    apply: replaces('any', 401, { headers: { 'www-authenticate': 'ApiKey realm="cluster"' } }),
  },
  'access/session-in-url': {
    description: 'A session id also works in the URL.',
    breaks: ['access/no-credential-in-url'],
    apply: letIn((_credentials, call, { state }) => state.sessions.has(call.query.get('session-id') ?? '')),
  },
  'access/token-in-url': {
    description: 'An access token also works in the URL.',
    breaks: ['access/no-credential-in-url'],
    since: '7.1.2_u3',
    apply: letIn((_credentials, call, { state }) => state.tokens.has(call.query.get('token') ?? '')),
  },
  'access/missing-privilege-is-401': {
    description: 'A missing privilege is answered 401.',
    breaks: ['access/missing-privilege-is-403'],
    apply: refusals('any', (answer, call, world) => {
      if (answer.status !== 403 || call.caller === undefined || call.caller.role === 'admin') return;
      answer.status = 401;
      answer.headers = challenges(world);
    }),
  },
  'access/refused-but-verified': {
    description: 'An anonymous POST /support-user/verify-totp is refused, yet verifies the enrolment.',
    breaks: ['access/verify-totp-refuses-anonymous'],
    since: '7.1.2_u3',
    apply: refusals('VerifySupportUserTotp', (answer, call, world) => {
      if (answer.status !== 401 || !isAnonymous(credentialsOf(call, world))) return;
      world.state.support = { ...world.state.support, verification: 'kSuccess' };
    }),
  },
});

export const accessFaults: readonly Fault[] = [
  ...single,
  ...anonymous,
  ...wrongKey,
  ...viewerMay,
  ...tokensAndSessions,
  ...carefree,
  ...['..', '..;', '%2e%2e'].map(
    (dots): Fault => ({
      id: `access/public-path-and-${dots === '..' ? 'dots' : dots === '..;' ? 'dots-with-parameter' : 'encoded-dots'}-need-no-credential`,
      description: `GET of a public path with ${dots} behind it, which leads to GET /mfa-config, needs no credential.`,
      breaks: ['access/other-path-spellings-refuse-anonymous'],
      apply: refusals('any', (answer, { method, path }, { state }) => {
        const isBehind = path.includes(`/users/sessions/${dots}/`) && path.endsWith('/mfa-config');
        if (method !== 'GET' || !isBehind) return;
        Object.assign(answer, { status: 200, headers: {}, body: { ...state.cluster } });
      }),
    }),
  ),
];
