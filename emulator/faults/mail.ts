import { randomInt } from 'node:crypto';
import type { Call, World } from '../call.js';
import { mailNewCode } from '../codes.js';
import { credentialsOf, header, isAnonymous } from '../credentials.js';
import { mailedTo, userNamed } from '../deviations.js';
import { objectIn, own, text } from '../json.js';
import type { OperationId } from '../operations/table.js';
import { breaks, type Fault, faultsOf, type Seams } from '../seams.js';
import { type MailCode, type Owner, supportOwner } from '../state.js';

const mailsTo = (
  seams: Seams,
  change: (address: string, call: Call, world: World) => string | readonly string[] | undefined,
) =>
  seams.wrap('recipients', (recipients, address, call, world) => {
    const other = change(address, call, world) ?? address;
    return typeof other === 'string' ? recipients(other, call, world) : other;
  });

const senders = [
  ['CreateEmailOtp', 'email-otp', 'email-otp/mails-one-code-to-the-user'],
  ['SendEmailOtp', 'send-email-otp', 'send-email-otp/mails-one-code-to-the-caller'],
  ['SendSupportEmailOtp', 'send-support-email-otp', 'support-email/mails-one-code-to-the-address'],
] as const;

const deliveries: readonly Fault[] = senders.flatMap(([operation, slug, requirement]) =>
  faultsOf({
    [`mail/${slug}-sends-nothing`]: breaks(requirement)
      .says(`${operation} answers 204 and mails nothing.`)
      .with(mailsTo, (_address, call) => (call.operation === operation ? [] : undefined)),
    [`mail/${slug}-sends-two`]: breaks(requirement)
      .says(`${operation} also mails another number in a second mail.`)
      .wraps('recipients', (recipients, address, call, world) => {
        const other = () => world.mailer.send(address, world.rules.compose(String(randomInt(1e5, 1e6))));
        // The mail with the code goes out first, then the other one.
        if (call.operation === operation) queueMicrotask(other);
        return recipients(address, call, world);
      }),
    [`mail/${slug}-to-another`]: breaks(requirement)
      .says(`${operation} mails the code to another known address.`)
      .with(mailsTo, (address, call) => {
        const another = address === 'viewer@lab.example' ? 'bob@lab.example' : 'viewer@lab.example';
        return call.operation === operation ? [another] : undefined;
      }),
  }),
);

const mailsAdmin = (seams: Seams, field: string) =>
  mailsTo(seams, (_address, call, { state }) =>
    call.operation === 'SendEmailOtp' && header(call, field) !== undefined ? state.admin.email : undefined,
  );

const toTheOwner = 'send-email-otp/mails-the-owner-of-any-credential';

const mailsToItsBody = (operation: OperationId, area: string) =>
  faultsOf({
    [`mail/address-in-body-redirects-${area}`]: breaks(`${area}/address-in-body-does-not-redirect`)
      .says(`${operation} mails the code to the address in an undocumented member email.`)
      .with(mailsTo, (_address, call) =>
        call.operation === operation ? text(objectIn(call.content), 'email') : undefined,
      ),
  });

/** Two mailed codes count as equal if `compared` returns the same for both. */
const comparesPart = (place: string, compared: (code: string) => string) =>
  faultsOf({
    [`mail/${place}-digit-not-compared`]: breaks('email-login/refuses-wrong-code')
      .says(`The ${place} digit of a mailed code is not compared.`)
      .wraps('mailCodeFits', (mailCodeFits, entry, code, owner, now) => {
        const isNear = code.length === entry.code.length && compared(code) === compared(entry.code);
        return mailCodeFits(entry, isNear ? entry.code : code, owner, now);
      }),
  });

const single = faultsOf({
  'mail/send-email-otp-by-token-mails-the-admin': breaks(toTheOwner)
    .since('7.1.2_u3')
    .says('POST /send-email-otp by an access token mails the admin.')
    .with(mailsAdmin, 'authorization'),
  'mail/send-email-otp-by-key-mails-the-admin': breaks(toTheOwner)
    .says('POST /send-email-otp by an API key mails the admin.')
    .with(mailsAdmin, 'apikey'),
  'mail/name-in-body-redirects': breaks('send-email-otp/address-in-body-does-not-redirect')
    .says('POST /send-email-otp mails the user that an undocumented member username names.')
    .with(mailsTo, (_address, call, world) =>
      call.operation === 'SendEmailOtp' ? userNamed(objectIn(call.content), world)?.email : undefined,
    ),
  'mail/address-in-body-redirects': breaks('email-otp/address-in-body-does-not-redirect')
    .says('POST /email-otp mails the code to an email of the body.')
    .with(mailsTo, (_address, call) => text(call.body, 'email')),
  'mail/wrong-password-mails': breaks('email-otp/wrong-password-mails-nothing')
    .says('POST /email-otp refuses a wrong password, yet mails a code.')
    .refusals('CreateEmailOtp', (_answer, call, world) => {
      const user = userNamed(call.body, world);
      if (user !== undefined) mailNewCode(user.username, user.email, call, world);
    }),
  'mail/wrong-password-mails-with-own-key': breaks('email-otp/wrong-password-mails-nothing')
    .and('email-otp/wrong-password-with-key-mails-nothing')
    .says("POST /email-otp with the user's API key refuses a wrong password, yet mails a code.")
    .refusals('CreateEmailOtp', (_answer, call, world) => {
      const named = own(call.body, 'username');
      if (call.caller !== undefined && call.caller.username === named)
        mailNewCode(call.caller.username, call.caller.email, call, world);
    }),
  'mail/password-not-checked-beside-own-key': breaks('email-otp/wrong-password-with-key-mails-nothing')
    .says("POST /email-otp with the user's API key accepts a wrong password.")
    .edits(
      'CreateEmailOtp',
      (body, { caller }) =>
        caller !== undefined && own(body, 'username') === caller.username && { password: caller.password },
    ),
  'mail/any-credential-replaces-the-password': breaks('email-otp/wrong-password-with-key-mails-nothing')
    .says("POST /email-otp with anybody's credential and no password mails the user's code.")
    .edits('CreateEmailOtp', (body, { caller }, { state }) => {
      const named = state.users.find(({ username }) => username === own(body, 'username'));
      const isMissing = own(body, 'password') === undefined;
      return isMissing && caller !== undefined && named !== undefined && { password: named.password };
    }),
  'mail/unknown-user-is-404': breaks('email-otp/unknown-user-looks-alike')
    .says('POST /email-otp answers 404 for an unknown user and 401 for a wrong password.')
    .refusals('CreateEmailOtp', (answer, call, { state }) => {
      const named = text(call.body, 'username');
      if (named !== undefined && !state.users.some(({ username }) => username === named)) answer.status = 404;
    }),
  'mail/unknown-user-is-told-without-domain': breaks('email-otp/unknown-user-looks-alike')
    .says('POST /email-otp without a domain answers 404 for an unknown user and 401 for a wrong password.')
    .refusals('CreateEmailOtp', (answer, call, world) => {
      const isNamed = text(call.body, 'username') !== undefined && text(call.body, 'domain') === undefined;
      if (isNamed && userNamed(call.body, world) === undefined) answer.status = 404;
    }),
  'mail/callers-code-to-the-first-caller': breaks('send-email-otp/mails-one-code-to-the-caller')
    .says('POST /send-email-otp always mails to the first caller.')
    .by((seams) => {
      let first: string | undefined;
      mailsTo(seams, (address, call) => {
        if (call.operation !== 'SendEmailOtp') return;
        first ??= address;
        return [first];
      });
    }),
  'mail/anonymous-send-mails': breaks('send-email-otp/anonymous-mails-nothing')
    .says('POST /send-email-otp refuses an anonymous caller, yet mails the admin a code.')
    .refusals('SendEmailOtp', (_answer, call, world) => {
      const { admin } = world.state;
      if (isAnonymous(credentialsOf(call, world))) mailNewCode(admin.username, admin.email, call, world);
    }),
  'mail/short-code': breaks('email-otp/code-is-long-enough')
    .says('Mailed codes have four digits.')
    .rules(({ mailCode }) => ({ mailCode: { ...mailCode, digits: 4 } })),
  'mail/code-reusable': breaks('email-login/code-works-once', 'ways-in/callers-code-works-once')
    .says('A mailed code opens sessions until it expires.')
    .rules(({ mailCode }) => ({ mailCode: { ...mailCode, singleUse: false } })),
  'mail/used-code-revives': breaks('email-login/code-works-once')
    .says('A used mailed code is accepted again after a newer one was used.')
    .by((seams) => {
      const { newMailCode, mailCodeFits } = seams.rules;
      const used = new Map<Owner, Set<string>>();
      seams.rules.newMailCode = (world, owner) => {
        const spent = mailedTo(owner, world.state).filter(({ uses }) => uses > 0);
        used.set(owner, new Set([...(used.get(owner) ?? []), ...spent.map(({ code }) => code)]));
        return newMailCode(world, owner);
      };
      seams.rules.mailCodeFits = (entry, code, owner, now) => {
        const revived = typeof owner === 'string' && entry.owner === owner && entry.uses > 0;
        return mailCodeFits(entry, code, owner, now) || (revived && (used.get(owner)?.has(code) ?? false));
      };
    }),
  'mail/used-code-revives-with-a-refusal': breaks('email-login/code-works-once')
    .says('A used mailed code is accepted again after another code was refused.')
    .refusals('CreateSession', (answer, call, { state }) => {
      if (own(answer.body, 'errorCode') !== 'KInvalidOtp') return;
      for (const entry of mailedTo(text(call.body, 'username'), state))
        if (entry.code !== own(call.body, 'otpCode')) entry.uses = 0;
    }),
  'mail/third-code-revives-the-first': breaks('email-login/newer-code-voids-older')
    .says('A newer mailed code voids the last code and makes the code before that valid again.')
    .by((seams) => {
      const { rules } = seams;
      rules.mailCode = { ...rules.mailCode, newerVoidsOlder: false };
      const voided = new Map<Owner, MailCode | undefined>();
      seams.wrap('newMailCode', (newMailCode, world, owner) => {
        voided.set(owner, mailedTo(owner, world.state).at(-1));
        return newMailCode(world, owner);
      });
      seams.wrap(
        'mailCodeFits',
        (mailCodeFits, entry, ...given) => voided.get(entry.owner) !== entry && mailCodeFits(entry, ...given),
      );
    }),
  'mail/code-voids-those-of-others': breaks('email-login/code-of-another-user-voids-none')
    .says('A code mailed to a user voids the codes of all other users.')
    .wraps('newMailCode', (newMailCode, world, owner) => {
      if (owner !== supportOwner)
        for (const each of world.state.mailCodes)
          if (each.owner !== owner && each.owner !== supportOwner) each.uses += 1;
      return newMailCode(world, owner);
    }),
  'mail/older-code-valid': breaks('email-login/newer-code-voids-older')
    .says('A newer mailed code leaves the older one valid.')
    .rules(({ mailCode }) => ({ mailCode: { ...mailCode, newerVoidsOlder: false } })),
  'mail/code-never-expires': breaks('email-login/code-expires')
    .says('A mailed code never expires.')
    .rules(({ mailCode }) => ({ mailCode: { ...mailCode, lifetimeMs: Number.POSITIVE_INFINITY } })),
  'mail/code-not-bound-to-user': breaks('email-login/refuses-code-of-another-user')
    .says('A mailed code opens a session of any user.')
    .wraps('mailCodeFits', (mailCodeFits, entry, code, _owner, now) =>
      mailCodeFits(entry, code, entry.owner, now),
    ),
  'mail/any-code-accepted': breaks('email-login/refuses-wrong-code')
    .and('support-email/not-disabled-with-wrong-code')
    .says('Every code of type email is accepted after a code was mailed.')
    .wraps('mailCodeFits', (mailCodeFits, entry, _code, owner, now) =>
      mailCodeFits(entry, entry.code, owner, now),
    ),
  'mail/right-code-refused': breaks('email-login/accepts-mailed-code')
    .says('No mailed code opens a session.')
    .wraps('kindsOf', (kindsOf, otpType) => kindsOf(otpType).filter((kind) => kind !== 'email')),
  'mail/missing-body-is-500': breaks('email-otp/missing-body-is-handled')
    .says('POST /email-otp without a body answers 500 without an Error.')
    .answers(
      'CreateEmailOtp',
      (_answer, call) => call.content?.length === 0 && { status: 500, body: ['The body is missing.'] },
    ),
  'mail/malformed-json-accepted': breaks('email-otp/refuses-malformed-json')
    .says('POST /email-otp reads malformed JSON as no body.')
    .refusals('CreateEmailOtp', (answer, call) => {
      const isMeant = call.body === undefined && call.content?.length !== 0 && answer.status === 400;
      return isMeant && { status: 204, body: undefined };
    }),
  'mail/wrong-type-is-500': breaks('http/no-server-error-for-client-mistake')
    .says('POST /email-otp answers 500 for a username that is not a string.')
    .refusals('CreateEmailOtp', (_answer, call) => {
      const username = own(call.body, 'username') ?? '';
      return typeof username !== 'string' && { status: 500 };
    }),
});

export const mailFaults: readonly Fault[] = [
  ...single,
  ...deliveries,
  ...mailsToItsBody('SendEmailOtp', 'send-email-otp'),
  ...mailsToItsBody('SendSupportEmailOtp', 'support-email'),
  ...comparesPart('first', (code) => code.slice(1)),
  ...comparesPart('last', (code) => code.slice(0, -1)),
];
