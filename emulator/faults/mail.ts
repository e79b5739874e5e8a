import { randomInt } from 'node:crypto';
import { mailNewCode } from '../codes.js';
import { credentialsOf, header, isAnonymous } from '../credentials.js';
import { answers, bodies, refusals, userNamed } from '../deviations.js';
import { asObject, own, text } from '../json.js';
import type { OperationId } from '../operations/table.js';
import { type Fault, faultsOf, type Seams, withRules } from '../seams.js';
import type { Owner } from '../state.js';

/** Changes the recipients of one operation. */
function mailTo(seams: Seams, operation: OperationId, change: (address: string) => readonly string[]): void {
  const { recipients } = seams.rules;
  seams.rules.recipients = (address, call, world) =>
    call.operation === operation ? change(address) : recipients(address, call, world);
}

const senders: readonly {
  readonly operation: OperationId;
  readonly slug: string;
  readonly breaks: string;
}[] = [
  { operation: 'CreateEmailOtp', slug: 'email-otp', breaks: 'email-otp/mails-one-code-to-the-user' },
  {
    operation: 'SendEmailOtp',
    slug: 'send-email-otp',
    breaks: 'send-email-otp/mails-one-code-to-the-caller',
  },
  {
    operation: 'SendSupportEmailOtp',
    slug: 'send-support-email-otp',
    breaks: 'support-email/mails-one-code-to-the-address',
  },
];

const deliveries: readonly Fault[] = senders.flatMap(({ operation, slug, breaks }): Fault[] => [
  {
    id: `mail/${slug}-sends-nothing`,
    description: `${operation} answers 204 and mails nothing.`,
    breaks: [breaks],
    apply: (seams) => mailTo(seams, operation, () => []),
  },
  {
    id: `mail/${slug}-sends-two`,
    description: `${operation} also mails another number in a second mail.`,
    breaks: [breaks],
    apply: withRules(({ recipients }) => ({
      recipients: (address, call, world) => {
        const other = () => world.mailer.send(address, world.rules.compose(String(randomInt(1e5, 1e6))));
        // After the one with the code.
        if (call.operation === operation) queueMicrotask(other);
        return recipients(address, call, world);
      },
    })),
  },
  {
    id: `mail/${slug}-to-another`,
    description: `${operation} mails the code to another known address.`,
    breaks: [breaks],
    apply: (seams) =>
      mailTo(seams, operation, (address) => [
        address === 'viewer@lab.example' ? 'bob@lab.example' : 'viewer@lab.example',
      ]),
  },
]);

const mailsAdmin = (what: string, field: string): Omit<Fault, 'id'> => ({
  description: `POST /send-email-otp by ${what} mails the admin.`,
  breaks: ['send-email-otp/mails-the-owner-of-any-credential'],
  apply: withRules(({ recipients }) => ({
    recipients: (address, call, world) => {
      const isMeant = call.operation === 'SendEmailOtp' && header(call, field) !== undefined;
      return recipients(isMeant ? world.state.admin.email : address, call, world);
    },
  })),
});

const single = faultsOf({
  'mail/send-email-otp-by-token-mails-the-admin': {
    ...mailsAdmin('an access token', 'authorization'),
    since: '7.1.2_u3',
  },
  'mail/send-email-otp-by-key-mails-the-admin': mailsAdmin('an API key', 'apikey'),
  'mail/address-in-body-redirects': {
    description: 'POST /email-otp mails the code to an email of the body.',
    breaks: ['email-otp/address-in-body-does-not-redirect'],
    apply: withRules(({ recipients }) => ({
      recipients: (address, call, world) =>
        recipients(text(asObject(call.body), 'email') ?? address, call, world),
    })),
  },
  'mail/wrong-password-mails': {
    description: 'POST /email-otp refuses a wrong password, yet mails a code.',
    breaks: ['email-otp/wrong-password-mails-nothing'],
    apply: refusals('CreateEmailOtp', (_answer, call, world) => {
      const user = userNamed(call.body, world);
      if (user !== undefined) mailNewCode(user.username, user.email, call, world);
    }),
  },
  'mail/wrong-password-mails-with-own-key': {
    description: "POST /email-otp with the user's API key refuses a wrong password, yet mails a code.",
    breaks: ['email-otp/wrong-password-mails-nothing', 'email-otp/wrong-password-with-key-mails-nothing'],
    apply: refusals('CreateEmailOtp', (_answer, call, world) => {
      const named = own(asObject(call.body), 'username');
      if (call.caller !== undefined && call.caller.username === named)
        mailNewCode(call.caller.username, call.caller.email, call, world);
    }),
  },
  'mail/password-not-checked-beside-own-key': {
    description: "POST /email-otp with the user's API key accepts a wrong password.",
    breaks: ['email-otp/wrong-password-with-key-mails-nothing'],
    apply: bodies('CreateEmailOtp', (body, call) =>
      call.caller !== undefined && own(asObject(body), 'username') === call.caller.username
        ? { ...asObject(body), password: call.caller.password }
        : body,
    ),
  },
  'mail/unknown-user-is-404': {
    description: 'POST /email-otp answers 404 for an unknown user and 401 for a wrong password.',
    breaks: ['email-otp/unknown-user-looks-alike'],
    apply: refusals('CreateEmailOtp', (answer, call, { state }) => {
      const named = text(asObject(call.body), 'username');
      if (named !== undefined && !state.users.some(({ username }) => username === named)) answer.status = 404;
    }),
  },
  'mail/callers-code-to-the-first-caller': {
    description: 'POST /send-email-otp always mails to the first caller.',
    breaks: ['send-email-otp/mails-one-code-to-the-caller'],
    apply: (seams) => {
      let first: string | undefined;
      mailTo(seams, 'SendEmailOtp', (address) => {
        first ??= address;
        return [first];
      });
    },
  },
  'mail/anonymous-send-mails': {
    description: 'POST /send-email-otp refuses an anonymous caller, yet mails the admin a code.',
    breaks: ['send-email-otp/anonymous-mails-nothing'],
    apply: refusals('SendEmailOtp', (_answer, call, world) => {
      const { admin } = world.state;
      if (isAnonymous(credentialsOf(call, world))) mailNewCode(admin.username, admin.email, call, world);
    }),
  },
  'mail/short-code': {
    description: 'Mailed codes have four digits.',
    breaks: ['email-otp/code-is-long-enough'],
    apply: withRules(({ mailCode }) => ({ mailCode: { ...mailCode, digits: 4 } })),
  },
  'mail/code-reusable': {
    description: 'A mailed code opens sessions until it expires.',
    breaks: ['email-login/code-works-once', 'ways-in/callers-code-works-once'],
    apply: withRules(({ mailCode }) => ({ mailCode: { ...mailCode, singleUse: false } })),
  },
  'mail/used-code-revives': {
    description: 'A used mailed code is accepted again after a newer one was used.',
    breaks: ['email-login/code-works-once'],
    apply: ({ rules }) => {
      const { newMailCode, mailCodeFits } = rules;
      const used = new Map<Owner, Set<string>>();
      rules.newMailCode = (world, owner) => {
        const spent = world.state.mailCodes.filter((known) => known.owner === owner && known.uses > 0);
        used.set(owner, new Set([...(used.get(owner) ?? []), ...spent.map(({ code }) => code)]));
        return newMailCode(world, owner);
      };
      rules.mailCodeFits = (entry, code, owner, now) => {
        const revived = typeof owner === 'string' && entry.owner === owner && entry.uses > 0;
        return mailCodeFits(entry, code, owner, now) || (revived && (used.get(owner)?.has(code) ?? false));
      };
    },
  },
  'mail/older-code-valid': {
    description: 'A newer mailed code leaves the older one valid.',
    breaks: ['email-login/newer-code-voids-older'],
    apply: withRules(({ mailCode }) => ({ mailCode: { ...mailCode, newerVoidsOlder: false } })),
  },
  'mail/code-never-expires': {
    description: 'A mailed code never expires.',
    breaks: ['email-login/code-expires'],
    apply: withRules(({ mailCode }) => ({ mailCode: { ...mailCode, lifetimeMs: Number.POSITIVE_INFINITY } })),
  },
  'mail/code-not-bound-to-user': {
    description: 'A mailed code opens a session of any user.',
    breaks: ['email-login/refuses-code-of-another-user'],
    apply: withRules(({ mailCodeFits }) => ({
      mailCodeFits: (entry, code, _owner, now) => mailCodeFits(entry, code, entry.owner, now),
    })),
  },
  'mail/any-code-accepted': {
    description: 'Every code of type email is accepted after a code was mailed.',
    breaks: ['email-login/refuses-wrong-code', 'support-email/not-disabled-with-wrong-code'],
    apply: withRules(({ mailCodeFits }) => ({
      mailCodeFits: (entry, _code, owner, now) => mailCodeFits(entry, entry.code, owner, now),
    })),
  },
  'mail/right-code-refused': {
    description: 'No mailed code opens a session.',
    breaks: ['email-login/accepts-mailed-code'],
    apply: withRules(({ kindsOf }) => ({
      kindsOf: (otpType) => kindsOf(otpType).filter((kind) => kind !== 'email'),
    })),
  },
  'mail/missing-body-is-500': {
    description: 'POST /email-otp without a body answers 500 without an Error.',
    breaks: ['email-otp/missing-body-is-handled'],
    apply: answers('CreateEmailOtp', (answer, call) => {
      if (call.content?.length !== 0) return;
      answer.status = 500;
      answer.body = ['The body is missing.'];
    }),
  },
  'mail/malformed-json-accepted': {
    description: 'POST /email-otp reads malformed JSON as no body.',
    breaks: ['email-otp/refuses-malformed-json'],
    apply: refusals('CreateEmailOtp', (answer, call) => {
      if (call.body !== undefined || call.content?.length === 0 || answer.status !== 400) return;
      answer.status = 204;
      answer.body = undefined;
    }),
  },
  'mail/wrong-type-is-500': {
    description: 'POST /email-otp answers 500 for a username that is not a string.',
    breaks: ['http/no-server-error-for-client-mistake'],
    apply: refusals('CreateEmailOtp', (answer, call) => {
      const username = own(asObject(call.body), 'username') ?? '';
      if (typeof username !== 'string') answer.status = 500;
    }),
  },
});

export const mailFaults: readonly Fault[] = [
  ...single,
  ...deliveries,
  ...(
    [
      ['SendEmailOtp', 'send-email-otp'],
      ['SendSupportEmailOtp', 'support-email'],
    ] as const
  ).map(
    ([operation, area]): Fault => ({
      id: `mail/address-in-body-redirects-${area}`,
      description: `${operation} mails the code to an email in a body that it does not need.`,
      breaks: [`${area}/address-in-body-does-not-redirect`],
      apply: withRules(({ recipients }) => ({
        recipients: (address, call, world) => {
          const [, named] = /"email":\s*"([^"]*)"/.exec(call.content?.toString() ?? '') ?? [];
          return recipients((call.operation === operation ? named : undefined) ?? address, call, world);
        },
      })),
    }),
  ),
  ...(
    [
      ['first', (code) => code.slice(1)],
      ['last', (code) => code.slice(0, -1)],
    ] as const satisfies readonly (readonly [string, (code: string) => string])[]
  ).map(
    ([place, compared]): Fault => ({
      id: `mail/${place}-digit-not-compared`,
      description: `The ${place} digit of a mailed code is not compared.`,
      breaks: ['email-login/refuses-wrong-code'],
      apply: withRules(({ mailCodeFits }) => ({
        mailCodeFits: (entry, code, owner, now) => {
          const isNear = code.length === entry.code.length && compared(code) === compared(entry.code);
          return mailCodeFits(entry, isNear ? entry.code : code, owner, now);
        },
      })),
    }),
  ),
];
