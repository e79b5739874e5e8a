import { asObject, own, text } from '../json.js';
import { shownOnce } from '../keys.js';
import type { Fault, Seams } from '../seams.js';
import { supportOff, supportOwner } from '../state.js';

const patch = 'UpdateSupportMFAConfig';

/** Waives mfaCode for some changes. */
function waive(seams: Seams, disabling: boolean, mode: 'email' | 'totp'): void {
  const { needsMfaCode } = seams.rules;
  seams.rules.needsMfaCode = (before, wanted, world) => {
    const waived = before.mfaType === mode && wanted.enabled !== disabling;
    return !waived && needsMfaCode(before, wanted, world);
  };
}

/** Takes any code as mfaCode for some changes; none is refused as before. */
function anyCode(seams: Seams, disabling: boolean, mode: 'email' | 'totp'): void {
  const { needsMfaCode } = seams.rules;
  let given = false;
  seams.body(patch, (body) => {
    given = text(asObject(body), 'mfaCode') !== undefined;
    return body;
  });
  seams.rules.needsMfaCode = (before, wanted, world) => {
    const waived = given && before.mfaType === mode && wanted.enabled !== disabling;
    return !waived && needsMfaCode(before, wanted, world);
  };
}

export const supportFaults: readonly Fault[] = [
  {
    id: 'support/email-disabled-without-code',
    description: 'Support MFA by e-mail is switched off without mfaCode.',
    breaks: ['support-email/not-disabled-without-code'],
    since: '6.8.1',
    apply: (seams) => {
      const { needsMfaCode } = seams.rules;
      let given = false;
      seams.body(patch, (body) => {
        given = text(asObject(body), 'mfaCode') !== undefined;
        return body;
      });
      seams.rules.needsMfaCode = (before, wanted, world) =>
        needsMfaCode(before, wanted, world) && (given || before.mfaType !== 'email' || wanted.enabled);
    },
  },
  {
    id: 'support/email-disabled-with-wrong-code',
    description: 'Support MFA by e-mail is switched off with any mfaCode.',
    breaks: ['support-email/not-disabled-without-code'],
    since: '6.8.1',
    apply: (seams) => anyCode(seams, true, 'email'),
  },
  {
    id: 'support/totp-disabled-without-code',
    description: 'Support MFA by TOTP is switched off whatever mfaCode is, or without one.',
    breaks: ['support-totp/not-disabled-without-code'],
    since: '6.8.1',
    apply: (seams) => waive(seams, true, 'totp'),
  },
  {
    id: 'support/totp-disabled-with-wrong-code',
    description: 'Support MFA by TOTP is switched off with any mfaCode.',
    breaks: ['support-totp/not-disabled-without-code'],
    since: '6.8.1',
    apply: (seams) => anyCode(seams, true, 'totp'),
  },
  {
    id: 'support/totp-code-refused',
    description: 'No TOTP code is right as mfaCode.',
    breaks: ['support-totp/disabled-with-current-code'],
    since: '6.8.1',
    apply: (seams) =>
      seams.body(patch, (body, _call, { state }) =>
        state.support.mfaType === 'totp' && text(asObject(body), 'mfaCode') !== undefined
          ? { ...asObject(body), mfaCode: 'none' }
          : body,
      ),
  },
  {
    id: 'support/address-changed-without-code',
    description: 'The address of support MFA is changed whatever mfaCode is, or without one.',
    breaks: ['support-email/address-not-changed-without-code'],
    since: '6.8.1',
    apply: (seams) => waive(seams, false, 'email'),
  },
  {
    id: 'support/address-changed-with-wrong-code',
    description: 'The address of support MFA is changed with any mfaCode.',
    breaks: ['support-email/address-not-changed-with-wrong-code'],
    since: '6.8.1',
    apply: (seams) => anyCode(seams, false, 'email'),
  },
  {
    id: 'support/address-change-refused-but-stored',
    description: 'A change of the address without a right mfaCode is refused, and stored.',
    breaks: ['support-email/address-not-changed-without-code'],
    since: '6.8.1',
    apply: (seams) =>
      seams.refusal(patch, (answer, call, { state }) => {
        const email = text(asObject(call.body), 'email');
        if (answer.status === 403 && call.caller?.role === 'admin' && email !== undefined) {
          state.support = { ...state.support, email };
        }
      }),
  },
  {
    id: 'support/address-lost',
    description: 'PATCH /support-user/mfa answers the new address and keeps the old one where there is one.',
    breaks: ['support-email/address-changed-with-mailed-code'],
    since: '6.8.1',
    apply: (seams) => {
      seams.rules.storeSupport = (before, wanted) =>
        before.enabled && wanted.enabled ? { ...wanted, email: before.email ?? wanted.email } : wanted;
    },
  },
  {
    id: 'support/mailed-code-refused',
    description: 'No mailed code is right as mfaCode.',
    breaks: ['support-email/disabled-with-mailed-code'],
    since: '6.8.1',
    apply: (seams) => {
      const { mailCodeFits } = seams.rules;
      seams.rules.mailCodeFits = (entry, code, owner, now) =>
        typeof owner === 'string' && mailCodeFits(entry, code, owner, now);
      // Nor is it counted: a lock would hide which requirement the refusal is about.
      seams.refusal(patch, (_answer, _call, { state }) => {
        state.failures.delete(supportOwner);
      });
    },
  },
  {
    id: 'support/secret-shown-by-get',
    description: 'GET /support-user/mfa shows the TOTP secret and its URI.',
    breaks: ['support-totp/get-never-shows-secret', 'security/no-secret-echoed'],
    apply: (seams) =>
      seams.success('GetSupportMFAConfig', (body, _call, world) => {
        const { key } = world.state.support;
        return key === undefined ? body : { ...body, ...shownOnce(key, world) };
      }),
  },
  {
    id: 'support/client-chooses-secret',
    description: 'PATCH /support-user/mfa takes a totpSecretKey of the body for the new secret.',
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
  {
    id: 'support/key-for-switching-off',
    description: 'Switching support MFA off answers a TOTP secret.',
    breaks: ['support-mfa/hands-out-no-key-unasked'],
    apply: (seams) =>
      seams.success(patch, (body, call) =>
        own(asObject(call.body), 'enabled') === false && own(asObject(call.body), 'mfaType') === undefined
          ? { ...body, totpSecretKey: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }
          : body,
      ),
  },
  {
    id: 'support/on-without-a-mode',
    description: 'Support MFA is switched on where no mode was chosen.',
    breaks: ['support-mfa/not-on-without-a-mode'],
    apply: (seams) =>
      seams.refusal(patch, (answer, _call, { state }) => {
        if (text(asObject(answer.body), 'errorCode') !== 'KModeMissing') return;
        state.support = { ...supportOff, enabled: true };
        Object.assign(answer, { status: 200, body: { enabled: true, mfaType: null, email: null } });
      }),
  },
  {
    id: 'support/change-voids-mailed-codes',
    description: "A change of the support user's configuration voids all codes that were mailed.",
    breaks: ['support-mfa/voids-no-mailed-code'],
    apply: (seams) =>
      seams.success(patch, (body, _call, { state }) => {
        state.mailCodes = [];
        return body;
      }),
  },
  {
    id: 'support/totp-secret-in-email-mode',
    description: 'Switching support MFA to email answers a TOTP secret.',
    breaks: ['support-email/enabling-shows-what-was-set'],
    apply: (seams) =>
      seams.success(patch, (body) =>
        own(body, 'mfaType') === 'email'
          ? { totpSecretKey: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', ...body }
          : body,
      ),
  },
  {
    id: 'support/no-secret',
    description: 'Switching support MFA to totp answers neither secret nor URI.',
    breaks: ['support-totp/enabling-gives-secret-and-uri'],
    apply: (seams) => seams.success(patch, ({ totpSecretKey: _secret, totpUri: _uri, ...body }) => body),
  },
  {
    id: 'support/secret-without-uri',
    description: 'Switching support MFA to totp answers the secret, and no URI.',
    breaks: ['support-totp/gives-both-forms'],
    apply: (seams) => seams.success(patch, ({ totpUri: _uri, ...body }) => body),
  },
  {
    id: 'support/any-address-accepted',
    description: 'PATCH /support-user/mfa takes any text for an address, and forgets what is none.',
    breaks: ['support-email/needs-an-address'],
    apply: (seams) => {
      const { isAddress } = seams.rules;
      seams.rules.isAddress = () => true;
      // Kept, MFA would be on with no way to switch it off: no code can come.
      seams.rules.storeSupport = (before, wanted) =>
        wanted.email === null || isAddress(wanted.email) ? wanted : before;
    },
  },
  {
    id: 'support/code-without-address',
    description: 'POST /support-user/send-email-otp answers 204 while support MFA is off.',
    breaks: ['support-email/no-code-without-an-address'],
    apply: (seams) =>
      seams.refusal('SendSupportEmailOtp', (answer, call) => {
        if (answer.status !== 400 || call.caller === undefined) return;
        answer.status = 204;
        answer.body = undefined;
      }),
  },
  {
    id: 'support/refused-patch-half-done',
    description: 'A PATCH /support-user/mfa that is refused for one property stores the address.',
    breaks: ['support-mfa/refused-patch-changes-nothing'],
    apply: (seams) =>
      seams.refusal(patch, (answer, call, { state }) => {
        const email = text(asObject(call.body), 'email');
        if (answer.status === 400 && email?.includes('@')) state.support = { ...state.support, email };
      }),
  },
  {
    id: 'support/unknown-mode-stored',
    description: 'PATCH /support-user/mfa stores any text as mfaType.',
    breaks: ['support-mfa/unknown-mode-is-not-stored'],
    apply: (seams) =>
      seams.body(patch, (body, call) => {
        if (text(asObject(body), 'mfaType') !== undefined) call.skip.add('checks');
        return body;
      }),
  },
  {
    id: 'support/wrong-type-coerced',
    description: 'PATCH /support-user/mfa takes a text for enabled.',
    breaks: ['support-mfa/wrong-type-is-refused'],
    apply: (seams) =>
      seams.body(patch, (body) => {
        const enabled = own(asObject(body), 'enabled');
        return typeof enabled === 'string' ? { ...asObject(body), enabled: enabled === 'true' } : body;
      }),
  },
  {
    id: 'support/missing-body-accepted',
    description: 'PATCH /support-user/mfa without a body answers 200, and sets the mode to email.',
    breaks: ['support-mfa/refuses-missing-body'],
    apply: (seams) => seams.body(patch, (body) => body ?? { mfaType: 'email' }),
  },
  {
    id: 'support/changes-cluster-mfa',
    description: 'Switching support MFA turns retainUserMfaSettings of the cluster around.',
    breaks: ['support-mfa/apart-from-cluster-mfa'],
    apply: (seams) =>
      seams.success(patch, (body, call, { state }) => {
        if (own(asObject(call.body), 'mfaType') === 'totp') {
          state.cluster = { ...state.cluster, retainUserMfaSettings: !state.cluster.retainUserMfaSettings };
        }
        return body;
      }),
  },
  {
    id: 'support/get-differs-every-time',
    description: 'GET /support-user/mfa shows another address every time while it is off.',
    breaks: ['support-mfa/get-is-safe'],
    apply: (seams) => {
      let reads = 0;
      seams.success('GetSupportMFAConfig', (body) => {
        reads += 1;
        return own(body, 'enabled') === true ? body : { ...body, email: `read-${reads}@lab.example` };
      });
    },
  },
  {
    id: 'support/email-never-disabled',
    description: 'PATCH /support-user/mfa with a right mfaCode answers 200 and leaves MFA by e-mail on.',
    breaks: ['support-email/disabled-with-mailed-code'],
    since: '6.8.1',
    apply: (seams) => {
      seams.rules.storeSupport = (before, wanted) =>
        before.enabled && before.mfaType === 'email' && !wanted.enabled ? before : wanted;
    },
  },
];
