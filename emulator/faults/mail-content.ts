import { asObject, text } from '../json.js';
import type { Message } from '../mailer.js';
import type { Fault, Seams } from '../seams.js';

function changeMail(seams: Seams, change: (message: Message) => Message): void {
  const { compose } = seams.rules;
  seams.rules.compose = (code) => change(compose(code));
}

const rewriting =
  (rewrite: (source: string) => string) =>
  (message: Message): Message => ({ ...message, rewrite });

export const mailContentFaults: readonly Fault[] = [
  {
    id: 'mail/two-froms',
    description: 'Mails have two From fields.',
    breaks: ['email-otp/mail-has-one-from-and-one-date'],
    apply: (seams) =>
      changeMail(
        seams,
        rewriting((source) => `From: second@lab.example\r\n${source}`),
      ),
  },
  {
    id: 'mail/copied-to-audit',
    description: 'Each mail goes to an address of nobody in particular, too.',
    breaks: ['email-otp/mails-one-code-to-the-user'],
    apply: (seams) => changeMail(seams, (message) => ({ ...message, bcc: 'audit@elsewhere.example' })),
  },
  {
    id: 'mail/no-code',
    description: 'Mails hold no code.',
    breaks: ['email-otp/mails-one-code-to-the-user'],
    apply: (seams) =>
      changeMail(seams, () => ({
        subject: 'Your sign-in',
        text: 'Somebody is signing in with your name. Ask your administrator for the code.\n',
      })),
  },
  {
    id: 'mail/no-date',
    description: 'Mails have no Date.',
    breaks: ['email-otp/mail-has-one-from-and-one-date'],
    apply: (seams) =>
      changeMail(
        seams,
        rewriting((source) => source.replace(/^Date: .*\r\n/m, '')),
      ),
  },
  {
    id: 'mail/dated-yesterday',
    description: 'Mails are dated a day ago.',
    breaks: ['email-otp/mail-is-dated-now'],
    apply: (seams) =>
      changeMail(
        seams,
        rewriting((source) => {
          const yesterday = new Date(seams.clock.now() - 24 * 3600_000).toUTCString();
          return source.replace(/^Date: .*$/m, `Date: ${yesterday.replace('GMT', '+0000')}`);
        }),
      ),
  },
  {
    id: 'mail/no-message-id',
    description: 'Mails have no Message-ID.',
    breaks: ['email-otp/mail-has-message-id'],
    apply: (seams) =>
      changeMail(
        seams,
        rewriting((source) => source.replace(/^Message-ID: .*\r\n/m, '')),
      ),
  },
  {
    id: 'mail/one-message-id',
    description: 'All mails have the same Message-ID.',
    breaks: ['email-otp/mail-has-message-id'],
    apply: (seams) =>
      changeMail(
        seams,
        rewriting((source) => source.replace(/^(Message-ID: ).*$/m, '$1<code@lab.example>')),
      ),
  },
  {
    id: 'mail/long-lines',
    description: 'Mails hold a line of more than 998 bytes.',
    breaks: ['email-otp/mail-has-short-lines'],
    apply: (seams) =>
      changeMail(
        seams,
        rewriting((source) => `${source}\r\n${'=-'.repeat(600)}\r\n`),
      ),
  },
  {
    id: 'mail/password-in-mail',
    description: 'The mail of POST /email-otp repeats the password.',
    breaks: ['email-otp/mail-holds-no-other-secret'],
    apply: (seams) => {
      let password = '';
      seams.body('CreateEmailOtp', (body) => {
        password = text(asObject(body), 'password') ?? '';
        return body;
      });
      changeMail(seams, (message) => ({
        ...message,
        text: `${message.text}\nYou gave the password "${password}".\n`,
      }));
    },
  },
  {
    id: 'mail/codes-count-up',
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
  {
    id: 'mail/used-code-mailed-again',
    description: 'A mailed code that was used is made valid and mailed again.',
    breaks: ['email-otp/codes-differ'],
    apply: (seams) => {
      const { newMailCode } = seams.rules;
      seams.rules.newMailCode = (world, to) =>
        world.state.mailCodes.find(({ uses, owner }) => uses > 0 && owner === 'bob')?.code ??
        newMailCode(world, to);
    },
  },
  {
    id: 'mail/codes-compared-as-numbers',
    description: 'Mailed codes are compared as numbers: zeros before them do not matter.',
    breaks: ['email-login/refuses-code-as-number'],
    apply: (seams) => {
      const { mailCodeFits } = seams.rules;
      seams.rules.mailCodeFits = (entry, code, owner, now) =>
        mailCodeFits(entry, /^0[0-9]{6}$/.test(code) ? code.slice(1) : code, owner, now);
    },
  },
  {
    id: 'mail/codes-begin-alike',
    description: 'Mailed codes begin with the same three digits.',
    breaks: ['email-otp/codes-differ'],
    apply: ({ rules }) => {
      const { newMailCode } = rules;
      rules.newMailCode = (world, to) => `424${newMailCode(world, to).slice(1)}`;
    },
  },
  {
    id: 'mail/codes-of-four-digits',
    description: 'Mailed codes are four digits behind two zeros.',
    breaks: ['email-otp/codes-differ'],
    apply: ({ rules }) => {
      const { newMailCode } = rules;
      rules.newMailCode = (world, to) => `00${newMailCode(world, to).slice(2)}`;
    },
  },
  {
    id: 'mail/empty-code-accepted',
    description: 'A login with an empty mailed code opens a session.',
    breaks: ['email-login/refuses-junk'],
    apply: (seams) => {
      const { mailCodeFits } = seams.rules;
      seams.rules.mailCodeFits = (entry, code, owner, now) =>
        mailCodeFits(entry, code === '' ? entry.code : code, owner, now);
    },
  },
  {
    id: 'mail/support-code-logs-in',
    description: "The support user's mailed code opens a session of any user.",
    breaks: ['email-login/refuses-support-code'],
    apply: (seams) => {
      const { mailCodeFits } = seams.rules;
      seams.rules.mailCodeFits = (entry, code, owner, now) =>
        mailCodeFits(entry, code, typeof entry.owner === 'symbol' ? entry.owner : owner, now);
    },
  },
];
