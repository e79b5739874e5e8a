import { text } from '../json.js';
import type { Message } from '../mailer.js';
import { type Fault, faultsOf, withRules } from '../seams.js';

const changesMail = (change: (message: Message) => Message) =>
  withRules(({ compose }) => ({ compose: (code) => change(compose(code)) }));

/** Mails whose source is rewritten after they were composed. */
const rewrites =
  (rewrite: (source: string, now: number) => string): Fault['apply'] =>
  (seams) =>
    changesMail((message) => ({
      ...message,
      rewrite: (source) => rewrite(source, seams.clock.now()),
    }))(seams);

export const mailContentFaults: readonly Fault[] = faultsOf({
  'mail/two-froms': {
    description: 'Mails have two From fields.',
    breaks: ['email-otp/mail-has-one-from-and-one-date'],
    apply: rewrites((source) => `From: second@lab.example\r\n${source}`),
  },
  'mail/copied-to-audit': {
    description: 'Each mail also goes to an unrelated address.',
    breaks: ['email-otp/mails-one-code-to-the-user'],
    apply: changesMail((message) => ({ ...message, bcc: 'audit@elsewhere.example' })),
  },
  'mail/no-code': {
    description: 'Mails contain no code.',
    breaks: ['email-otp/mails-one-code-to-the-user'],
    apply: changesMail(() => ({
      subject: 'Your sign-in',
      text: 'Somebody is signing in with your name. Ask your administrator for the code.\n',
    })),
  },
  'mail/no-date': {
    description: 'Mails have no Date.',
    breaks: ['email-otp/mail-has-one-from-and-one-date'],
    apply: rewrites((source) => source.replace(/^Date: .*\r\n/m, '')),
  },
  'mail/dated-yesterday': {
    description: 'Mails carry the date of the day before.',
    breaks: ['email-otp/mail-is-dated-now'],
    apply: rewrites((source, now) => {
      const yesterday = new Date(now - 24 * 3600_000).toUTCString();
      return source.replace(/^Date: .*$/m, `Date: ${yesterday.replace('GMT', '+0000')}`);
    }),
  },
  'mail/no-message-id': {
    description: 'Mails have no Message-ID.',
    breaks: ['email-otp/mail-has-message-id'],
    apply: rewrites((source) => source.replace(/^Message-ID: .*\r\n/m, '')),
  },
  'mail/one-message-id': {
    description: 'All mails have the same Message-ID.',
    breaks: ['email-otp/mail-has-message-id'],
    apply: rewrites((source) => source.replace(/^(Message-ID: ).*$/m, '$1<code@lab.example>')),
  },
  'mail/long-lines': {
    description: 'Mails contain a line of more than 998 bytes.',
    breaks: ['email-otp/mail-has-short-lines'],
    apply: rewrites((source) => `${source}\r\n${'=-'.repeat(600)}\r\n`),
  },
  'mail/password-in-mail': {
    description: 'The mail of POST /email-otp repeats the password.',
    breaks: ['email-otp/mail-holds-no-other-secret'],
    apply: (seams) => {
      const password = seams.noted('CreateEmailOtp', (body) => text(body, 'password') ?? '');
      changesMail((message) => ({
        ...message,
        text: `${message.text}\nYou gave the password "${password() ?? ''}".\n`,
      }))(seams);
    },
  },
  'mail/codes-count-up': {
    description: 'Mailed codes count up.',
    breaks: ['email-otp/codes-differ'],
    apply: (seams) => {
      // Steps of two: the code beside one is never another that was mailed.
      let code = 271_828;
      seams.rules.newMailCode = () => {
        code += 2;
        return String(code);
      };
    },
  },
  'mail/used-code-mailed-again': {
    description: 'A used mailed code is made valid and mailed again.',
    breaks: ['email-otp/codes-differ'],
    apply: withRules(({ newMailCode }) => ({
      newMailCode: (world, to) =>
        world.state.mailCodes.find(({ uses, owner }) => uses > 0 && owner === 'bob')?.code ??
        newMailCode(world, to),
    })),
  },
  'mail/codes-compared-as-numbers': {
    description: 'Mailed codes are compared as numbers: leading zeros do not matter.',
    breaks: ['email-login/refuses-code-as-number'],
    apply: withRules(({ mailCodeFits }) => ({
      mailCodeFits: (entry, code, owner, now) =>
        mailCodeFits(entry, /^0[0-9]{6}$/.test(code) ? code.slice(1) : code, owner, now),
    })),
  },
  'mail/codes-begin-alike': {
    description: 'Mailed codes begin with the same three digits.',
    breaks: ['email-otp/codes-differ'],
    apply: withRules(({ newMailCode }) => ({
      newMailCode: (world, to) => `424${newMailCode(world, to).slice(1)}`,
    })),
  },
  'mail/codes-of-four-digits': {
    description: 'Mailed codes are two zeros and four digits.',
    breaks: ['email-otp/codes-differ'],
    apply: withRules(({ newMailCode }) => ({
      newMailCode: (world, to) => `00${newMailCode(world, to).slice(2)}`,
    })),
  },
  'mail/empty-code-accepted': {
    description: 'A login with an empty mailed code opens a session.',
    breaks: ['email-login/refuses-junk'],
    apply: withRules(({ mailCodeFits }) => ({
      mailCodeFits: (entry, code, owner, now) =>
        mailCodeFits(entry, code === '' ? entry.code : code, owner, now),
    })),
  },
  'mail/support-code-logs-in': {
    description: 'A code mailed to the support user opens a session of any user.',
    breaks: ['email-login/refuses-support-code'],
    apply: withRules(({ mailCodeFits }) => ({
      mailCodeFits: (entry, code, owner, now) =>
        mailCodeFits(entry, code, typeof entry.owner === 'symbol' ? entry.owner : owner, now),
    })),
  },
});
