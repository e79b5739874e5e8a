import { Refusal } from '../call.js';
import { voidMailCodes } from '../codes.js';
import { bodies, inputs, keepsAddress, refusals, userNamed, wires } from '../deviations.js';
import { asObject, isObject, type Json, own, text } from '../json.js';
import { type Variant, variantsOf, withRules } from '../seams.js';

const codeNames = ['otpCode', 'otp', 'mfaCode', 'totpCode'];

/** Variants that come nearest to a fault and still conform. */
export const nearestVariants: readonly Variant[] = variantsOf({
  'user-without-privileges': {
    description: 'One user has no privilege, and reads GET /mfa-config only.',
    apply: withRules(({ mayCall }) => ({
      mayCall: (user, ...asked) => user.role !== 'other' && mayCall(user, ...asked),
    })),
  },
  'keys-stand-for-no-user': {
    description: 'POST /send-email-otp and POST /totp-key are refused to API keys, which stand for no user.',
    near: ['mail/send-email-otp-by-key-mails-the-admin'],
    apply: inputs(['SendEmailOtp', 'CreateTotpKey'], (call, { state }) => {
      if (state.users.some(({ apiKey }) => apiKey === call.headers['apikey']))
        throw new Refusal(400, 'KNoUser', 'An API key stands for no user: log in.');
    }),
  },
  'address-proven-by-mail': {
    description:
      "The answer names the support user's new address, which a link mailed to it brings into force.",
    near: ['support/new-address-is-not-stored'],
    fails: ['support-email/address-changed-with-mailed-code'],
    apply: keepsAddress((email, { mailer }) =>
      mailer.send(email, {
        subject: 'Your address',
        text: 'Open https://lab.example/confirm to confirm it.\n',
      }),
    ),
  },
  'address-in-any-case': {
    description: "The support user's address is stored in small letters; another case of it is no change.",
    near: ['support/tag-of-address-ignored'],
    apply: bodies('UpdateSupportMFAConfig', (body) => {
      const email = text(asObject(body), 'email');
      return email === undefined ? body : { ...asObject(body), email: email.toLowerCase() };
    }),
  },
  'mail-codes-end-after-two-minutes': {
    description: 'A mailed code expires after two minutes.',
    near: ['mail/code-never-expires', 'support/codes-without-end'],
    apply: withRules(({ mailCode }) => ({ mailCode: { ...mailCode, lifetimeMs: 120_000 } })),
  },
  'login-voids-mailed-code': {
    description: 'A login with the right password and no code voids the mailed code.',
    near: ['mail/wrong-password-voids-code', 'mail/refused-request-voids-code'],
    apply: refusals('CreateSession', (answer, call, world) => {
      const user = userNamed(call.body, world);
      if (own(asObject(answer.body), 'errorCode') === 'KOtpRequired' && user !== undefined)
        voidMailCodes(user.username, world);
    }),
  },
  'mail-notice-to-another': {
    description: 'With each code another address gets a notice without it.',
    near: ['mail/copied-to-audit'],
    apply: withRules(({ recipients }) => ({
      recipients: (address, call, world) => {
        const notice = 'A sign-in code was sent on 12 May 2026.\n';
        world.mailer.send('audit@elsewhere.example', { subject: 'Sign-in', text: notice });
        return recipients(address, call, world);
      },
    })),
  },
  'codes-in-groups': {
    description: 'Blanks and dashes in a code do not count.',
    near: ['ways-in/half-a-code-verifies', 'ways-in/totp-cut-short', 'ways-in/totp-with-letters-after-it'],
    apply: bodies('any', (body) => {
      if (!isObject(body)) return body;
      const plain = (value: Json) =>
        typeof value === 'string' ? value.replace(/(?<=\w)[ -](?=\w)/g, '') : value;
      return Object.fromEntries(
        Object.entries(body).map(([name, value]) => [name, codeNames.includes(name) ? plain(value) : value]),
      );
    }),
  },
  'unused-totp-key-again': {
    description: 'POST /totp-key gives the same secret again until a code of it was accepted.',
    near: ['totp/one-secret-for-each-user'],
    fails: ['totp-key/enrolling-anew-gives-another-secret'],
    apply: withRules(({ newSecret }) => ({
      newSecret: (call, world) => {
        const unused = world.state.userKeys.find(
          ({ owner, acceptedSteps }) => owner === call.caller?.username && acceptedSteps.size === 0,
        );
        return (call.operation === 'CreateTotpKey' ? unused?.secret : undefined) ?? newSecret(call, world);
      },
    })),
  },
  'refusals-close-the-connection': {
    description: 'A refusal closes its connection.',
    near: ['http/refused-body-left-unread', 'throttle/counted-by-connection'],
    apply: wires('any', (answer) => {
      if (answer.status >= 400) answer.headers = { ...answer.headers, connection: 'close' };
    }),
  },
});
