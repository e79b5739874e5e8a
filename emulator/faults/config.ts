import type { Call } from '../call.js';
import { disablesFreely, freesNextLogin } from '../deviations.js';
import { asObject, isObject, type JsonObject, jsonIn, own } from '../json.js';
import { clusterOf } from '../operations/cluster.js';
import { breaks, type Fault, faultsOf, type Seams } from '../seams.js';
import type { ClusterMfa } from '../state.js';

const put = 'UpdateMFAConfig';

const loses = (seams: Seams, property: keyof ClusterMfa) =>
  seams.wrap('storeCluster', (_earlier, before, wanted) => ({ ...wanted, [property]: before[property] }));

export const configFaults: readonly Fault[] = faultsOf({
  'mfa-config/stays-on': breaks('mfa-config/stores-enabled')
    .says('Once switched on, cluster MFA stays on: a PUT with enabled false is answered 204.')
    .wraps('storeCluster', (storeCluster, before, wanted, world) =>
      storeCluster(before, { ...wanted, enabled: wanted.enabled || before.enabled }, world),
    ),
  'mfa-config/refused-put-ends-the-need-of-codes': breaks('mfa-config/refused-put-leaves-codes-needed')
    .says(
      'While MFA is on, the password alone logs in once after a refused PUT /mfa-config with enabled false.',
    )
    .by((seams) => {
      const lower = freesNextLogin(seams);
      seams.refusal(put, (_answer, { body }, { state }) => {
        if (state.cluster.enabled && own(body, 'enabled') === false) lower();
      });
    }),
  'mfa-config/switch-leaves-support-mfa-unguarded': breaks('mfa-config/apart-from-support-mfa')
    .says("After cluster MFA is switched off, the support user's MFA is switched off without a code.")
    .by((seams) => {
      let isUnguarded = false;
      seams.wrap('storeCluster', (storeCluster, before, wanted, world) => {
        if (before.enabled && !wanted.enabled) isUnguarded = world.state.support.enabled;
        return storeCluster(before, wanted, world);
      });
      seams.wrap('storeSupport', (storeSupport, ...change) => {
        isUnguarded = false;
        return storeSupport(...change);
      });
      disablesFreely(seams, () => isUnguarded);
    }),
  'mfa-config/loses-retain-user-mfa-settings': breaks('mfa-config/stores-retain-user-mfa-settings')
    .says('PUT /mfa-config answers 204 and always stores retainUserMfaSettings false.')
    .wraps('storeCluster', (_earlier, _before, wanted) => ({ ...wanted, retainUserMfaSettings: false })),
  'mfa-config/loses-retain-false': breaks('mfa-config/stores-retain-user-mfa-settings')
    .says('PUT /mfa-config ignores retainUserMfaSettings false and keeps the old value.')
    .wraps('storeCluster', (_earlier, before, wanted) => ({
      ...wanted,
      retainUserMfaSettings: wanted.retainUserMfaSettings || before.retainUserMfaSettings,
    })),
  'mfa-config/loses-retain-while-on': breaks('mfa-config/stores-retain-user-mfa-settings')
    .says('While MFA is on and stays on, PUT /mfa-config keeps the old retainUserMfaSettings.')
    .wraps('storeCluster', (storeCluster, before, wanted, world) => {
      const isOn = before.enabled && wanted.enabled;
      const { retainUserMfaSettings } = isOn ? before : wanted;
      return storeCluster(before, { ...wanted, retainUserMfaSettings }, world);
    }),
  'mfa-config/retain-false-is-null': breaks('mfa-config/stores-retain-user-mfa-settings')
    .says('GET /mfa-config shows retainUserMfaSettings false as null, and true as true.')
    .wraps('readCluster', (readCluster, world) => {
      const cluster = readCluster(world);
      return { ...cluster, retainUserMfaSettings: cluster.retainUserMfaSettings || null };
    }),
  'mfa-config/third-type-is-dropped': breaks('mfa-config/stores-authentication-types')
    .since('6.8.1')
    .says('PUT /mfa-config stores only two of three authentication types.')
    .wraps('storeCluster', (storeCluster, before, wanted, world) => {
      const authenticationTypes =
        wanted.authenticationTypes && [...new Set(wanted.authenticationTypes)].slice(0, 2);
      return storeCluster(before, { ...wanted, authenticationTypes }, world);
    }),
  'mfa-config/put-toggles-retain': breaks('mfa-config/put-round-trip')
    .says('A PUT /mfa-config of the stored configuration toggles retainUserMfaSettings.')
    .wraps('storeCluster', (_earlier, before, wanted) =>
      JSON.stringify(before) === JSON.stringify(wanted)
        ? { ...wanted, retainUserMfaSettings: !wanted.retainUserMfaSettings }
        : wanted,
    ),
  'mfa-config/get-changes-it': breaks('mfa-config/get-is-safe')
    .says('The fourth consecutive GET /mfa-config toggles retainUserMfaSettings.')
    .by((seams) => {
      let inARow = 0;
      seams.answer('any', (_answer, call, { state }) => {
        inARow = call.operation === 'GetMFAConfig' ? inARow + 1 : 0;
        if (inARow !== 4) return;
        state.cluster = {
          ...state.cluster,
          retainUserMfaSettings: state.cluster.retainUserMfaSettings === false,
        };
      });
    }),
  'mfa-config/wrong-type-refused-but-stored': breaks('mfa-config/wrong-type-is-harmless')
    .and('mfa-config/refused-put-changes-nothing')
    .says('PUT /mfa-config refuses an enabled of another type, yet stores true.')
    .refusals(put, (_answer, call, { state }) => {
      if (!isObject(call.body) || typeof own(call.body, 'enabled') === 'boolean') return;
      if (own(call.body, 'enabled') !== undefined) state.cluster = { ...clusterOf(call.body), enabled: true };
    }),
  'mfa-config/wrong-type-coerced': breaks('mfa-config/wrong-type-is-refused')
    .says('PUT /mfa-config accepts a text for enabled and stores whether it is "true".')
    .edits(put, (body) => {
      const enabled = own(body, 'enabled');
      return typeof enabled === 'string' && { enabled: enabled === 'true' };
    }),
  'mfa-config/wrong-type-is-500': breaks('mfa-config/wrong-type-is-refused')
    .and('http/no-server-error-for-client-mistake')
    .says('PUT /mfa-config answers 500 for a wrongly typed enabled.')
    .refusals(put, (answer, call) => {
      const enabled = own(call.body, 'enabled');
      if (enabled !== undefined && typeof enabled !== 'boolean') answer.status = 500;
    }),
  'mfa-config/unknown-type-stored': breaks('mfa-config/unknown-type-is-not-stored')
    .and('mfa-config/get-answers-200', 'mfa-config/unknown-type-is-refused')
    .says('PUT /mfa-config stores any text as an authentication type.')
    .with(skipChecksOfTypes, (types) => types),
  'mfa-config/unknown-type-dropped': breaks('mfa-config/unknown-type-is-refused')
    .says('PUT /mfa-config drops unknown authentication types and succeeds.')
    .with(skipChecksOfTypes, (types) => types.filter((type) => knownTypes.includes(type))),
  'mfa-config/refused-put-half-done': breaks('mfa-config/refused-put-changes-nothing')
    .says('A PUT /mfa-config that is refused for another property stores authenticationTypes.')
    .refusals(put, (answer, call, { state }) => {
      const types = own(call.body, 'authenticationTypes');
      const isUsable = Array.isArray(types) && types.every((type) => knownTypes.includes(String(type)));
      if (answer.status !== 400 || !isUsable) return;
      state.cluster = { ...state.cluster, authenticationTypes: types.map(String) };
    }),
  'mfa-config/refused-type-keeps-retain': breaks('mfa-config/refused-put-changes-nothing')
    .says('A PUT /mfa-config refused for an unknown type stores retainUserMfaSettings.')
    .refusals(put, (answer, call, { state }) => {
      const { retainUserMfaSettings: retain, authenticationTypes: types } = asObject(call.body);
      const isUnknown = Array.isArray(types) && !types.every((type) => knownTypes.includes(String(type)));
      if (answer.status === 400 && isUnknown && typeof retain === 'boolean')
        state.cluster = { ...state.cluster, retainUserMfaSettings: retain };
    }),
  'mfa-config/refused-put-switches': breaks('mfa-config/refused-put-changes-nothing')
    .says('A PUT /mfa-config that is refused for another property stores enabled.')
    .refusals(put, (answer, call, { state }) => {
      const enabled = own(call.body, 'enabled');
      if (answer.status === 400 && typeof enabled === 'boolean')
        state.cluster = { ...state.cluster, enabled };
    }),
  'mfa-config/unknown-type-refused-but-stored': breaks('mfa-config/unknown-type-is-not-stored')
    .and('mfa-config/get-answers-200', 'mfa-config/refused-put-changes-nothing')
    .says('PUT /mfa-config refuses an unknown authentication type, and stores it.')
    .refusals(put, (_answer, call, { state }) => {
      if (Array.isArray(own(call.body, 'authenticationTypes'))) state.cluster = clusterOf(call.body);
    }),
  'mfa-config/unknown-property-stored': breaks('mfa-config/unknown-property-is-not-stored')
    .says('PUT /mfa-config stores unknown properties; GET returns them.')
    .by((seams) => {
      let kept: JsonObject = {};
      seams.answer(put, (answer, call) => {
        if (answer.status === 204) kept = asObject(call.body);
      });
      // Values nested too deep to be written would make each later GET a 500.
      const plain = () => Object.entries(kept).filter(([, value]) => typeof value !== 'object');
      seams.success('GetMFAConfig', (body) => ({ ...Object.fromEntries(plain()), ...body }));
    }),
  'mfa-config/missing-body-accepted': breaks('mfa-config/refuses-missing-body')
    .says('PUT /mfa-config without a body answers 204.')
    .bodies(put, (body, _call, { state }) => body ?? { ...state.cluster }),
  'mfa-config/missing-body-refused-but-stored': breaks('mfa-config/refuses-missing-body')
    .says('PUT /mfa-config without a body is refused and clears authenticationTypes.')
    .refusals(put, (_answer, call, { state }) => {
      if (call.caller !== undefined && call.content?.length === 0) {
        state.cluster = { ...state.cluster, authenticationTypes: null };
      }
    }),
  'mfa-config/malformed-json-accepted': breaks('mfa-config/refuses-malformed-json')
    .says('PUT /mfa-config ignores malformed JSON and answers 204.')
    .inputs(put, (call, { state }) => {
      if (!isReadable(call)) call.content = Buffer.from(JSON.stringify(state.cluster));
    }),
  'mfa-config/malformed-json-switches-off': breaks('mfa-config/refuses-malformed-json')
    .says('PUT /mfa-config refuses truncated JSON, yet switches cluster MFA off.')
    .refusals(put, (_answer, call, { state }) => {
      if (call.caller === undefined || isReadable(call)) return;
      state.cluster = { ...state.cluster, enabled: false };
    }),
  'mfa-config/changes-support-mfa': breaks('mfa-config/apart-from-support-mfa')
    .says(
      'PUT /mfa-config sets the address of the support user to null or to another, unless codes go to it.',
    )
    .answers(put, (answer, _call, { state }) => {
      if (answer.status !== 204 || (state.support.enabled && state.support.mfaType === 'email')) return;
      state.support = {
        ...state.support,
        email: state.support.email === null ? 'cluster@lab.example' : null,
      };
    }),
  'mfa-config/loses-enabled': breaks('mfa-config/stores-enabled')
    .says('PUT /mfa-config answers 204 and keeps the old enabled.')
    .with(loses, 'enabled'),
  'mfa-config/loses-authentication-types': breaks('mfa-config/stores-authentication-types')
    .says('PUT /mfa-config answers 204 and keeps the old authenticationTypes.')
    .with(loses, 'authenticationTypes'),
});

/** Whether a body is well-formed JSON, or there is none. */
const isReadable = ({ content }: Call) => (content?.length ?? 0) === 0 || jsonIn(content) !== undefined;

const knownTypes = ['email', 'totp', 'salesforce'];

function skipChecksOfTypes(seams: Parameters<Fault['apply']>[0], keep: (types: string[]) => string[]): void {
  seams.edit(put, (body, call) => {
    const types = own(body, 'authenticationTypes');
    if (!Array.isArray(types) || !types.every((type) => typeof type === 'string')) return;
    if (types.every((type) => knownTypes.includes(type))) return;
    call.skip.add('checks');
    return { authenticationTypes: keep(types) };
  });
}
