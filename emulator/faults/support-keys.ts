import { type Call, Refusal, type World } from '../call.js';
import { mailNewCode } from '../codes.js';
import { header } from '../credentials.js';
import { asObject, type Json, own, text } from '../json.js';
import { newReference } from '../operations/support-password.js';
import type { Fault, Seams } from '../seams.js';
import { supportOwner } from '../state.js';
import { hotp, stepAt } from '../totp.js';

const patch = 'UpdateSupportMFAConfig';
const configure = 'ConfigureSupportMFAConfig';
const verify = 'VerifySupportUserTotp';
const send = 'SendSupportEmailOtp';

/** Lets a request for switching off pass without a right code. */
function switchesOff(
  seams: Seams,
  isFree: (given: string | undefined, world: World, body: Json | undefined) => boolean,
): void {
  const { needsMfaCode } = seams.rules;
  let frees = (_world: World): boolean => false;
  seams.body(patch, (body) => {
    frees = (world) => isFree(text(asObject(body), 'mfaCode'), world, body);
    return body;
  });
  seams.rules.needsMfaCode = (before, wanted, world) =>
    needsMfaCode(before, wanted, world) && !(before.enabled && !wanted.enabled && frees(world));
}

/** The codes that would be right as mfaCode now. */
function rightCodes({ state, clock }: World): readonly string[] {
  const { mfaType, key } = state.support;
  if (mfaType === 'email')
    return state.mailCodes.filter(({ owner }) => owner === supportOwner).map(({ code }) => code);
  if (key === undefined) return [];
  return [hotp(key.secret, stepAt(clock.now(), key.parameters.period), key.parameters)];
}

const isToDisable = (call: Call) => own(asObject(call.body), 'purpose') === 'DisableMfa';

/** Of what is on by a proven key: what takes the proof, or does without it. */
export const supportKeyFaults: readonly Fault[] = [
  {
    id: 'verify-totp/refused-code-opens-the-way-out',
    description: 'After a code that verify-totp refused, the next request switches off without mfaCode.',
    breaks: ['verify-totp/refused-code-keeps-the-proof'],
    since: '6.8.1',
    apply: (seams) => {
      let isOpen = false;
      seams.answer(verify, (answer, _call, { state }) => {
        isOpen = own(asObject(answer.body), 'success') === false && state.support.verification === 'kSuccess';
      });
      switchesOff(seams, (given) => isOpen && given === undefined);
      seams.answer(patch, () => {
        isOpen = false;
      });
    },
  },
  ...(['totp', 'salesforce'] as const).map(
    (mode): Fault => ({
      id: `support/refused-${mode}-ends-the-proof`,
      description: `A request for ${mode} that is refused for want of mfaCode makes a proven key one that needs none.`,
      breaks: ['support-totp/no-change-without-proof'],
      since: '6.8.1',
      apply: (seams) =>
        seams.body(patch, (body, _call, { state }) => {
          const asked = asObject(body);
          const isOfMode = own(asked, 'enabled') === true && own(asked, 'mfaType') === mode;
          const { enabled, mfaType, verification } = state.support;
          const isProven = enabled && mfaType === 'totp' && verification === 'kSuccess';
          if (!isOfMode || !isProven || own(asked, 'mfaCode') !== undefined) return body;
          state.support = { ...state.support, verification: 'kPending' };
          throw new Refusal(403, 'KMfaCodeRequired', 'mfaCode is required for this change.');
        }),
    }),
  ),
  {
    id: 'support/salesforce-without-code',
    description: 'Support MFA by TOTP is switched to salesforce without mfaCode.',
    breaks: ['support-totp/mode-not-changed-without-code'],
    since: '6.8.1',
    apply: ({ rules }) => {
      const { needsMfaCode } = rules;
      rules.needsMfaCode = (before, wanted, world) =>
        needsMfaCode(before, wanted, world) && !(wanted.enabled && wanted.mfaType === 'salesforce');
    },
  },
  {
    id: 'support/mail-to-a-new-address-disables',
    description:
      'Support MFA by TOTP takes a code mailed to the address, which is changed without a code, for switching off.',
    breaks: ['support-totp/not-disabled-by-mail-to-a-new-address'],
    since: '6.8.1',
    apply: (seams) => {
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
      switchesOff(
        seams,
        (given, { state }) => state.support.mfaType === 'totp' && given !== undefined && mailed.delete(given),
      );
    },
  },
  {
    id: 'support/beginning-of-a-code-disables',
    description: 'Support MFA is switched off with the first digits of a right code.',
    breaks: ['ways-in/near-support-code-switches-nothing-off', 'support-email/not-disabled-with-near-code'],
    since: '6.8.1',
    apply: (seams) =>
      switchesOff(
        seams,
        (given = '', world) =>
          given !== '' && rightCodes(world).some((code) => code !== given && code.startsWith(given)),
      ),
  },
  {
    id: 'support/code-with-more-disables',
    description: 'Support MFA is switched off with a right code that has a digit after it.',
    breaks: ['ways-in/near-support-code-switches-nothing-off', 'support-email/not-disabled-with-near-code'],
    since: '6.8.1',
    apply: (seams) =>
      switchesOff(seams, (given = '', world) => rightCodes(world).some((code) => given === `${code}0`)),
  },
  {
    id: 'verify-totp/window-of-five-steps',
    description: "Codes of the support user's key are taken up to five steps away.",
    breaks: ['verify-totp/window-is-a-minute-at-most'],
    apply: ({ rules }) => {
      const { stepOf } = rules;
      rules.stepOf = (code, key, now) => {
        const near = stepOf(code, key, now);
        if (near !== undefined || key.owner !== supportOwner) return near;
        const current = stepAt(now, key.parameters.period);
        return [-5, -4, -3, -2, 2, 3, 4, 5]
          .map((steps) => current + steps)
          .find((step) => hotp(key.secret, step, key.parameters) === code);
      };
    },
  },
  {
    id: 'support-reference/given-for-wrong-code-once-proven',
    description:
      'POST /support-user/verify-totp for DisableMfa answers a referenceId for a wrong code of a proven key.',
    breaks: ['support-reference/not-given-for-wrong-code'],
    since: '7.3.1',
    apply: (seams) =>
      seams.success(verify, (body, call, world) => {
        const isProven = world.state.support.verification === 'kSuccess';
        if (own(body, 'success') !== false || !isToDisable(call) || !isProven) return body;
        return { ...body, referenceId: newReference(world) };
      }),
  },
  {
    id: 'support-reference/given-without-password',
    description: 'POST /support-user/verify-totp for DisableMfa answers a referenceId without a password.',
    breaks: ['support-reference/not-given-without-password'],
    since: '7.3.1',
    apply: (seams) =>
      seams.body(verify, (body, _call, { state }) => {
        const given = asObject(body);
        if (own(given, 'purpose') !== 'DisableMfa' || (text(given, 'supportUserPassword') ?? '') !== '')
          return body;
        return { ...given, supportUserPassword: state.supportPassword };
      }),
  },
  {
    id: 'support-reference/empty-accepted',
    description: 'An empty referenceId is right.',
    breaks: ['support-reference/unknown-is-refused'],
    since: '7.3.1',
    apply: ({ rules }) => {
      const { useReference } = rules;
      rules.useReference = (id, world) => id === '' || useReference(id, world);
    },
  },
  {
    id: 'support-reference/list-accepted',
    description: 'A list in the place of a referenceId switches off.',
    breaks: ['support-reference/unknown-is-refused'],
    since: '7.3.1',
    apply: (seams) =>
      seams.body(patch, (body, _call, world) =>
        world.state.support.enabled && Array.isArray(own(asObject(body), 'referenceId'))
          ? { ...asObject(body), referenceId: newReference(world) }
          : body,
      ),
  },
  {
    id: 'support-reference/outlives-the-key',
    description: 'A referenceId that was not used is right after another key was proven.',
    breaks: ['support-reference/void-after-new-key'],
    since: '7.3.1',
    apply: ({ rules }) => {
      rules.retireReferences = () => undefined;
    },
  },
  {
    id: 'configure/password-not-asked-while-on',
    description: 'PUT /support-user/mfa gives a new key without currentPassword while support MFA is on.',
    breaks: ['support-configure/refuses-without-password'],
    since: '7.3.2',
    apply: (seams) =>
      seams.body(configure, (body, _call, { state }) =>
        state.support.enabled && text(asObject(body), 'currentPassword') === undefined
          ? { ...asObject(body), currentPassword: state.supportPassword }
          : body,
      ),
  },
  {
    id: 'mail/host-of-a-header',
    description: 'The mail of POST /email-otp links to the host that X-Forwarded-Host names.',
    breaks: ['ways-in/header-names-no-host-in-mail'],
    apply: (seams) => {
      let host: string | undefined;
      seams.input('any', (call) => {
        host = call.operation === 'CreateEmailOtp' ? header(call, 'x-forwarded-host') : undefined;
      });
      const { compose } = seams.rules;
      seams.rules.compose = (code) => {
        const message = compose(code);
        return host === undefined
          ? message
          : { ...message, text: `${message.text}\nLog in: https://${host}/login\n` };
      };
    },
  },
];
