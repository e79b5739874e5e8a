import { text } from '../json.js';
import type { Message } from '../mailer.js';
import { breaks, type Fault, faultsOf, type Seams } from '../seams.js';

const changesMail = (seams: Seams, change: (message: Message) => Message) =>
  seams.wrap('compose', (compose, code) => change(compose(code)));

function rewrites(seams: Seams, rewrite: (source: string, now: number) => string): void {
  changesMail(seams, (message) => ({
    ...message,
    rewrite: (source) => rewrite(source, seams.clock.now()),
  }));
}

export const mailContentFaults: readonly Fault[] = faultsOf({
  'mail/two-froms': breaks('email-otp/mail-has-one-from-and-one-date')
    .says('Mails have two From fields.')
    .with(rewrites, (source) => `From: second@lab.example\r\n${source}`),
  'mail/copied-to-audit': breaks('email-otp/mails-one-code-to-the-user')
    .says('Each mail also goes to an unrelated address.')
    .with(changesMail, (message) => ({ ...message, bcc: 'audit@elsewhere.example' })),
  'mail/no-code': breaks('email-otp/mails-one-code-to-the-user')
    .says('Mails contain no code.')
    .with(changesMail, () => ({
      subject: 'Your sign-in',
      text: 'Somebody is signing in with your name. Ask your administrator for the code.\n',
    })),
  'mail/no-date': breaks('email-otp/mail-has-one-from-and-one-date')
    .says('Mails have no Date.')
    .with(rewrites, (source) => source.replace(/^Date: .*\r\n/m, '')),
  'mail/dated-yesterday': breaks('email-otp/mail-is-dated-now')
    .says('Mails carry the date of the day before.')
    .with(rewrites, (source, now) => {
      const yesterday = new Date(now - 24 * 3600_000).toUTCString();
      return source.replace(/^Date: .*$/m, `Date: ${yesterday.replace('GMT', '+0000')}`);
    }),
  'mail/no-message-id': breaks('email-otp/mail-has-message-id')
    .says('Mails have no Message-ID.')
    .with(rewrites, (source) => source.replace(/^Message-ID: .*\r\n/m, '')),
  'mail/one-message-id': breaks('email-otp/mail-has-message-id')
    .says('All mails have the same Message-ID.')
    .with(rewrites, (source) => source.replace(/^(Message-ID: ).*$/m, '$1<code@lab.example>')),
  'mail/long-lines': breaks('email-otp/mail-has-short-lines')
    .says('Mails contain a line of more than 998 bytes.')
    .with(rewrites, (source) => `${source}\r\n${'=-'.repeat(600)}\r\n`),
  'mail/password-in-mail': breaks('email-otp/mail-holds-no-other-secret')
    .says('The mail of POST /email-otp repeats the password.')
    .by((seams) => {
      const password = seams.noted('CreateEmailOtp', (body) => text(body, 'password') ?? '');
      changesMail(seams, (message) => ({
        ...message,
        text: `${message.text}\nYou gave the password "${password() ?? ''}".\n`,
      }));
    }),
  'mail/codes-count-up': breaks('email-otp/codes-differ')
    .says('Mailed codes count up.')
    .by((seams) => {
      // Only every second number is a code, because tests send neighbouring numbers as wrong codes.
      let code = 271_828;
      seams.rules.newMailCode = () => {
        code += 2;
        return String(code);
      };
    }),
  'mail/used-code-mailed-again': breaks('email-otp/codes-differ')
    .says('A used mailed code is made valid and mailed again.')
    .rules(({ newMailCode }) => ({
      newMailCode: (world, to) =>
        world.state.mailCodes.find(({ uses, owner }) => uses > 0 && owner === 'bob')?.code ??
        newMailCode(world, to),
    })),
  'mail/codes-compared-as-numbers': breaks('email-login/refuses-code-as-number')
    .says('Mailed codes are compared as numbers: leading zeros do not matter.')
    .wraps('mailCodeFits', (mailCodeFits, entry, code, owner, now) =>
      mailCodeFits(entry, /^0[0-9]{6}$/.test(code) ? code.slice(1) : code, owner, now),
    ),
  'mail/switch-revives-used-codes': breaks('email-login/switch-revives-no-code')
    .says('A switch of cluster MFA makes used mailed codes valid again.')
    .wraps('storeCluster', (storeCluster, before, wanted, world) => {
      if (before.enabled !== wanted.enabled) for (const code of world.state.mailCodes) code.uses = 0;
      return storeCluster(before, wanted, world);
    }),
  'mail/refused-request-revives-used-codes': breaks('email-login/code-works-once')
    .says('A refused POST /email-otp makes used mailed codes valid again.')
    .refusals('CreateEmailOtp', (_answer, _call, { state }) => {
      for (const code of state.mailCodes) code.uses = 0;
    }),
  'mail/codes-are-even': breaks('email-otp/codes-differ')
    .says('Mailed codes end in an even digit.')
    .wraps('newMailCode', (newMailCode, world, to) =>
      newMailCode(world, to).replace(/\d$/, (digit) => String(Number(digit) & ~1)),
    ),
  'mail/codes-begin-alike': breaks('email-otp/codes-differ')
    .says('Mailed codes begin with the same three digits.')
    .wraps('newMailCode', (newMailCode, world, to) => `424${newMailCode(world, to).slice(1)}`),
  'mail/codes-of-four-digits': breaks('email-otp/codes-differ')
    .says('Mailed codes are two zeros and four digits.')
    .wraps('newMailCode', (newMailCode, world, to) => `00${newMailCode(world, to).slice(2)}`),
  'mail/empty-code-accepted': breaks('email-login/refuses-junk')
    .says('A login with an empty mailed code opens a session.')
    .wraps('mailCodeFits', (mailCodeFits, entry, code, owner, now) =>
      mailCodeFits(entry, code === '' ? entry.code : code, owner, now),
    ),
  'mail/support-code-logs-in': breaks('email-login/refuses-support-code')
    .says('A code mailed to the support user opens a session of any user.')
    .wraps('mailCodeFits', (mailCodeFits, entry, code, owner, now) =>
      mailCodeFits(entry, code, typeof entry.owner === 'symbol' ? entry.owner : owner, now),
    ),
});
