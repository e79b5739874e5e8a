import { bodies, changesFreely, refusals, successes } from '../deviations.js';
import { asObject, own, text } from '../json.js';
import { shownOnce } from '../keys.js';
import { type Fault, faultsOf, faultsSince, withRules } from '../seams.js';
import { type SupportMfa, supportOff, supportOwner } from '../state.js';

const patch = 'UpdateSupportMFAConfig';

/** Whether a change switches support MFA of that mode off. */
const isOff = (mode: string, before: SupportMfa, wanted: SupportMfa) =>
  before.mfaType === mode && !wanted.enabled;

const single = faultsOf({
  'support/secret-shown-by-get': {
    description: 'GET /support-user/mfa shows the TOTP secret and its URI.',
    breaks: ['support-totp/get-never-shows-secret', 'security/no-secret-echoed'],
    apply: successes('GetSupportMFAConfig', (body, _call, world) => {
      const { key } = world.state.support;
      return key === undefined ? body : { ...body, ...shownOnce(key, world) };
    }),
  },
  'support/client-chooses-secret': {
    description: 'PATCH /support-user/mfa uses a totpSecretKey of the body as the new secret.',
    breaks: ['support-totp/client-cannot-choose-secret'],
    apply: (seams) => {
      seams.success(patch, (body, call) => {
        const chosen = text(asObject(call.body), 'totpSecretKey');
        const uri = text(body, 'totpUri');
        return chosen === undefined || uri === undefined
          ? body
          : { ...body, totpSecretKey: chosen, totpUri: uri.replace(/secret=[^&]*/, `secret=${chosen}`) };
      });
    },
  },
  'support/key-for-switching-off': {
    description: 'Switching support MFA off answers a TOTP secret.',
    breaks: ['support-mfa/hands-out-no-key-unasked'],
    apply: successes(patch, (body, call) =>
      own(asObject(call.body), 'enabled') === false && own(asObject(call.body), 'mfaType') === undefined
        ? { ...body, totpSecretKey: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }
        : body,
    ),
  },
  'support/on-without-a-mode': {
    description: 'Support MFA can be switched on before a mode was chosen.',
    breaks: ['support-mfa/not-on-without-a-mode'],
    apply: refusals(patch, (answer, _call, { state }) => {
      if (text(asObject(answer.body), 'errorCode') !== 'KModeMissing') return;
      state.support = { ...supportOff, enabled: true };
      Object.assign(answer, { status: 200, body: { enabled: true, mfaType: null, email: null } });
    }),
  },
  'support/change-voids-mailed-codes': {
    description: "A change of the support user's configuration voids all mailed codes.",
    breaks: ['support-mfa/voids-no-mailed-code'],
    apply: successes(patch, (_body, _call, { state }) => {
      state.mailCodes = [];
    }),
  },
  'support/totp-secret-in-email-mode': {
    description: 'Switching support MFA to email answers a TOTP secret.',
    breaks: ['support-email/enabling-shows-what-was-set'],
    apply: successes(patch, (body) =>
      own(body, 'mfaType') === 'email'
        ? { totpSecretKey: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', ...body }
        : body,
    ),
  },
  'support/no-secret': {
    description: 'Switching support MFA to totp answers neither secret nor URI.',
    breaks: ['support-totp/enabling-gives-secret-and-uri'],
    apply: successes(patch, ({ totpSecretKey: _secret, totpUri: _uri, ...body }) => body),
  },
  'support/secret-without-uri': {
    description: 'Switching support MFA to totp answers the secret without a URI.',
    breaks: ['support-totp/gives-both-forms'],
    apply: successes(patch, ({ totpUri: _uri, ...body }) => body),
  },
  'support/any-address-accepted': {
    description: 'PATCH /support-user/mfa accepts any text as an address, and discards invalid ones.',
    breaks: ['support-email/needs-an-address'],
    apply: (seams) => {
      const { isAddress } = seams.rules;
      seams.rules.isAddress = () => true;
      // With such an address MFA could not be switched off, because no code arrives.
      seams.rules.storeSupport = (before, wanted) =>
        wanted.email === null || isAddress(wanted.email) ? wanted : before;
    },
  },
  'support/code-without-address': {
    description: 'POST /support-user/send-email-otp answers 204 while support MFA is off.',
    breaks: ['support-email/no-code-without-an-address'],
    apply: refusals('SendSupportEmailOtp', (answer, call) => {
      if (answer.status !== 400 || call.caller === undefined) return;
      answer.status = 204;
      answer.body = undefined;
    }),
  },
  'support/refused-patch-half-done': {
    description: 'A PATCH /support-user/mfa that is refused for another property stores the address.',
    breaks: ['support-mfa/refused-patch-changes-nothing'],
    apply: refusals(patch, (answer, call, { state }) => {
      const email = text(asObject(call.body), 'email');
      if (answer.status === 400 && email?.includes('@')) state.support = { ...state.support, email };
    }),
  },
  'support/unknown-mode-stored': {
    description: 'PATCH /support-user/mfa stores any text as mfaType.',
    breaks: ['support-mfa/unknown-mode-is-not-stored'],
    apply: bodies(patch, (body, call) => {
      if (text(asObject(body), 'mfaType') !== undefined) call.skip.add('checks');
    }),
  },
  'support/wrong-type-coerced': {
    description: 'PATCH /support-user/mfa accepts a text for enabled.',
    breaks: ['support-mfa/wrong-type-is-refused'],
    apply: bodies(patch, (body) => {
      const enabled = own(asObject(body), 'enabled');
      return typeof enabled === 'string' ? { ...asObject(body), enabled: enabled === 'true' } : body;
    }),
  },
  'support/missing-body-accepted': {
    description: 'PATCH /support-user/mfa without a body answers 200 and sets the mode to email.',
    breaks: ['support-mfa/refuses-missing-body'],
    apply: bodies(patch, (body) => body ?? { mfaType: 'email' }),
  },
  'support/changes-cluster-mfa': {
    description: 'Switching support MFA to totp toggles retainUserMfaSettings of the cluster.',
    breaks: ['support-mfa/apart-from-cluster-mfa'],
    apply: successes(patch, (_body, call, { state }) => {
      if (own(asObject(call.body), 'mfaType') === 'totp') {
        state.cluster = { ...state.cluster, retainUserMfaSettings: !state.cluster.retainUserMfaSettings };
      }
    }),
  },
  'support/get-differs-every-time': {
    description: 'While support MFA is off, each GET /support-user/mfa shows another address.',
    breaks: ['support-mfa/get-is-safe'],
    apply: (seams) => {
      let reads = 0;
      seams.success('GetSupportMFAConfig', (body) => {
        reads += 1;
        return own(body, 'enabled') === true ? body : { ...body, email: `read-${reads}@lab.example` };
      });
    },
  },
});

const since681 = faultsSince('6.8.1', {
  'support/email-disabled-without-code': {
    description: 'Support MFA by e-mail is switched off without mfaCode.',
    breaks: ['support-email/not-disabled-without-code'],
    apply: changesFreely(
      ({ given, before, wanted }) => given === undefined && isOff('email', before, wanted),
    ),
  },
  'support/email-disabled-with-wrong-code': {
    description: 'Any mfaCode switches support MFA by e-mail off.',
    breaks: ['support-email/not-disabled-without-code'],
    apply: changesFreely(
      ({ given, before, wanted }) => given !== undefined && isOff('email', before, wanted),
    ),
  },
  'support/totp-disabled-without-code': {
    description: 'Support MFA by TOTP is switched off with any mfaCode or none.',
    breaks: ['support-totp/not-disabled-without-code'],
    apply: changesFreely(({ before, wanted }) => isOff('totp', before, wanted)),
  },
  'support/totp-disabled-with-wrong-code': {
    description: 'Any mfaCode switches support MFA by TOTP off.',
    breaks: ['support-totp/not-disabled-without-code'],
    apply: changesFreely(({ given, before, wanted }) => given !== undefined && isOff('totp', before, wanted)),
  },
  'support/totp-code-refused': {
    description: 'TOTP codes are never accepted as mfaCode.',
    breaks: ['support-totp/disabled-with-current-code'],
    apply: bodies(patch, (body, _call, { state }) =>
      state.support.mfaType === 'totp' && text(asObject(body), 'mfaCode') !== undefined
        ? { ...asObject(body), mfaCode: 'none' }
        : body,
    ),
  },
  'support/address-changed-without-code': {
    description: 'The address of support MFA changes with any mfaCode or none.',
    breaks: ['support-email/address-not-changed-without-code'],
    apply: changesFreely(({ before, wanted }) => before.mfaType === 'email' && wanted.enabled),
  },
  'support/address-changed-with-wrong-code': {
    description: 'Any mfaCode changes the address of support MFA.',
    breaks: ['support-email/address-not-changed-with-wrong-code'],
    apply: changesFreely(
      ({ given, before, wanted }) => given !== undefined && before.mfaType === 'email' && wanted.enabled,
    ),
  },
  'support/address-change-refused-but-stored': {
    description: 'A change of the address without a right mfaCode is refused, yet stored.',
    breaks: ['support-email/address-not-changed-without-code'],
    apply: refusals(patch, (answer, call, { state }) => {
      const email = text(asObject(call.body), 'email');
      if (answer.status === 403 && call.caller?.role === 'admin' && email !== undefined) {
        state.support = { ...state.support, email };
      }
    }),
  },
  'support/address-lost': {
    description: 'PATCH /support-user/mfa accepts a new address, and answers and keeps the old one.',
    breaks: ['support-email/address-changed-with-mailed-code'],
    apply: withRules(() => ({
      storeSupport: (before, wanted) =>
        before.enabled && wanted.enabled ? { ...wanted, email: before.email ?? wanted.email } : wanted,
    })),
  },
  'support/mailed-code-refused': {
    description: 'Mailed codes are never accepted as mfaCode.',
    breaks: ['support-email/disabled-with-mailed-code'],
    apply: (seams) => {
      const { mailCodeFits } = seams.rules;
      seams.rules.mailCodeFits = (entry, code, owner, now) =>
        typeof owner === 'string' && mailCodeFits(entry, code, owner, now);
      // The refusal is not counted: a lock would hide its requirement.
      seams.refusal(patch, (_answer, _call, { state }) => {
        state.failures.delete(supportOwner);
      });
    },
  },
  'support/email-never-disabled': {
    description: 'PATCH /support-user/mfa with a right mfaCode answers 200 and leaves MFA by e-mail on.',
    breaks: ['support-email/disabled-with-mailed-code'],
    apply: withRules(() => ({
      storeSupport: (before, wanted) =>
        before.enabled && before.mfaType === 'email' && !wanted.enabled ? before : wanted,
    })),
  },
});

export const supportFaults: readonly Fault[] = [...single, ...since681];
