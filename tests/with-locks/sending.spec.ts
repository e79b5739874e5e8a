import type { Answer, CodesByMail, Lock } from '../../fixtures/index.js';
import { arrange, demand, guesses, test } from '../../fixtures/index.js';
import { measured } from './locked.js';

const most = 30;

async function isLimited(mail: CodesByMail, address: string, lock: Lock, ask: () => Promise<Answer>) {
  const mark = await arrange(mail.mark());
  const { after, answered, rest } = await guesses.throttling(lock, ask, { most, refused: false });
  // Waits for all mails of accepted requests, so that no late one arrives in another test.
  const promised = after ?? answered;
  const got = await mail.counted(mark, ({ to }) => to.includes(address), promised);
  const hasLimit = after !== undefined || got < promised;
  if (hasLimit) await rest();
  return hasLimit;
}

const noLimit = { kind: 'limited', of: 'mailed codes', within: most, seen: most } as const;

test('email-otp/sending-is-limited', async ({ api, users, mail, locks }) => {
  const all = users.allWithMail();
  const caller = all.find(({ role }) => !locks.isLocked(role)) ?? users.withMail();
  const user = all.at(-1) ?? caller;
  // The test needs a session that exists already, because a login may cause a mail.
  const as = await arrange.ifItCan(users.codes.sessionOf(caller));

  const ask = () => users.codes.request(user, measured);
  const byPassword = await isLimited(mail, user.email, locks.of(`mails to ${user.role}`), ask);
  const send = () => api.call('SendEmailOtp', { ...(as === undefined ? {} : { as }), ...measured });
  // If this operation mails no code at all, other requirements report it.
  const limited = () => isLimited(mail, caller.email, locks.of(`mails to ${caller.role}`), send);
  const inSession = as === undefined ? true : ((await arrange.ifItCan(limited())) ?? true);

  demand(byPassword && inSession, noLimit);
});

test('support-email/sending-is-limited', async ({ api, admin, support, mail, locks, connection }) => {
  const email = connection.target.supportUser.email ?? '';
  await arrange(support.ensureEmail(email));
  const begin = await arrange(mail.mark());
  const send = () => api.call('SendSupportEmailOtp', { as: admin, ...measured });

  const hasLimit = await isLimited(mail, email, locks.of('mails to supportUser'), send);

  // The newest mailed code switches off, because the limit may prevent another mail.
  const mfaCode = (await mail.since(begin)).flatMap((each) => mail.codeIn(each) ?? []).at(-1);
  if (mfaCode !== undefined) await arrange(support.patch({ enabled: false, mfaCode }));
  // If this fails, the restore after the tests switches support MFA off.
  await arrange.ifItCan(support.off());
  demand(hasLimit, noLimit);
});
