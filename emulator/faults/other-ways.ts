import type { Answer, Call, World } from '../call.js';
import { credentialsOf, header, isAnonymous } from '../credentials.js';
import { disablesFreely } from '../deviations.js';
import { type JsonObject, objectIn, text } from '../json.js';
import { breaks, type Fault, faultsOf } from '../seams.js';
import type { ClusterMfa } from '../state.js';

const mergePatch = 'application/merge-patch+json';

type Way = readonly [
  how: string,
  isAsked: (call: Call) => boolean,
  stored?: (body: JsonObject) => Partial<ClusterMfa>,
];

const isConfig = ({ path }: Call) => path.endsWith('/mfa-config');
const overrides = (call: Call) => header(call, 'x-http-method-override');

const ways: Readonly<Record<string, Way>> = {
  'slash-at-the-end': ['with a slash after its path', ({ path }) => path.endsWith('/mfa-config/')],
  'upper-case': ['in capitals', ({ path }) => path.endsWith('/MFA-CONFIG')],
  'post-for-put': ['by POST', (call) => call.method === 'POST' && isConfig(call)],
  delete: ['by DELETE', (call) => call.method === 'DELETE' && isConfig(call)],
  'override-header': [
    'by POST with X-HTTP-Method-Override',
    (call) => isConfig(call) && overrides(call) === 'PUT',
  ],
  'merge-patch': [
    'as application/merge-patch+json',
    (call) => isConfig(call) && call.method === 'PUT' && header(call, 'content-type') === mergePatch,
  ],
  'read-by-override': [
    'with X-HTTP-Method-Override: GET, of its enabled alone,',
    (call) => isConfig(call) && call.method === 'PUT' && overrides(call) === 'GET',
    // The suite recognises this write by its answer, so it may store the value that was there.
    ({ enabled }) => (typeof enabled === 'boolean' ? { enabled } : {}),
  ],
};

const typesIn = ({ authenticationTypes: types }: JsonObject): Partial<ClusterMfa> =>
  Array.isArray(types) ? { authenticationTypes: types.map(String) } : {};

/** Stores members of the body. @returns a success, or undefined if there was nothing to store */
function store(call: Call, { state }: World, stored = typesIn): Partial<Answer> | undefined {
  const members = stored(objectIn(call.content));
  state.cluster = { ...state.cluster, ...members };
  return Object.keys(members).length === 0 ? undefined : { status: 204, headers: {}, body: undefined };
}

const isSupport = ({ path }: Call) => path.endsWith('/support-user/mfa');

const single = faultsOf({
  'ways/support-off-as-merge-patch': breaks(
    'support-email/no-change-without-proof',
    'support-totp/no-change-without-proof',
  )
    .since('6.8.1')
    .says(`PATCH /support-user/mfa as ${mergePatch} switches off without mfaCode.`)
    .by((seams) => {
      const isMeant = (call: Call) => header(call, 'content-type') === mergePatch;
      seams.input('UpdateSupportMFAConfig', (call) => {
        if (isMeant(call)) call.skip.add('media type');
      });
      disablesFreely(seams, ({ call }) => isMeant(call));
    }),
  'ways/support-address-by-put': breaks('support-email/no-change-without-proof')
    .since('6.8.1')
    .says('An undocumented PUT /support-user/mfa changes the address without mfaCode.')
    .refusals('any', (answer, call, world) => {
      const caller = world.rules.identify(credentialsOf(call, world), call, world);
      const email = text(objectIn(call.content), 'email');
      if (answer.status !== 405 || call.method !== 'PUT' || !isSupport(call)) return;
      if (caller?.role !== 'admin' || email === undefined) return;
      world.state.support = { ...world.state.support, email };
      return { status: 200, headers: {}, body: {} };
    }),
  'ways/support-merge-patch-needs-no-privilege': breaks('access/no-other-way-to-write-for-a-viewer')
    .says(`PATCH /support-user/mfa as ${mergePatch} stores the address for a view-only user.`)
    .refusals('UpdateSupportMFAConfig', (answer, call, { state }) => {
      if (answer.status !== 403 || header(call, 'content-type') !== mergePatch) return;
      const email = text(objectIn(call.content), 'email');
      if (email === undefined) return;
      state.support = { ...state.support, email };
      return { status: 200, headers: {}, body: {} };
    }),
  'ways/refused-but-stored': breaks('http/refused-write-changes-nothing')
    .and('access/no-other-way-to-write-without-credentials')
    .says('PUT /mfa-config requested as PATCH is refused, yet stored.')
    .refusals('any', (_answer, call, world) => {
      if (call.method === 'PATCH' && isConfig(call)) store(call, world);
    }),
  'ways/head-needs-no-credential': breaks('access/head-refuses-anonymous')
    .says('HEAD /mfa-config without a credential gets the same answer as GET with one.')
    .refusals('GetMFAConfig', (_answer, { method }, { state }) => {
      if (method === 'HEAD') return { status: 200, headers: {}, body: { ...state.cluster } };
    }),
});

export const otherWayFaults: readonly Fault[] = [
  ...single,
  ...Object.entries(ways).flatMap(([id, [how, isAsked, stored]]) =>
    faultsOf({
      [`ways/${id}-needs-no-credential`]: breaks('access/no-other-way-to-write-without-credentials')
        .says(`PUT /mfa-config requested ${how} works without a credential.`)
        .refusals('any', (_answer, call, world) => {
          if (isAsked(call) && isAnonymous(credentialsOf(call, world))) return store(call, world, stored);
        }),
      [`ways/${id}-needs-no-privilege`]: breaks('access/no-other-way-to-write-for-a-viewer')
        .says(`PUT /mfa-config requested ${how} works for a view-only user.`)
        .refusals('any', (_answer, call, world) => {
          const caller = world.rules.identify(credentialsOf(call, world), call, world);
          if (isAsked(call) && caller?.role === 'viewer') return store(call, world, stored);
        }),
    }),
  ),
];
