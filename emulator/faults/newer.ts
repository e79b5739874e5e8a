import type { World } from '../call.js';
import { asObject, isObject, type JsonObject, own, text } from '../json.js';
import { shownOnce } from '../keys.js';
import { newReference } from '../operations/support-password.js';
import type { ReleaseName } from '../releases.js';
import type { Fault, Seams } from '../seams.js';

const configure = 'ConfigureSupportMFAConfig';
const patch = 'UpdateSupportMFAConfig';
const verify = 'VerifySupportUserTotp';

/** PATCH /support-user/mfa asks for no password where a body holds this. */
const standsForThePassword =
  (isTaken: (body: JsonObject, state: World['state']) => boolean) =>
  (seams: Seams): void =>
    seams.body(patch, (body, _call, { state }) =>
      isObject(body) && isTaken(body, state) ? { ...body, currentPassword: state.supportPassword } : body,
    );

/** Of what came with 7.3 to 7.3.2: the support user's password, reference ids, PUT /support-user/mfa. */
const newer: readonly Fault[] = [
  {
    id: 'status/configure-support-mfa-202',
    description: 'PUT /support-user/mfa answers 202 for 200.',
    breaks: ['support-configure/answers-200'],
    apply: (seams) =>
      seams.answer(configure, (answer) => {
        if (answer.status === 200) answer.status = 202;
      }),
  },
  {
    id: 'configure/no-secret',
    description: 'PUT /support-user/mfa to totp answers no secret.',
    breaks: ['support-configure/totp-gives-secret-and-uri'],
    apply: (seams) => seams.success(configure, ({ totpSecretKey: _secret, totpUri: _uri, ...rest }) => rest),
  },
  {
    id: 'configure/secret-of-another-uri',
    description: 'PUT /support-user/mfa to totp answers a secret that is not the one in its URI.',
    breaks: ['support-configure/totp-gives-secret-and-uri'],
    apply: (seams) =>
      seams.success(configure, (body, call, world) => {
        if (own(body, 'totpSecretKey') === undefined || world.state.support.key === undefined) return body;
        const secret = seams.rules.newSecret(call, world);
        const { totpSecretKey } = shownOnce({ ...world.state.support.key, secret }, world);
        return { ...body, totpSecretKey };
      }),
  },
  {
    id: 'configure/address-lost',
    description: 'PUT /support-user/mfa answers the address, and forgets it.',
    breaks: ['support-configure/mode-and-address-are-kept'],
    apply: (seams) =>
      seams.success(configure, (body, _call, { state }) => {
        state.support = { ...state.support, mfaType: null, email: null };
        return body;
      }),
  },
  {
    id: 'configure/switches-on',
    description: 'PUT /support-user/mfa to email switches support MFA on.',
    breaks: ['support-configure/leaves-enabled-alone'],
    apply: (seams) =>
      seams.success(configure, (body, _call, { state }) => {
        if (state.support.mfaType === 'email') state.support = { ...state.support, enabled: true };
        return { ...body, enabled: state.support.enabled };
      }),
  },
  {
    id: 'configure/password-not-asked',
    description: 'PUT /support-user/mfa works without currentPassword.',
    breaks: ['support-configure/refuses-without-password'],
    apply: (seams) =>
      seams.body(configure, (body, call, { state }) => {
        const given = asObject(body);
        if (call.caller?.role !== 'admin' || body === undefined || Object.hasOwn(given, 'currentPassword')) {
          return body;
        }
        return typeof own(given, 'mfaType') === 'number'
          ? body
          : { ...given, currentPassword: state.supportPassword };
      }),
  },
  {
    id: 'configure/any-password',
    description: 'PUT /support-user/mfa works with any currentPassword.',
    breaks: ['support-configure/refuses-wrong-current-password'],
    apply: (seams) =>
      seams.body(configure, (body, _call, { state }) =>
        text(asObject(body), 'currentPassword') === undefined
          ? body
          : { ...asObject(body), currentPassword: state.supportPassword },
      ),
  },
  {
    id: 'configure/refused-but-stored',
    description: 'PUT /support-user/mfa without the right password is refused, and stored.',
    breaks: ['support-configure/refuses-without-password'],
    apply: (seams) =>
      seams.refusal(configure, (answer, call, { state }) => {
        const email = text(asObject(call.body), 'email');
        if (answer.status === 403 && call.caller?.role === 'admin' && email !== undefined) {
          state.support = { ...state.support, mfaType: 'email', email };
        }
      }),
  },
  {
    id: 'configure/refused-request-takes-the-key',
    description: "A PUT /support-user/mfa that is refused for its password ends the support user's key.",
    breaks: ['support-configure/refuses-wrong-current-password'],
    apply: (seams) =>
      seams.refusal(configure, (answer, call, world) => {
        const { key } = world.state.support;
        if (answer.status !== 403 || call.caller?.role !== 'admin' || key === undefined) return;
        if (text(asObject(call.body), 'mfaType') !== 'totp') return;
        const secret = seams.rules.newSecret(call, world);
        world.state.support = { ...world.state.support, key: { ...key, secret } };
      }),
  },
  {
    id: 'configure/missing-body-accepted',
    description: 'PUT /support-user/mfa without a body answers 200.',
    breaks: ['support-configure/refuses-missing-body'],
    apply: (seams) =>
      seams.refusal(configure, (answer, call) => {
        if (call.caller?.role !== 'admin' || (call.content?.length ?? 0) > 0) return;
        answer.status = 200;
        answer.body = { enabled: false };
      }),
  },
  {
    id: 'configure/malformed-json-accepted',
    description: 'PUT /support-user/mfa takes what is not JSON for no change and answers 200.',
    breaks: ['support-configure/refuses-malformed-json'],
    apply: (seams) =>
      seams.refusal(configure, (answer, call) => {
        if (call.caller?.role !== 'admin' || (call.content?.length ?? 0) === 0 || call.body !== undefined)
          return;
        answer.status = 200;
        answer.body = { enabled: false };
      }),
  },
  {
    id: 'configure/wrong-type-stored',
    description: 'PUT /support-user/mfa with a wrong type is refused, and stored as text.',
    breaks: ['support-configure/wrong-type-is-harmless'],
    apply: (seams) =>
      seams.refusal(configure, (answer, call, { state }) => {
        const body = asObject(call.body);
        if (answer.status === 400 && typeof own(body, 'mfaType') === 'number') {
          state.support = { ...state.support, email: String(own(body, 'email')) };
        }
      }),
  },
  {
    id: 'support/password-not-asked',
    description: 'PATCH /support-user/mfa changes without currentPassword.',
    breaks: ['support-password/patch-refused-without-password'],
    apply: standsForThePassword((body) => !Object.hasOwn(body, 'currentPassword')),
  },
  {
    id: 'support/any-password',
    description: 'PATCH /support-user/mfa changes with any currentPassword.',
    breaks: ['support-password/patch-refused-with-wrong-password'],
    apply: (seams) =>
      seams.body(patch, (body, _call, { state }) =>
        text(asObject(body), 'currentPassword') === undefined
          ? body
          : { ...asObject(body), currentPassword: state.supportPassword },
      ),
  },
  {
    id: 'support/null-stands-for-the-password',
    description: 'PATCH /support-user/mfa takes null as currentPassword.',
    breaks: ['support-password/patch-refused-without-password'],
    apply: standsForThePassword((body) => own(body, 'currentPassword') === null),
  },
  {
    id: 'support/code-stands-for-the-password',
    description: 'PATCH /support-user/mfa with a right mfaCode asks for no password.',
    breaks: ['support-password/patch-refused-without-password'],
    apply: standsForThePassword((body) => text(body, 'mfaCode') !== undefined),
  },
  {
    id: 'support/reference-stands-for-the-password',
    since: '7.3.1',
    description: 'PATCH /support-user/mfa with a right referenceId asks for no password.',
    breaks: ['support-password/patch-refused-with-wrong-password'],
    apply: standsForThePassword((body, { referenceIds }) =>
      referenceIds.has(text(body, 'referenceId') ?? ''),
    ),
  },
  {
    id: 'support/read-only-property-stored',
    description: 'PATCH /support-user/mfa sets requiresPasswordAuth.',
    breaks: ['support-password/read-only-properties-stay'],
    apply: (seams) => {
      let asked = true;
      seams.body(patch, (body) => {
        const wanted = own(asObject(body), 'requiresPasswordAuth');
        if (typeof wanted === 'boolean') asked = wanted;
        return body;
      });
      seams.success('GetSupportMFAConfig', (body) => ({ ...body, requiresPasswordAuth: asked }));
    },
  },
  {
    id: 'support-reference/none-given',
    description: 'POST /support-user/verify-totp for DisableMfa answers no referenceId.',
    breaks: ['support-reference/given-for-right-code'],
    apply: (seams) => seams.success(verify, ({ referenceId: _left, ...rest }) => rest),
  },
  {
    id: 'support-reference/given-for-wrong-code',
    description: 'POST /support-user/verify-totp for DisableMfa answers a referenceId for a wrong code too.',
    breaks: ['support-reference/not-given-for-wrong-code'],
    apply: (seams) =>
      seams.success(verify, (body, call, world) =>
        own(body, 'success') === false && own(asObject(call.body), 'purpose') === 'DisableMfa'
          ? { ...body, referenceId: newReference(world) }
          : body,
      ),
  },
  {
    id: 'support-reference/given-for-wrong-password',
    description: 'POST /support-user/verify-totp for DisableMfa does not look at supportUserPassword.',
    breaks: ['support-reference/not-given-for-wrong-password'],
    apply: (seams) =>
      seams.body(verify, (body, _call, { state }) =>
        (text(asObject(body), 'supportUserPassword') ?? '') !== ''
          ? { ...asObject(body), supportUserPassword: state.supportPassword }
          : body,
      ),
  },
  {
    id: 'support-reference/given-for-verify-otp',
    description: 'POST /support-user/verify-totp answers a referenceId whatever the purpose.',
    breaks: ['support-reference/not-given-for-verify-otp'],
    apply: (seams) =>
      seams.success(verify, (body, _call, world) =>
        own(body, 'success') === true ? { ...body, referenceId: newReference(world) } : body,
      ),
  },
  {
    id: 'support-reference/refused',
    description: 'No referenceId is right.',
    breaks: ['support-reference/disables-support-mfa'],
    apply: (seams) => {
      seams.rules.useReference = () => false;
    },
  },
  {
    id: 'support-reference/reusable',
    description: 'A referenceId is right again and again.',
    breaks: ['support-reference/works-once'],
    apply: (seams) => {
      const used = new Set<string>();
      const { useReference } = seams.rules;
      seams.rules.useReference = (id, world) => {
        const isRight = used.has(id) || useReference(id, world);
        if (isRight) used.add(id);
        return isRight;
      };
    },
  },
  {
    id: 'support-reference/any-accepted',
    description: 'Every referenceId is right.',
    breaks: ['support-reference/unknown-is-refused'],
    apply: (seams) => {
      seams.rules.useReference = () => true;
    },
  },
];

/** The release that an id's part came with. */
const since = (id: string): ReleaseName => {
  if (id.startsWith('support-reference/')) return '7.3.1';
  return id.startsWith('support/') ? '7.3' : '7.3.2';
};

export const newerFaults: readonly Fault[] = newer.map((fault) => ({
  since: since(fault.id),
  ...fault,
}));
