import { randomInt } from 'node:crypto';
import { asObject, text } from '../json.js';
import type { Variant } from '../seams.js';
import type { Owner } from '../state.js';

/** Those that nobody takes for digits. */
const capitals = 'ABCDEFGHJKLMNPQRTUVWXYZ';

export const mailVariants: readonly Variant[] = [
  {
    id: 'mail-same-code-again',
    description: 'As long as a mailed code lives and was not used, it is the one that is mailed again.',
    apply: ({ rules }) => {
      const { newMailCode } = rules;
      rules.newMailCode = (world, owner) => {
        const now = world.clock.now();
        const alive = world.state.mailCodes.find((known) =>
          rules.mailCodeFits(known, known.code, owner, now),
        );
        return alive?.code ?? newMailCode(world, owner);
      };
    },
  },
  {
    id: 'mail-code-of-letters-and-digits',
    description: 'Mailed codes are four digits and four capitals in turn, shown in two groups.',
    apply: ({ rules }) => {
      const one = (of: string) => of.charAt(randomInt(of.length));
      rules.newMailCode = () => Array.from({ length: 4 }, () => `${randomInt(10)}${one(capitals)}`).join('');
      rules.compose = (code) => ({
        subject: 'Código de acesso',
        text: `Seu código de acesso é: ${code.slice(0, 4)}-${code.slice(4)}\nNão o informe a ninguém.\n`,
      });
    },
  },
  {
    id: 'wrong-code-voids-mailed-one',
    description: 'A wrong code voids the one that was mailed.',
    apply: ({ rules }) => {
      const { mailCodeFits } = rules;
      rules.mailCodeFits = (entry, code, owner, now) => {
        const fits = mailCodeFits(entry, code, owner, now);
        // To the one who owns it: what was used up fits no more.
        if (!fits && entry.owner === owner) entry.uses += 1;
        return fits;
      };
    },
  },
  {
    id: 'one-mail-a-minute-untold',
    description: 'Within a minute of a code no other is mailed to the same owner, and none of that is told.',
    apply: ({ rules }) => {
      const lastAt = new Map<Owner, number>();
      rules.mailsNow = (owner, world) => {
        const now = world.clock.now();
        if (now - (lastAt.get(owner) ?? Number.NEGATIVE_INFINITY) < 60_000) return false;
        lastAt.set(owner, now);
        return true;
      };
    },
  },
  {
    id: 'mail-comes-twice',
    description: 'Each mail comes twice, the copy a moment later.',
    apply: ({ rules }) => {
      rules.mailCode.copyMs = 300;
    },
  },
  {
    id: 'mail-quotes-the-former',
    description: 'A mail quotes the one before to the same user, with its code.',
    apply: ({ rules }) => {
      const { newMailCode } = rules;
      const latest = new Map<Owner, string>();
      let former: string | undefined;
      rules.newMailCode = (world, owner) => {
        const code = newMailCode(world, owner);
        former = latest.get(owner);
        latest.set(owner, code);
        return code;
      };
      rules.compose = (code) => ({
        subject: 'Fwd: Re: your access code',
        text: `Your access code: ${code}\n${former === undefined ? '' : `\n> Your access code: ${former}\n`}`,
      });
    },
  },
  {
    id: 'mail-html-base64',
    description:
      'Mails are HTML only in base64, with the code in the subject too and other numbers around it.',
    apply: ({ rules }) => {
      rules.compose = (code) => ({
        subject: `${code} is your one-time code`,
        html: `<html><head><style>p{color:#101820}</style></head><body>
<p>Your one-time code is <b>${code}</b>.</p>
<p>Questions? Call +1 (408) 555-0143 and name the ticket #7718342.</p>
<p>&copy; 2026 Cluster</p></body></html>`,
        encoding: 'base64',
      });
    },
  },
  {
    id: 'mail-quoted-printable',
    description: 'Mails have a text and an HTML part in quoted-printable.',
    apply: ({ rules }) => {
      const { compose } = rules;
      rules.compose = (code) => ({
        ...compose(code),
        html: `<p>Your one-time code is <span style="font-size:20px">${code}</span>. Bonne journée = have a nice day.</p>`,
        encoding: 'quoted-printable',
      });
    },
  },
  {
    id: 'mail-code-in-subject-only',
    description: 'The code stands in the subject only.',
    apply: ({ rules }) => {
      rules.compose = (code) => ({
        subject: `Your one-time code is ${code}`,
        text: 'The code is in the subject of this mail.\n',
      });
    },
  },
  {
    id: 'mail-notice-of-wrong-password',
    description: 'A user is told by mail that somebody asked for a code with a wrong password.',
    apply: (seams) =>
      seams.refusal('CreateEmailOtp', (_answer, call, world) => {
        const named = text(asObject(call.body), 'username');
        const user = world.state.users.find(({ username }) => username === named);
        const notice = 'Somebody asked for a code with a wrong password, from 10.20.30.40. Case 778812.\n';
        if (user !== undefined)
          world.mailer.send(user.email, { subject: 'A sign-in was refused', text: notice });
      }),
  },
  {
    id: 'mail-code-of-capitals',
    description: 'Mailed codes are six capitals.',
    apply: ({ rules }) => {
      rules.newMailCode = () =>
        Array.from({ length: 6 }, () => capitals.charAt(randomInt(capitals.length))).join('');
      rules.compose = (code) => ({
        subject: 'Your sign-in',
        text: `Your verification code is ${code}.\n\nIt is valid for 10 minutes.\n`,
      });
    },
  },
  {
    id: 'mail-slow',
    description: 'Mails take 700 ms.',
    apply: ({ rules }) => {
      rules.mailCode.delayMs = 700;
    },
  },
  {
    id: 'mail-unrelated',
    description: 'Other mails without a code reach the same mailboxes just before.',
    apply: (seams) => {
      const { recipients } = seams.rules;
      seams.rules.recipients = (address, call, world) => {
        world.mailer.send(address, {
          subject: 'Maintenance in 2026',
          text: 'The cluster will be updated on 12 May 2026 between 22:00 and 23:30.\n',
        });
        return recipients(address, call, world);
      };
    },
  },
];
