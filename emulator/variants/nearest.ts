import { Refusal } from '../call.js';
import { voidMailCodes } from '../codes.js';
import { keepsAddress, userNamed } from '../deviations.js';
import { isObject, type Json, own, text } from '../json.js';
import { conforms, type Variant, variantsOf } from '../seams.js';

const codeNames = ['otpCode', 'otp', 'mfaCode', 'totpCode'];

export const nearestVariants: readonly Variant[] = variantsOf({
  'user-without-privileges': conforms()
    .says('One user has no privilege, and reads GET /mfa-config only.')
    .wraps('mayCall', (mayCall, user, ...asked) => user.role !== 'other' && mayCall(user, ...asked)),
  'keys-stand-for-no-user': conforms({ near: ['mail/send-email-otp-by-key-mails-the-admin'] })
    .says('POST /send-email-otp and POST /totp-key refuse API keys, because a key belongs to no user.')
    .inputs(['SendEmailOtp', 'CreateTotpKey'], (call, { state }) => {
      if (state.users.some(({ apiKey }) => apiKey === call.headers['apikey']))
        throw new Refusal(400, 'KNoUser', 'An API key stands for no user: log in.');
    }),
  'address-proven-by-mail': conforms({
    fails: ['support-email/address-changed-with-mailed-code'],
    near: ['support/new-address-is-not-stored'],
  })
    .says("Answers show the support user's new address, which takes effect by a click on a mailed link.")
    .with(keepsAddress, (email, { mailer }) =>
      mailer.send(email, {
        subject: 'Your address',
        text: 'Open https://lab.example/confirm to confirm it.\n',
      }),
    ),
  'address-in-any-case': conforms({ near: ['support/tag-of-address-ignored'] })
    .says("The support user's address is stored in lower case; a change of case only changes nothing.")
    .edits('UpdateSupportMFAConfig', (body) => {
      const email = text(body, 'email');
      return email !== undefined && { email: email.toLowerCase() };
    }),
  'mail-codes-end-after-two-minutes': conforms({
    near: ['mail/code-never-expires', 'support/codes-without-end'],
  })
    .says('A mailed code expires after two minutes.')
    .rules(({ mailCode }) => ({ mailCode: { ...mailCode, lifetimeMs: 120_000 } })),
  'login-voids-mailed-code': conforms({
    near: ['mail/wrong-password-voids-code', 'mail/refused-request-voids-code'],
  })
    .says('A login with the right password and no code voids the mailed code.')
    .refusals('CreateSession', (answer, call, world) => {
      const user = userNamed(call.body, world);
      if (own(answer.body, 'errorCode') === 'KOtpRequired' && user !== undefined)
        voidMailCodes(user.username, world);
    }),
  'mail-notice-to-another': conforms({ near: ['mail/copied-to-audit'] })
    .says('With each mailed code, another address gets a notice without the code.')
    .wraps('recipients', (recipients, address, call, world) => {
      const notice = 'A sign-in code was sent on 12 May 2026.\n';
      world.mailer.send('audit@elsewhere.example', { subject: 'Sign-in', text: notice });
      return recipients(address, call, world);
    }),
  'codes-in-groups': conforms({
    near: ['ways-in/half-a-code-verifies', 'ways-in/totp-cut-short', 'ways-in/totp-with-letters-after-it'],
  })
    .says('Blanks and dashes in a code do not count.')
    .bodies('any', (body) => {
      if (!isObject(body)) return body;
      const plain = (value: Json) =>
        typeof value === 'string' ? value.replace(/(?<=\w)[ -](?=\w)/g, '') : value;
      return Object.fromEntries(
        Object.entries(body).map(([name, value]) => [name, codeNames.includes(name) ? plain(value) : value]),
      );
    }),
  'unused-totp-key-again': conforms({
    fails: ['totp-key/enrolling-anew-gives-another-secret'],
    near: ['totp/one-secret-for-each-user'],
  })
    .says('POST /totp-key gives the same secret again until a code of it was accepted.')
    .wraps('newSecret', (newSecret, call, world) => {
      const unused = world.state.userKeys.find(
        ({ owner, acceptedSteps }) => owner === call.caller?.username && acceptedSteps.size === 0,
      );
      return (call.operation === 'CreateTotpKey' ? unused?.secret : undefined) ?? newSecret(call, world);
    }),
  'refusals-close-the-connection': conforms({
    near: ['http/refused-body-left-unread', 'throttle/counted-by-connection'],
  })
    .says('A refusal closes its connection.')
    .wires('any', (answer) => {
      if (answer.status >= 400) answer.headers = { ...answer.headers, connection: 'close' };
    }),
});
