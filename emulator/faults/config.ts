import { asObject, isObject, own } from '../json.js';
import { clusterOf } from '../operations/cluster.js';
import type { Fault } from '../seams.js';
import type { ClusterMfa } from '../state.js';

const put = 'UpdateMFAConfig';

/** A PUT that loses one property. */
function loses(property: keyof ClusterMfa, slug: string): Fault {
  return {
    id: `mfa-config/loses-${slug}`,
    description: `PUT /mfa-config answers 204 and keeps the old ${property}.`,
    breaks: [`mfa-config/stores-${slug}`],
    apply: (seams) => {
      seams.rules.storeCluster = (before, wanted) => ({ ...wanted, [property]: before[property] });
    },
  };
}

export const configFaults: readonly Fault[] = [
  loses('enabled', 'enabled'),
  loses('authenticationTypes', 'authentication-types'),
  {
    id: 'mfa-config/stays-on',
    description: 'Switched on once, cluster MFA stays on: a PUT with enabled false is answered 204.',
    breaks: ['mfa-config/stores-enabled'],
    apply: (seams) => {
      const { storeCluster } = seams.rules;
      seams.rules.storeCluster = (before, wanted, world) =>
        storeCluster(before, { ...wanted, enabled: wanted.enabled || before.enabled }, world);
    },
  },
  {
    id: 'mfa-config/loses-retain-user-mfa-settings',
    description: 'PUT /mfa-config answers 204 and stores retainUserMfaSettings false, whatever was sent.',
    breaks: ['mfa-config/stores-retain-user-mfa-settings'],
    apply: (seams) => {
      seams.rules.storeCluster = (_before, wanted) => ({ ...wanted, retainUserMfaSettings: false });
    },
  },
  {
    id: 'mfa-config/loses-retain-false',
    description: 'PUT /mfa-config takes retainUserMfaSettings false for left out, and keeps what it had.',
    breaks: ['mfa-config/stores-retain-user-mfa-settings'],
    apply: (seams) => {
      seams.rules.storeCluster = (before, wanted) => ({
        ...wanted,
        retainUserMfaSettings: wanted.retainUserMfaSettings || before.retainUserMfaSettings,
      });
    },
  },
  {
    id: 'mfa-config/put-clears-types',
    description: 'PUT /mfa-config stores the first authentication type only.',
    breaks: ['mfa-config/stores-authentication-types'],
    apply: (seams) => {
      seams.rules.storeCluster = (_before, wanted) => ({
        ...wanted,
        authenticationTypes: wanted.authenticationTypes?.slice(0, 1) ?? null,
      });
    },
  },
  {
    id: 'mfa-config/put-toggles-retain',
    description: 'A PUT /mfa-config equal to what is stored turns retainUserMfaSettings around.',
    breaks: ['mfa-config/put-round-trip'],
    apply: (seams) => {
      seams.rules.storeCluster = (before, wanted) =>
        JSON.stringify(before) === JSON.stringify(wanted)
          ? { ...wanted, retainUserMfaSettings: !wanted.retainUserMfaSettings }
          : wanted;
    },
  },
  {
    id: 'mfa-config/get-changes-it',
    description: 'The fourth GET /mfa-config in a row turns retainUserMfaSettings around.',
    breaks: ['mfa-config/get-is-safe'],
    apply: (seams) => {
      let inARow = 0;
      seams.answer('any', (_answer, call, { state }) => {
        inARow = call.operation === 'GetMFAConfig' ? inARow + 1 : 0;
        if (inARow !== 4) return;
        state.cluster = {
          ...state.cluster,
          retainUserMfaSettings: state.cluster.retainUserMfaSettings === false,
        };
      });
    },
  },
  {
    id: 'mfa-config/wrong-type-refused-but-stored',
    description: 'PUT /mfa-config refuses an enabled that is not a boolean, and stores true for it.',
    breaks: ['mfa-config/wrong-type-is-harmless', 'mfa-config/refused-put-changes-nothing'],
    apply: (seams) =>
      seams.refusal(put, (_answer, call, { state }) => {
        if (!isObject(call.body) || typeof own(call.body, 'enabled') === 'boolean') return;
        if (own(call.body, 'enabled') !== undefined)
          state.cluster = { ...clusterOf(call.body), enabled: true };
      }),
  },
  {
    id: 'mfa-config/wrong-type-coerced',
    description: 'PUT /mfa-config takes a text for enabled and stores whether it is "true".',
    breaks: ['mfa-config/wrong-type-is-refused'],
    apply: (seams) =>
      seams.body(put, (body) => {
        const enabled = own(asObject(body), 'enabled');
        return typeof enabled === 'string' ? { ...asObject(body), enabled: enabled === 'true' } : body;
      }),
  },
  {
    id: 'mfa-config/wrong-type-is-500',
    description: 'PUT /mfa-config answers 500 for a wrongly typed property.',
    breaks: ['mfa-config/wrong-type-is-refused', 'http/no-server-error-for-client-mistake'],
    apply: (seams) =>
      seams.refusal(put, (answer, call) => {
        const enabled = own(asObject(call.body), 'enabled');
        if (enabled !== undefined && typeof enabled !== 'boolean') answer.status = 500;
      }),
  },
  {
    id: 'mfa-config/unknown-type-stored',
    description: 'PUT /mfa-config stores any text as an authentication type.',
    breaks: ['mfa-config/unknown-type-is-not-stored', 'mfa-config/unknown-type-is-refused'],
    apply: (seams) => skipChecksOfTypes(seams, (types) => types),
  },
  {
    id: 'mfa-config/unknown-type-dropped',
    description: 'PUT /mfa-config drops authentication types it does not know and succeeds.',
    breaks: ['mfa-config/unknown-type-is-refused'],
    apply: (seams) => skipChecksOfTypes(seams, (types) => types.filter((type) => knownTypes.includes(type))),
  },
  {
    id: 'mfa-config/refused-put-half-done',
    description: 'A PUT /mfa-config that is refused for another property stores authenticationTypes.',
    breaks: ['mfa-config/refused-put-changes-nothing'],
    apply: (seams) =>
      seams.refusal(put, (answer, call, { state }) => {
        const types = own(asObject(call.body), 'authenticationTypes');
        const isUsable = Array.isArray(types) && types.every((type) => knownTypes.includes(String(type)));
        if (answer.status !== 400 || !isUsable) return;
        state.cluster = { ...state.cluster, authenticationTypes: types.map(String) };
      }),
  },
  {
    id: 'mfa-config/refused-type-keeps-retain',
    description:
      'A PUT /mfa-config that is refused for an unknown authentication type stores retainUserMfaSettings.',
    breaks: ['mfa-config/refused-put-changes-nothing'],
    apply: (seams) =>
      seams.refusal(put, (answer, call, { state }) => {
        const { retainUserMfaSettings: retain, authenticationTypes: types } = asObject(call.body);
        const isUnknown = Array.isArray(types) && !types.every((type) => knownTypes.includes(String(type)));
        if (answer.status === 400 && isUnknown && typeof retain === 'boolean')
          state.cluster = { ...state.cluster, retainUserMfaSettings: retain };
      }),
  },
  {
    id: 'mfa-config/refused-put-switches',
    description: 'A PUT /mfa-config that is refused for another property stores enabled.',
    breaks: ['mfa-config/refused-put-changes-nothing'],
    apply: (seams) =>
      seams.refusal(put, (answer, call, { state }) => {
        const enabled = own(asObject(call.body), 'enabled');
        if (answer.status === 400 && typeof enabled === 'boolean')
          state.cluster = { ...state.cluster, enabled };
      }),
  },
  {
    id: 'mfa-config/unknown-type-refused-but-stored',
    description: 'PUT /mfa-config refuses an unknown authentication type, and stores it.',
    breaks: ['mfa-config/unknown-type-is-not-stored', 'mfa-config/refused-put-changes-nothing'],
    apply: (seams) =>
      seams.refusal(put, (_answer, call, { state }) => {
        if (Array.isArray(own(asObject(call.body), 'authenticationTypes')))
          state.cluster = clusterOf(call.body);
      }),
  },
  {
    id: 'mfa-config/unknown-property-stored',
    description: 'PUT /mfa-config stores properties the document does not know; GET answers them.',
    breaks: ['mfa-config/unknown-property-is-not-stored'],
    apply: (seams) => {
      let kept = {};
      seams.answer(put, (answer, call) => {
        if (answer.status === 204) kept = asObject(call.body);
      });
      seams.success('GetMFAConfig', (body) => ({ ...kept, ...body }));
    },
  },
  {
    id: 'mfa-config/missing-body-accepted',
    description: 'PUT /mfa-config without a body answers 204.',
    breaks: ['mfa-config/refuses-missing-body'],
    apply: (seams) => seams.body(put, (body, _call, { state }) => body ?? { ...state.cluster }),
  },
  {
    id: 'mfa-config/missing-body-refused-but-stored',
    description: 'PUT /mfa-config without a body is refused and clears authenticationTypes.',
    breaks: ['mfa-config/refuses-missing-body'],
    apply: (seams) =>
      seams.refusal(put, (_answer, call, { state }) => {
        if (call.caller !== undefined && call.content?.length === 0) {
          state.cluster = { ...state.cluster, authenticationTypes: null };
        }
      }),
  },
  {
    id: 'mfa-config/malformed-json-accepted',
    description: 'PUT /mfa-config takes what is not JSON for no change and answers 204.',
    breaks: ['mfa-config/refuses-malformed-json'],
    apply: (seams) => {
      seams.input(put, (call, { state }) => {
        if (!isJson(call.content?.toString() || '{}'))
          call.content = Buffer.from(JSON.stringify(state.cluster));
      });
    },
  },
  {
    id: 'mfa-config/malformed-json-switches-off',
    description: 'PUT /mfa-config refuses JSON that breaks off, and switches cluster MFA off.',
    breaks: ['mfa-config/refuses-malformed-json'],
    apply: (seams) =>
      seams.refusal(put, (_answer, call, { state }) => {
        if (call.caller === undefined || isJson(call.content?.toString() || '{}')) return;
        state.cluster = { ...state.cluster, enabled: false };
      }),
  },
  {
    id: 'mfa-config/changes-support-mfa',
    description: 'PUT /mfa-config sets the address of the support user to null or to one of its own.',
    breaks: ['mfa-config/apart-from-support-mfa'],
    apply: (seams) =>
      seams.answer(put, (answer, _call, { state }) => {
        if (answer.status !== 204) return;
        state.support = {
          ...state.support,
          email: state.support.email === null ? 'cluster@lab.example' : null,
        };
      }),
  },
];

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const knownTypes = ['email', 'totp', 'salesforce'];

/** Lets any list of texts through as authenticationTypes, after `keep` had a look at it. */
function skipChecksOfTypes(seams: Parameters<Fault['apply']>[0], keep: (types: string[]) => string[]): void {
  seams.body(put, (body, call) => {
    const types = own(asObject(body), 'authenticationTypes');
    if (!Array.isArray(types) || !types.every((type) => typeof type === 'string')) return body;
    if (types.every((type) => knownTypes.includes(type))) return body;
    call.skip.add('checks');
    return { ...asObject(body), authenticationTypes: keep(types) };
  });
}
