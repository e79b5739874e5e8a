import { randomInt } from 'node:crypto';
import { Refusal } from '../call.js';
import { mailUncounted } from '../codes.js';
import { userNamed } from '../deviations.js';
import { conforms, type Variant, variantsOf } from '../seams.js';
import { type MailCode, type Owner, type SupportMfa, supportOwner } from '../state.js';

/** Capital letters, without those that look like digits. */
const capitals = 'ABCDEFGHJKLMNPQRTUVWXYZ';

export const mailVariants: readonly Variant[] = variantsOf({
  'mail-same-code-again': conforms()
    .says('While a mailed code is unused and valid, it is mailed again.')
    .wraps('newMailCode', (newMailCode, world, owner) => {
      const { rules, state, clock } = world;
      const isAlive = (known: MailCode) => rules.mailCodeFits(known, known.code, owner, clock.now());
      return state.mailCodes.find(isAlive)?.code ?? newMailCode(world, owner);
    }),
  'mail-code-of-letters-and-digits': conforms()
    .says('Mailed codes alternate four digits and four capitals, shown in two groups.')
    .by(({ rules }) => {
      const one = (of: string) => of.charAt(randomInt(of.length));
      rules.newMailCode = () => Array.from({ length: 4 }, () => `${randomInt(10)}${one(capitals)}`).join('');
      rules.compose = (code) => ({
        subject: 'Código de acesso',
        text: `Seu código de acesso é: ${code.slice(0, 4)}-${code.slice(4)}\nNão o informe a ninguém.\n`,
      });
    }),
  'wrong-code-voids-mailed-one': conforms({ near: ['mail/wrong-password-voids-code'] })
    .says('A wrong code voids the mailed one.')
    .wraps('mailCodeFits', (mailCodeFits, entry, code, owner, now) => {
      const fits = mailCodeFits(entry, code, owner, now);
      // A wrong code counts as a use of the mailed one, which voids it.
      if (!fits && entry.owner === owner) entry.uses += 1;
      return fits;
    }),
  'one-mail-a-minute-untold': conforms()
    .says('For a minute after a code the same owner gets no other code, although requests succeed.')
    .by(({ rules }) => {
      const lastAt = new Map<Owner, number>();
      rules.mailsNow = (owner, world) => {
        const now = world.clock.now();
        if (now - (lastAt.get(owner) ?? Number.NEGATIVE_INFINITY) < 60_000) return false;
        lastAt.set(owner, now);
        return true;
      };
    }),
  'twelve-mails-in-ten-minutes': conforms()
    .says('An owner gets twelve codes in ten minutes, used or not. Then a 429 asks to wait for the rest.')
    .by(({ rules }) => {
      const windowMs = 600_000;
      const windows = new Map<Owner, { since: number; mails: number }>();
      rules.mailsNow = (owner, world) => {
        const now = world.clock.now();
        const known = windows.get(owner);
        const current =
          known !== undefined && now < known.since + windowMs ? known : { since: now, mails: 0 };
        if (current.mails >= 12)
          throw new Refusal(429, 'KTooManyMails', 'Too many codes were mailed.', {
            'retry-after': String(Math.ceil((current.since + windowMs - now) / 1000)),
          });
        windows.set(owner, { ...current, mails: current.mails + 1 });
        return true;
      };
    }),
  'mail-when-switched-on': conforms({ near: ['mail/send-support-email-otp-sends-two'] })
    .says('Switching support MFA to e-mail mails a code at once. Mails take 100 ms.')
    .by((seams) => {
      seams.rules.mailCode = { ...seams.rules.mailCode, delayMs: 100 };
      const isByMail = ({ enabled, mfaType }: SupportMfa) => enabled && mfaType === 'email';
      let isSwitched = false;
      seams.wrap('storeSupport', (storeSupport, before, wanted, world) => {
        const after = storeSupport(before, wanted, world);
        isSwitched = isByMail(after) && !isByMail(before);
        return after;
      });
      seams.success('UpdateSupportMFAConfig', (_body, call, world) => {
        const { email } = world.state.support;
        if (isSwitched && email !== null) mailUncounted(supportOwner, email, call, world);
      });
    }),
  'mail-comes-twice': conforms({ near: ['mail/copied-to-audit'] })
    .says('Each mail arrives twice, the copy a moment later.')
    .rules(({ mailCode }) => ({ mailCode: { ...mailCode, copyMs: 300 } })),
  'mail-quotes-the-former': conforms()
    .says('A mail quotes the earlier one to the same user with its code.')
    .by((seams) => {
      const latest = new Map<Owner, string>();
      let former: string | undefined;
      seams.wrap('newMailCode', (newMailCode, world, owner) => {
        const code = newMailCode(world, owner);
        former = latest.get(owner);
        latest.set(owner, code);
        return code;
      });
      seams.rules.compose = (code) => ({
        subject: 'Fwd: Re: your access code',
        text: `Your access code: ${code}\n${former === undefined ? '' : `\n> Your access code: ${former}\n`}`,
      });
    }),
  'mail-html-base64': conforms()
    .says('Mails are base64 HTML, with the code also in the subject and with other numbers around it.')
    .wraps('compose', (_earlier, code) => ({
      subject: `${code} is your one-time code`,
      html: `<html><head><style>p{color:#101820}</style></head><body>
<p>Your one-time code for appliance 204711 is: <b>${code}</b>.</p>
<p>Questions? Call +1 (408) 555-0143 and name the ticket #7718342.</p>
<p>&copy; 2026 Cluster</p></body></html>`,
      encoding: 'base64',
    })),
  'mail-quoted-printable': conforms()
    .says('Mails have a text and an HTML part in quoted-printable.')
    .wraps('compose', (compose, code) => ({
      ...compose(code),
      html: `<p>Your one-time code is <span style="font-size:20px">${code}</span>. Bonne journée = have a nice day.</p>`,
      encoding: 'quoted-printable',
    })),
  'mail-code-in-subject-only': conforms()
    .says('The code stands only in the subject.')
    .wraps('compose', (_earlier, code) => ({
      subject: `Your one-time code is ${code}`,
      text: 'The code is in the subject of this mail.\n',
    })),
  'mail-notice-of-wrong-password': conforms({ near: ['mail/wrong-password-mails'] })
    .says('A user gets a mail when somebody asks for a code with a wrong password.')
    .refusals('CreateEmailOtp', (_answer, call, world) => {
      const user = userNamed(call.body, world);
      const notice = 'Somebody asked for a code with a wrong password, from 10.20.30.40. Case 778812.\n';
      if (user !== undefined)
        world.mailer.send(user.email, { subject: 'A sign-in was refused', text: notice });
    }),
  'mail-code-of-capitals': conforms()
    .says('Mailed codes are six capitals.')
    .rules(() => ({
      newMailCode: () =>
        Array.from({ length: 6 }, () => capitals.charAt(randomInt(capitals.length))).join(''),
      compose: (code) => ({
        subject: 'Your sign-in',
        text: `Your verification code is ${code}.\n\nIt is valid for 10 minutes.\n`,
      }),
    })),
  'mail-slow': conforms()
    .says('Mails take 700 ms.')
    .rules(({ mailCode }) => ({ mailCode: { ...mailCode, delayMs: 700 } })),
  'mail-unrelated': conforms()
    .says('Other mails, with a number but without a code, arrive in the same mailboxes just before.')
    .wraps('recipients', (recipients, address, call, world) => {
      world.mailer.send(address, {
        subject: 'Maintenance in 2026',
        text: 'The cluster will be updated on 12 May 2026 from 22:00. Call 555123 for help.\n',
      });
      return recipients(address, call, world);
    }),
});
