import { changesFreely, disablesFreely, freesNextLogin } from '../deviations.js';
import { own, text } from '../json.js';
import { shownOnce } from '../keys.js';
import { breaks, type Fault, faultsOf, faultsSince } from '../seams.js';
import { type SupportMfa, supportOff, supportOwner } from '../state.js';

const patch = 'UpdateSupportMFAConfig';

const isOn = (mode: string, { enabled, mfaType }: SupportMfa) => enabled && mfaType === mode;

const single = faultsOf({
  'support/secret-shown-by-get': breaks('support-totp/get-never-shows-secret', 'security/no-secret-echoed')
    .says('GET /support-user/mfa shows the TOTP secret and its URI.')
    .shows('GetSupportMFAConfig', (_body, _call, world) => {
      const { key } = world.state.support;
      return key !== undefined && { ...shownOnce(key, world) };
    }),
  'support/client-chooses-secret': breaks('support-totp/client-cannot-choose-secret')
    .says('PATCH /support-user/mfa uses a totpSecretKey of the body as the new secret.')
    .successes(patch, (body, call) => {
      const chosen = text(call.body, 'totpSecretKey');
      const uri = text(body, 'totpUri');
      return chosen === undefined || uri === undefined
        ? body
        : { ...body, totpSecretKey: chosen, totpUri: uri.replace(/secret=[^&]*/, `secret=${chosen}`) };
    }),
  'support/key-for-switching-off': breaks('support-mfa/hands-out-no-key-unasked')
    .says('Switching support MFA off returns a TOTP secret.')
    .successes(patch, (body, call) =>
      own(call.body, 'enabled') === false && own(call.body, 'mfaType') === undefined
        ? { ...body, totpSecretKey: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }
        : body,
    ),
  'support/on-without-a-mode': breaks('support-mfa/not-on-without-a-mode')
    .says('Support MFA can be switched on before a mode was chosen.')
    .refusals(patch, (answer, _call, { state }) => {
      if (text(answer.body, 'errorCode') !== 'KModeMissing') return;
      state.support = { ...supportOff, enabled: true };
      Object.assign(answer, { status: 200, body: { enabled: true, mfaType: null, email: null } });
    }),
  'support/change-voids-mailed-codes': breaks('support-mfa/voids-no-mailed-code')
    .says("A change of the support user's configuration voids all mailed codes.")
    .successes(patch, (_body, _call, { state }) => {
      state.mailCodes = [];
    }),
  'support/totp-secret-in-email-mode': breaks('support-email/enabling-shows-what-was-set')
    .says('Switching support MFA to email returns a TOTP secret.')
    .successes(patch, (body) =>
      own(body, 'mfaType') === 'email'
        ? { totpSecretKey: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', ...body }
        : body,
    ),
  'support/null-key-for-pending-totp': breaks('support-mfa/patch-answers-200')
    .says('Switching support MFA from totp straight to email returns null for the secret and its URI.')
    .by((seams) => {
      const wasTotp = seams.noted(patch, (_body, _call, { state }) => isOn('totp', state.support));
      seams.show(
        patch,
        (_body, _call, { state }) =>
          wasTotp() && isOn('email', state.support) && { totpSecretKey: null, totpUri: null },
      );
    }),
  'support/no-secret': breaks('support-totp/enabling-gives-secret-and-uri')
    .says('Switching support MFA to totp returns no secret and no URI.')
    .successes(patch, ({ totpSecretKey: _secret, totpUri: _uri, ...body }) => body),
  'support/any-address-accepted': breaks('support-email/needs-an-address')
    .says('PATCH /support-user/mfa accepts any text as an address, and discards invalid ones.')
    .by((seams) => {
      const { isAddress } = seams.rules;
      seams.rules.isAddress = () => true;
      // An invalid address is not stored: codes could not arrive there, so nobody could switch MFA off.
      seams.rules.storeSupport = (before, wanted) =>
        wanted.email === null || isAddress(wanted.email) ? wanted : before;
    }),
  'support/code-without-address': breaks('support-email/no-code-without-an-address')
    .says('POST /support-user/send-email-otp answers 204 while support MFA is off.')
    .refusals('SendSupportEmailOtp', (answer, call) => {
      if (answer.status !== 400 || call.caller === undefined) return;
      answer.status = 204;
      answer.body = undefined;
    }),
  'support/refused-patch-half-done': breaks('support-mfa/refused-patch-changes-nothing')
    .says('A PATCH /support-user/mfa that is refused for another property stores the address.')
    .refusals(patch, (answer, call, { state }) => {
      const email = text(call.body, 'email');
      if (answer.status === 400 && email?.includes('@')) state.support = { ...state.support, email };
    }),
  'support/unknown-mode-stored': breaks('support-mfa/unknown-mode-is-not-stored')
    .and('support-mfa/get-answers-200')
    .says('PATCH /support-user/mfa stores any text as mfaType.')
    .bodies(patch, (body, call) => {
      if (text(body, 'mfaType') !== undefined) call.skip.add('checks');
    }),
  'support/wrong-type-coerced': breaks('support-mfa/wrong-type-is-refused')
    .says('PATCH /support-user/mfa accepts a text for enabled.')
    .edits(patch, (body) => {
      const enabled = own(body, 'enabled');
      return typeof enabled === 'string' && { enabled: enabled === 'true' };
    }),
  'support/missing-body-accepted': breaks('support-mfa/refuses-missing-body')
    .says('PATCH /support-user/mfa without a body answers 200 and sets the mode to email.')
    .bodies(patch, (body) => body ?? { mfaType: 'email' }),
  'support/changes-cluster-mfa': breaks('support-mfa/apart-from-cluster-mfa')
    .says('Switching support MFA to totp toggles retainUserMfaSettings of the cluster.')
    .successes(patch, (_body, call, { state }) => {
      if (own(call.body, 'mfaType') === 'totp') {
        state.cluster = { ...state.cluster, retainUserMfaSettings: !state.cluster.retainUserMfaSettings };
      }
    }),
  'support/mode-becomes-a-type-of-the-cluster': breaks('support-mfa/apart-from-cluster-mfa')
    .says("Switching the support user to e-mail adds email to the cluster's authenticationTypes.")
    .successes(patch, (_body, call, { state }) => {
      if (own(call.body, 'mfaType') === 'email')
        state.cluster = { ...state.cluster, authenticationTypes: ['totp', 'email'] };
    }),
  'support/off-switches-cluster-mfa-off': breaks('support-mfa/apart-from-cluster-mfa')
    .says('Switching support MFA off switches cluster MFA off.')
    .successes(patch, (_body, call, { state }) => {
      if (own(call.body, 'enabled') === false) state.cluster = { ...state.cluster, enabled: false };
    }),
  'support/off-ends-the-need-of-codes': breaks('totp-login/apart-from-support-mfa')
    .says('While MFA is on, the password alone logs in once after a PATCH that switches support MFA off.')
    .by((seams) => {
      const lower = freesNextLogin(seams);
      seams.success(patch, (_body, call, { state }) => {
        if (state.cluster.enabled && own(call.body, 'enabled') === false) lower();
        return undefined;
      });
    }),
  'support/off-drops-users-keys': breaks('totp-login/apart-from-support-mfa')
    .says("Switching support MFA off deletes all users' TOTP keys.")
    .successes(patch, (_body, call, { state }) => {
      if (own(call.body, 'enabled') === false) state.userKeys = [];
    }),
  'support/get-differs-every-time': breaks('support-mfa/get-is-safe')
    .says('While support MFA is off, each GET /support-user/mfa shows another address.')
    .by((seams) => {
      let reads = 0;
      seams.show('GetSupportMFAConfig', (body) => {
        reads += 1;
        return own(body, 'enabled') !== true && { email: `read-${reads}@lab.example` };
      });
    }),
});

const since681 = faultsSince('6.8.1', {
  'support/email-disabled-without-code': breaks('support-email/not-disabled-without-code')
    .says('Support MFA by e-mail is switched off without mfaCode.')
    .with(disablesFreely, ({ given, before }) => given === undefined && before.mfaType === 'email'),
  'support/email-disabled-with-wrong-code': breaks('support-email/not-disabled-without-code')
    .says('Any mfaCode switches support MFA by e-mail off.')
    .with(disablesFreely, ({ given, before }) => given !== undefined && before.mfaType === 'email'),
  'support/totp-disabled-without-code': breaks('support-totp/not-disabled-without-code')
    .says('Support MFA by TOTP is switched off with any mfaCode or none.')
    .with(disablesFreely, ({ before }) => before.mfaType === 'totp'),
  'support/totp-disabled-with-wrong-code': breaks('support-totp/not-disabled-without-code')
    .says('Any mfaCode switches support MFA by TOTP off.')
    .with(disablesFreely, ({ given, before }) => given !== undefined && before.mfaType === 'totp'),
  'support/totp-code-refused': breaks('support-totp/disabled-with-current-code')
    .says('TOTP codes are never accepted as mfaCode.')
    .edits(
      patch,
      (body, _call, { state }) =>
        state.support.mfaType === 'totp' && text(body, 'mfaCode') !== undefined && { mfaCode: 'none' },
    ),
  'support/address-changed-without-code': breaks('support-email/address-not-changed-without-code')
    .says('The address of support MFA changes with any mfaCode or none.')
    .with(changesFreely, ({ before, wanted }) => before.mfaType === 'email' && wanted.enabled),
  'support/address-changed-with-wrong-code': breaks('support-email/address-not-changed-with-wrong-code')
    .says('Any mfaCode changes the address of support MFA.')
    .with(
      changesFreely,
      ({ given, before, wanted }) => given !== undefined && before.mfaType === 'email' && wanted.enabled,
    ),
  'support/address-change-refused-but-stored': breaks('support-email/address-not-changed-without-code')
    .says('A change of the address without a right mfaCode is refused, yet stored.')
    .refusals(patch, (answer, call, { state }) => {
      const email = text(call.body, 'email');
      if (answer.status === 403 && call.caller?.role === 'admin' && email !== undefined) {
        state.support = { ...state.support, email };
      }
    }),
  'support/address-lost': breaks('support-email/address-changed-with-mailed-code')
    .says('PATCH /support-user/mfa accepts a new address but keeps and returns the old one.')
    .wraps('storeSupport', (_earlier, before, wanted) =>
      before.enabled && wanted.enabled ? { ...wanted, email: before.email ?? wanted.email } : wanted,
    ),
  'support/mailed-code-refused': breaks('support-email/disabled-with-mailed-code')
    .says('Mailed codes are never accepted as mfaCode.')
    .by((seams) => {
      const { mailCodeFits } = seams.rules;
      seams.rules.mailCodeFits = (entry, code, owner, now) =>
        typeof owner === 'string' && mailCodeFits(entry, code, owner, now);
      // A refused code doesn't count as an attempt. Otherwise a lock would answer instead of this fault.
      seams.refusal(patch, (_answer, _call, { state }) => {
        state.failures.delete(supportOwner);
      });
    }),
  'support/email-never-disabled': breaks('support-email/disabled-with-mailed-code')
    .says('PATCH /support-user/mfa with a right mfaCode answers 200 and leaves MFA by e-mail on.')
    .wraps('storeSupport', (_earlier, before, wanted) =>
      before.enabled && before.mfaType === 'email' && !wanted.enabled ? before : wanted,
    ),
});

export const supportFaults: readonly Fault[] = [...single, ...since681];
