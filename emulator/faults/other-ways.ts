import type { Answer, Call, World } from '../call.js';
import { credentialsOf, header, isAnonymous } from '../credentials.js';
import { refusals } from '../deviations.js';
import { objectIn, own, text } from '../json.js';
import { type Fault, faultsOf } from '../seams.js';

const mergePatch = 'application/merge-patch+json';

type Write = (answer: Answer, call: Call, world: World) => void;

/** Undocumented forms of a write that work. */
const ways: readonly (readonly [id: string, how: string, isAsked: (call: Call) => boolean, write?: Write])[] =
  [
    ['slash-at-the-end', 'with a slash after its path', ({ path }) => path.endsWith('/mfa-config/')],
    ['upper-case', 'in capitals', ({ path }) => path.endsWith('/MFA-CONFIG')],
    ['post-for-put', 'by POST', ({ method, path }) => method === 'POST' && path.endsWith('/mfa-config')],
    [
      'override-header',
      'by POST with X-HTTP-Method-Override',
      (call) => call.path.endsWith('/mfa-config') && header(call, 'x-http-method-override') === 'PUT',
    ],
    [
      'merge-patch',
      'as application/merge-patch+json',
      (call) =>
        call.path.endsWith('/mfa-config') &&
        call.method === 'PUT' &&
        header(call, 'content-type') === mergePatch,
    ],
    [
      'read-by-override',
      'with X-HTTP-Method-Override: GET, of its enabled alone,',
      (call) =>
        call.path.endsWith('/mfa-config') &&
        call.method === 'PUT' &&
        header(call, 'x-http-method-override') === 'GET',
      // The suite looks at the answer of this form, not at another stored value.
      storeEnabled,
    ],
  ];

const single = faultsOf({
  'ways/support-merge-patch-needs-no-privilege': {
    description: `PATCH /support-user/mfa as ${mergePatch} stores the address for a view-only user.`,
    breaks: ['access/no-other-way-to-write-for-a-viewer'],
    apply: refusals('UpdateSupportMFAConfig', (answer, call, { state }) => {
      if (answer.status !== 403 || header(call, 'content-type') !== mergePatch) return;
      const email = text(objectIn(call.content), 'email');
      if (email === undefined) return;
      state.support = { ...state.support, email };
      Object.assign(answer, { status: 200, headers: {}, body: {} });
    }),
  },
  'ways/refused-but-stored': {
    description: 'PUT /mfa-config requested as PATCH is refused, yet stored.',
    breaks: ['http/refused-write-changes-nothing', 'access/no-other-way-to-write-without-credentials'],
    apply: refusals('any', (answer, call, world) => {
      const { status, headers, body } = answer;
      if (call.method !== 'PATCH' || !call.path.endsWith('/mfa-config')) return;
      store(answer, call, world);
      Object.assign(answer, { status, headers, body });
    }),
  },
  'ways/head-needs-no-credential': {
    description: 'HEAD /mfa-config answers without a credential as GET does with one.',
    breaks: ['access/head-refuses-anonymous'],
    apply: refusals('GetMFAConfig', (answer, call, { state }) => {
      if (call.method !== 'HEAD') return;
      Object.assign(answer, { status: 200, headers: {}, body: { ...state.cluster } });
    }),
  },
});

export const otherWayFaults: readonly Fault[] = [
  ...single,
  ...ways.flatMap(([id, how, isAsked, write = store]): Fault[] => [
    {
      id: `ways/${id}-needs-no-credential`,
      description: `PUT /mfa-config requested ${how} works without a credential.`,
      breaks: ['access/no-other-way-to-write-without-credentials'],
      apply: refusals('any', (answer, call, world) => {
        if (isAsked(call) && isAnonymous(credentialsOf(call, world))) write(answer, call, world);
      }),
    },
    {
      id: `ways/${id}-needs-no-privilege`,
      description: `PUT /mfa-config requested ${how} works for a view-only user.`,
      breaks: ['access/no-other-way-to-write-for-a-viewer'],
      apply: refusals('any', (answer, call, world) => {
        const caller = world.rules.identify(credentialsOf(call, world), call, world);
        if (isAsked(call) && caller?.role === 'viewer') write(answer, call, world);
      }),
    },
  ]),
];

function storeEnabled(answer: Answer, call: Call, { state }: World): void {
  const enabled = own(objectIn(call.content), 'enabled');
  if (typeof enabled !== 'boolean') return;
  state.cluster = { ...state.cluster, enabled };
  Object.assign(answer, { status: 204, headers: {}, body: undefined });
}

function store(answer: Answer, call: Call, { state }: World): void {
  const types = own(objectIn(call.content), 'authenticationTypes');
  if (!Array.isArray(types)) return;
  state.cluster = { ...state.cluster, authenticationTypes: types.map(String) };
  Object.assign(answer, { status: 204, headers: {}, body: undefined });
}
