import { type Call, Refusal, type World } from '../call.js';
import { mailNewCode } from '../codes.js';
import { header } from '../credentials.js';
import { changesFreely, codeOf, disablesFreely, mailedTo } from '../deviations.js';
import { asObject, own, text } from '../json.js';
import { newReference } from '../operations/support-password.js';
import { breaks, type Fault, faultsOf, faultsSince, type Seams } from '../seams.js';
import { supportOwner } from '../state.js';
import { hotp, stepAt } from '../totp.js';

const patch = 'UpdateSupportMFAConfig';
const configure = 'ConfigureSupportMFAConfig';
const verify = 'VerifySupportUserTotp';
const send = 'SendSupportEmailOtp';

function rightCodes(world: World): readonly string[] {
  const { mfaType, key } = world.state.support;
  if (mfaType === 'email') return mailedTo(supportOwner, world.state).map(({ code }) => code);
  return key === undefined ? [] : [codeOf(key, world)];
}

const isToDisable = (call: Call) => own(call.body, 'purpose') === 'DisableMfa';

/** A PATCH to this mode without mfaCode is refused, but makes the verified key count as unverified. */
const unprovenBy = (seams: Seams, mode: 'totp' | 'salesforce') =>
  seams.body(patch, (body, _call, { state }) => {
    const asked = asObject(body);
    const isOfMode = own(asked, 'enabled') === true && own(asked, 'mfaType') === mode;
    const { enabled, mfaType, verification } = state.support;
    const isProven = enabled && mfaType === 'totp' && verification === 'kSuccess';
    if (!isOfMode || !isProven || own(asked, 'mfaCode') !== undefined) return body;
    state.support = { ...state.support, verification: 'kPending' };
    throw new Refusal(403, 'KMfaCodeRequired', 'mfaCode is required for this change.');
  });

const single = faultsOf({
  'verify-totp/window-of-five-steps': breaks('verify-totp/window-is-a-minute-at-most')
    .says("Codes of the support user's key are accepted up to five steps away.")
    .wraps('stepOf', (stepOf, code, key, now) => {
      const near = stepOf(code, key, now);
      if (near !== undefined || key.owner !== supportOwner) return near;
      const current = stepAt(now, key.parameters.period);
      return [-5, -4, -3, -2, 2, 3, 4, 5]
        .map((steps) => current + steps)
        .find((step) => hotp(key.secret, step, key.parameters) === code);
    }),
  'support-reference/given-for-wrong-code-once-proven': breaks('support-reference/not-given-for-wrong-code')
    .since('7.3.1')
    .says('With a verified key, a wrong code for DisableMfa is answered with a referenceId.')
    .shows(verify, (body, call, world) => {
      const isProven = world.state.support.verification === 'kSuccess';
      if (own(body, 'success') !== false || !isToDisable(call) || !isProven) return;
      return { referenceId: newReference(world) };
    }),
  'support-reference/code-is-not-used-up': breaks('verify-totp/refuses-replay')
    .since('7.3.1')
    .says('A code for DisableMfa stays unused, so it gets a second referenceId.')
    .answers(verify, (answer, call, { state }) => {
      if (own(answer.body, 'success') === true && isToDisable(call)) state.support.key?.acceptedSteps.clear();
    }),
  'support-reference/given-without-password': breaks('support-reference/not-given-without-password')
    .since('7.3.1')
    .says('POST /support-user/verify-totp for DisableMfa returns a referenceId without a password.')
    .edits(verify, (body, _call, { state }) => {
      const given = asObject(body);
      if (own(given, 'purpose') !== 'DisableMfa' || (text(given, 'supportUserPassword') ?? '') !== '') return;
      return { supportUserPassword: state.supportPassword };
    }),
  'support-reference/empty-accepted': breaks('support-reference/unknown-is-refused')
    .since('7.3.1')
    .says('An empty referenceId is accepted.')
    .wraps('useReference', (useReference, id, world) => id === '' || useReference(id, world)),
  'support-reference/list-accepted': breaks('support-reference/unknown-is-refused')
    .since('7.3.1')
    .says('A list as referenceId switches support MFA off.')
    .bodies(patch, (body, _call, world) =>
      world.state.support.enabled && Array.isArray(own(body, 'referenceId'))
        ? { ...asObject(body), referenceId: newReference(world) }
        : body,
    ),
  'support-reference/outlives-the-key': breaks('support-reference/void-after-new-key')
    .since('7.3.1')
    .says('An unused referenceId is still accepted after another key was verified.')
    .wraps('retireReferences', () => undefined),
  'support-reference/newest-outlives-the-key': breaks('support-reference/void-after-new-key')
    .since('7.3.1')
    .says('The last referenceId before a new key is still accepted with that key.')
    .wraps('retireReferences', (retireReferences, world) => {
      const newest = [...world.state.referenceIds].at(-1);
      retireReferences(world);
      if (newest !== undefined) world.state.referenceIds.add(newest);
    }),
  'configure/password-not-asked-while-on': breaks('support-configure/refuses-without-password')
    .since('7.3.2')
    .says('PUT /support-user/mfa gives a new key without currentPassword while support MFA is on.')
    .bodies(configure, (body, _call, { state }) =>
      state.support.enabled && text(body, 'currentPassword') === undefined
        ? { ...asObject(body), currentPassword: state.supportPassword }
        : body,
    ),
  'configure/refused-address-stored-while-on': breaks('support-configure/refuses-without-password')
    .since('7.3.2')
    .says('PUT /support-user/mfa without currentPassword is refused while MFA is on, yet stores email.')
    .refusals(configure, (_answer, call, { state }) => {
      const email = text(call.body, 'email');
      const isAsked = own(call.body, 'currentPassword') === undefined && state.support.enabled;
      if (isAsked && email !== undefined) state.support = { ...state.support, email };
    }),
  'mail/host-of-a-header': breaks('ways-in/header-names-no-host-in-mail')
    .says('The mail of POST /email-otp links to the host in X-Forwarded-Host.')
    .by((seams) => {
      let link = '';
      seams.input('any', (call) => {
        const host = call.operation === 'CreateEmailOtp' ? header(call, 'x-forwarded-host') : undefined;
        link = host === undefined ? '' : `\nLog in: https://${host}/login\n`;
      });
      seams.wrap('compose', (compose, code) => {
        const message = compose(code);
        return link === '' ? message : { ...message, text: `${message.text}${link}` };
      });
    }),
});

const since681 = faultsSince('6.8.1', {
  'verify-totp/refused-code-opens-the-way-out': breaks('verify-totp/refused-code-keeps-the-proof')
    .says('After verify-totp refused a code, the next request switches support MFA off without mfaCode.')
    .by((seams) => {
      let isOpen = false;
      seams.answer(verify, (answer, _call, { state }) => {
        isOpen = own(answer.body, 'success') === false && state.support.verification === 'kSuccess';
      });
      disablesFreely(seams, ({ given }) => isOpen && given === undefined);
      seams.answer(patch, () => {
        isOpen = false;
      });
    }),
  'support/salesforce-without-code': breaks('support-totp/mode-not-changed-without-code')
    .says('Support MFA by TOTP is switched to salesforce without mfaCode.')
    .with(changesFreely, ({ wanted }) => wanted.enabled && wanted.mfaType === 'salesforce'),
  'support/mail-to-a-new-address-disables': breaks('support-totp/not-disabled-by-mail-to-a-new-address')
    .says('Support MFA by TOTP is switched off by a code mailed to an address changed without a code.')
    .by((seams) => {
      const mailed = new Set<string>();
      seams.refusal(send, (answer, call, world) => {
        const { enabled, mfaType, email } = world.state.support;
        const isAdmin = call.caller?.role === 'admin';
        if (!isAdmin || !enabled || mfaType !== 'totp' || email === null) return;
        mailNewCode(supportOwner, email, call, world);
        const code = world.state.mailCodes.findLast(({ owner }) => owner === supportOwner)?.code;
        if (code !== undefined) mailed.add(code);
        Object.assign(answer, { status: 204, body: undefined });
      });
      disablesFreely(seams, ({ given = '', before }) => before.mfaType === 'totp' && mailed.delete(given));
    }),
  'support/beginning-of-a-code-disables': breaks('ways-in/near-support-code-switches-nothing-off')
    .and('support-email/not-disabled-with-near-code')
    .says('The first digits of a right code switch support MFA off.')
    .with(
      disablesFreely,
      ({ given = '', world }) =>
        given !== '' && rightCodes(world).some((code) => code !== given && code.startsWith(given)),
    ),
  'support/code-with-more-disables': breaks('ways-in/near-support-code-switches-nothing-off')
    .and('support-email/not-disabled-with-near-code')
    .says('A right code with a further digit after it switches support MFA off.')
    .with(disablesFreely, ({ given, world }) => rightCodes(world).some((code) => given === `${code}0`)),
  'support/refused-totp-ends-the-proof': breaks('support-totp/no-change-without-proof')
    .says('A request for totp that is refused without mfaCode makes a verified key count as unverified.')
    .with(unprovenBy, 'totp'),
  'support/refused-salesforce-ends-the-proof': breaks('support-totp/no-change-without-proof')
    .says('A request for salesforce refused without mfaCode makes a verified key count as unverified.')
    .with(unprovenBy, 'salesforce'),
});

export const supportKeyFaults: readonly Fault[] = [...single, ...since681];
