import { randomUUID } from 'node:crypto';
import {
  bothTypes,
  loginAnyhow,
  loginByNewMail,
  loginByOldMail,
  mailed,
  otherCode,
  untilOpen,
  untilRefused,
} from '../../fixtures/logins.js';
import { notApplicable, notRun } from '../../fixtures/not-applicable.js';
import { arrange, arrangeLogin, demand, expect, ifItCan, test } from '../../fixtures/test.js';
import { triggerNames } from '../../fixtures/triggers.js';
import type { MailUser, Users } from '../../fixtures/users.js';
import { tryStep } from '../../fixtures/ways-in.js';
import { ArrangeError } from '../../src/base/errors.js';
import { anonymous } from '../../src/wire/http/credential.js';
import { mailedBefore, sameCodeAgain } from './mailed-codes.js';

/** To see by their digits that a place of mailed codes never changes. */
const enoughCodes = 8;

test('email-otp/mails-one-code-to-the-user', async ({ silence }) => {
  const heard = await silence.after(triggerNames.emailOtp);

  expect(heard.answer).toBeAccepted();
  expect(heard).toHaveMailed([heard.trigger.address]);
});

test('email-otp/address-in-body-does-not-redirect', async ({ silence }) => {
  const heard = await silence.after(triggerNames.redirect);

  const named = heard.mails.filter(({ to }) => to.includes(heard.trigger.elsewhere ?? ''));

  expect({ ...heard, mails: named }).toHaveMailed([]);
});

test('email-otp/wrong-password-mails-nothing', async ({ silence }) => {
  expect(await silence.after(triggerNames.wrongPassword)).toHaveMailed([]);
});

test('email-otp/null-password-mails-nothing', async ({ silence }) => {
  for (const name of [triggerNames.nullPassword, triggerNames.emptyPassword])
    expect(await silence.after(name)).toHaveMailed([]);
});

test('email-otp/other-domain-mails-nothing', async ({ silence }) => {
  expect(await silence.after(triggerNames.otherDomain)).toHaveMailed([]);
});

test('email-otp/wrong-password-with-key-mails-nothing', async ({ silence }) => {
  expect(await silence.after(triggerNames.wrongPasswordWithKey)).toHaveMailed([]);
});

test('email-otp/unknown-user-looks-alike', async ({ users }) => {
  const user = users.withPassword();
  const password = randomUUID();
  const known = await users.requestMailedCode(user, { password });

  const nobody = { ...user, username: `nobody-${randomUUID()}` };
  const unknown = await users.requestMailedCode(nobody, { password });

  expect(unknown).toLookLike(known, { own: nobody, other: user });
});

test('email-otp/code-is-long-enough', async ({ users }) => {
  const code = await arrange(users.mailedCode(users.withMail()));

  expect(code.length).toBeAtLeast(6, 'digits');
});

test('email-otp/codes-differ', async ({ users, cluster, mail }) => {
  const codes: string[] = [];
  for (let n = 0; n < 3; n += 1) {
    const { user, code } = await arrange(mailed(users, cluster));
    await arrangeLogin(users.login(user, { code, type: 'email', isRight: true }));
    codes.push(code);
  }

  const [first = '', ...others] = codes;
  // By chance once in a million runs.
  const isLikeEachOther = [0, 1, 2].every((at) => others.every((code) => code[at] === first[at]));
  const [one, two, three] = codes.map(Number);
  const isRepeated = new Set(codes).size < codes.length;
  const countsUp = Number(two) - Number(one) === Number(three) - Number(two);
  demand(!isRepeated, { kind: 'random', pattern: 'repeated' });
  demand(!countsUp, { kind: 'random', pattern: 'equal distances' });
  demand(!isLikeEachOther, { kind: 'random', pattern: 'same beginning' });
  // Of so many, by chance less than once in a million runs.
  const all = mail.seen;
  // A letter may stand in each code; a place that some codes lack is not the same in all.
  const isSame = (digit: string, at: number) => /\d/.test(digit) && all.every((code) => code[at] === digit);
  const isFixed = all.length >= enoughCodes && [...(all[0] ?? '')].some(isSame);
  demand(!isFixed, { kind: 'random', pattern: 'fixed digit' });
});

test('send-email-otp/mails-one-code-to-the-caller', async ({ silence, users }) => {
  // Whoever asked first may go on being taken for the caller.
  const callers = [triggerNames.caller, triggerNames.otherCaller].slice(0, users.allWithMail().length);
  for (const name of callers) {
    const heard = await silence.after(name);

    expect(heard.answer).toBeAccepted();
    expect(heard).toHaveMailed([heard.trigger.address]);
  }
});

test('send-email-otp/address-in-body-does-not-redirect', async ({ silence }) => {
  const heard = await silence.after(triggerNames.callerRedirect);

  const named = heard.mails.filter(({ to }) => to.includes(heard.trigger.elsewhere ?? ''));

  expect({ ...heard, mails: named }).toHaveMailed([]);
});

test('send-email-otp/anonymous-mails-nothing', async ({ silence }) => {
  expect(await silence.after(triggerNames.anonymous)).toHaveMailed([]);
});

test('email-login/accepts-mailed-code', async ({ users, cluster, facts }) => {
  const { user, code } = await arrange(mailed(users, cluster));

  const login = await users.login(user, { code, type: 'email' });

  expect(login).toOpenSession();
  await facts.measure('sendEmailOtpCodeLogsIn', () => callersCodeLogsIn(users, user));
});

test('email-login/refused-request-voids-no-code', async ({ users, cluster, mail }) => {
  const { user, code } = await arrange(mailed(users, cluster));
  const mark = await arrange(mail.mark(user.email));
  const password = `${user.password.reveal()}-not`;
  // A limit on mails refuses, too: it is not waited for.
  await users.requestMailedCode(user, { password, as: anonymous, throttlingIsTested: true });

  const login = await users.login(user, { code, type: 'email' });

  if (login.session === undefined) {
    // A newer code may void it; and whether codes open anything is another requirement's matter.
    const newer = await ifItCan(mail.codeTo(user.email, mark));
    if (newer !== undefined) throw new ArrangeError('A code is mailed for a wrong password.');
    await arrangeLogin(loginByNewMail(users, user));
  }
  expect(login).toOpenSession();
});

test('email-login/wrong-password-voids-no-code', async ({ users, cluster }) => {
  const { user, code } = await arrange(mailed(users, cluster));
  const password = `${user.password.reveal()}-not`;
  await arrange(users.requestSession(user, { password, throttlingIsTested: true }));

  const login = await users.login(user, { code, type: 'email' });

  if (login.session === undefined) await arrangeLogin(loginByNewMail(users, user));
  expect(login).toOpenSession();
});

test('email-login/refuses-wrong-code', async ({ users, cluster }) => {
  const { user, code } = await arrange(mailed(users, cluster));

  for (const place of ['first', 'last'] as const) {
    expect(await users.login(user, { code: otherCode(code, place), type: 'email' })).toBeRefused();
  }
  await arrangeLogin(loginByOldMail(users, user, code));
});

test('email-login/code-works-once', async ({ api, users, cluster }) => {
  const { user, code } = await arrange(mailed(users, cluster));
  await arrangeLogin(users.login(user, { code, type: 'email', isRight: true }));

  // Twice: a refusal must not bring a code to life again.
  for (let n = 0; n < 2; n += 1) {
    expect(await users.login(user, { code, type: 'email' })).toBeRefused();
  }
  // Nor must it finish a login that the password alone began.
  if (api.contract.operations.has('VerifyUserOtp'))
    expect(await tryStep(users, user, { code, type: 'email' })).toBeShut();
  // Nor must a newer one that is used: what a target keeps of used codes may be the last one only.
  await arrangeLogin(loginByNewMail(users, user));
  expect(await users.login(user, { code, type: 'email' })).toBeRefused();
});

test('email-login/newer-code-voids-older', async ({ users, cluster }) => {
  const { user, code: older } = await arrange(mailed(users, cluster));
  const newer = await arrange(users.mailedCode(user));
  if (older === newer) notApplicable(sameCodeAgain);

  const login = await users.login(user, { code: older, type: 'email' });

  expect(login).toBeRefused();
  // A wrong code may void the one that is out: only another tells whether newer ones work.
  const newest = await arrange(users.mailedCode(user));
  expect(await users.login(user, { code: newest, type: 'email' })).toOpenSession();
  // Nor is the one before that good again once the newest was used.
  expect(await users.login(user, { code: newer, type: 'email' })).toBeRefused();
});

test('email-login/refuses-code-of-another-user', async ({ users, cluster }) => {
  // A code is out for the victim too: the other's must not pass for it.
  const victim = await arrange(mailed(users, cluster, 0));
  const { code } = await arrange(mailed(users, cluster, 1));
  if (code === victim.code) throw new ArrangeError('Both users got the same code.');

  const login = await users.login(victim.user, { code, type: 'email' });

  expect(login).toBeRefused();
  await arrangeLogin(users.login(users.withMail(1), { code, type: 'email', isRight: true }));
});

test('email-login/refuses-code-as-totp', async ({ users, cluster }) => {
  const { user, code } = await arrange(mailed(users, cluster));

  const login = await users.login(user, { code, type: 'totp' });

  expect(login).toBeRefused();
  await arrangeLogin(loginByOldMail(users, user, code));
});

test('email-login/refuses-wrong-password', async ({ users, cluster, facts }) => {
  const { user, code } = await arrange(mailed(users, cluster));

  const login = await users.login(user, {
    password: `${user.password.reveal()}-not`,
    code,
    type: 'email',
  });

  expect(login).toBeRefused();
  let isSpent = true;
  await facts.measure('codeSpentByWrongPassword', async () => {
    isSpent = (await users.login(user, { code, type: 'email' })).session === undefined;
    return isSpent;
  });
  if (isSpent) await arrange(loginAnyhow(users, user));
});

test('email-login/refuses-junk', async ({ users, cluster }) => {
  const first = await arrange(mailed(users, cluster));
  const { user } = first;

  const refused = async (code: unknown) =>
    expect(await users.login(user, { code, type: 'email', mistake: 'a junk code' })).toBeRefused();
  // Two in a row, so that no lock-out sets in, and while a code is waited for: junk may be taken for that one.
  for (const code of [null, true]) await refused(code);
  await arrangeLogin(loginByOldMail(users, user, first.code));
  // Nothing is what may be left to compare with once a code was used.
  await refused('');
  const second = await arrange(users.mailedCode(user));
  await refused('');
  await arrangeLogin(loginByOldMail(users, user, second));
  await refused("' or 1=1 --");
  await arrange(loginAnyhow(users, user));
});

test('email-login/refuses-code-as-number', async ({ users, cluster }) => {
  const { user, code } = await arrange(mailed(users, cluster));

  const login = await users.login(user, { code: `0${code}`, type: 'email' });

  expect(login).toBeRefused();
  await arrangeLogin(loginByOldMail(users, user, code));
});

test('email-login/refuses-support-code', async ({ users, cluster, support, connection }) => {
  const email = connection.target.supportUser.email ?? '';
  const { user, code: own } = await arrange(mailed(users, cluster));
  await arrange(support.onByEmail(email));
  const code = await arrange(support.mailedCode(email));

  for (const each of users.allWithMail()) {
    expect(await users.login(each, { code, type: 'email' })).toBeRefused();
  }
  await arrangeLogin(loginByOldMail(users, user, own));
});

test('email-login/refused-while-only-totp-is-enabled', async ({ users, cluster, connection }) => {
  if ((await arrange(cluster.found())).enabled)
    notRun('cluster MFA was found on: its types are not narrowed');
  const { user, code: first } = await arrange(mailed(users, cluster));
  await arrange(cluster.on(['totp']));

  // With a new code for each further try: a used one would be refused for that.
  let code = first;
  const login = await untilRefused(cluster, async () => {
    const tried = await users.login(user, { code, type: 'email' });
    if (tried.session !== undefined) code = await arrange(mailedBefore(users, cluster, user));
    return tried;
  });

  expect(login).toBeRefused();
  await arrange(cluster.on(bothTypes));
  await arrangeLogin(untilOpen(connection, () => loginByNewMail(users, user)));
});

/** Whether a code of POST /send-email-otp opens a session too. */
async function callersCodeLogsIn(users: Users, user: MailUser): Promise<boolean | undefined> {
  const code = await users.callersCode(user).catch(() => undefined);
  if (code === undefined) return undefined;
  return (await users.login(user, { code, type: 'email' })).session !== undefined;
}
