import type { Answer, CodesByMail, MailUser, Silence, Users } from '../../fixtures/index.js';
import { arrange, demand, expect, headerFields, test, triggerNames } from '../../fixtures/index.js';

async function expectOneMail(silence: Silence, name: string): Promise<void> {
  const heard = await silence.after(name);

  expect(heard.answer).toBeAccepted();
  expect(heard).toHaveMailed([heard.trigger.address]);
}

test('email-otp/mails-one-code-to-the-user', async ({ silence }) =>
  expectOneMail(silence, triggerNames.emailOtp));

test('email-otp/domain-defaults-to-local', async ({ silence, users }) => {
  const all = [users.withMail(), ...users.allWithMail()];
  if (all.every(({ domain }) => domain.toUpperCase() !== 'LOCAL'))
    arrange.notApplicable('no user who gets mail belongs to the domain LOCAL');
  await expectOneMail(silence, triggerNames.noDomain);
});

test('send-email-otp/mails-one-code-to-the-caller', async ({ silence, users }) => {
  // A faulty target may mail every code to the caller of the first request.
  const others = users.allWithMail().length > 1 ? [triggerNames.otherCaller] : [];
  for (const name of [triggerNames.caller, ...others]) await expectOneMail(silence, name);
});

test('support-email/mails-one-code-to-the-address', async ({ silence }) =>
  expectOneMail(silence, triggerNames.support));

test('support-email/no-code-without-an-address', async ({ silence }) => {
  const { answer, mails } = await silence.after(triggerNames.supportOff);

  // A target that kept the address although it was removed may mail a code there and answer 204.
  if (mails.length === 0) expect(answer).toBeRefused();
});

test('support-email/refused-send-mails-nothing', async ({ silence, connection }) => {
  const refused: string[] = [triggerNames.supportAnonymous];
  if (connection.target.accounts.viewer !== undefined) refused.push(triggerNames.supportViewer);

  for (const heard of await arrange(arrange.someOf(refused, (name) => silence.after(name)))) {
    expect(heard.answer).toBeRefused();
    expect(heard).toHaveMailed([]);
  }
});

for (const [id, ...names] of [
  ['email-otp/null-password-mails-nothing', triggerNames.nullPassword, triggerNames.emptyPassword],
  ['email-otp/other-domain-mails-nothing', triggerNames.otherDomain],
  [
    'email-otp/wrong-password-with-key-mails-nothing',
    triggerNames.wrongPasswordWithKey,
    triggerNames.noPasswordWithKey,
  ],
  ['send-email-otp/anonymous-mails-nothing', triggerNames.anonymous],
  ['ways-in/nobody-is-mailed-nothing', triggerNames.nobody],
] as const)
  test(id, async ({ silence }) => {
    for (const name of names) expect(await silence.after(name)).toHaveMailed([]);
  });

test('email-otp/wrong-password-mails-nothing', async ({ silence }) => {
  expect(await silence.after(triggerNames.wrongPassword)).toHaveMailed([]);
  // If the target accepts this request for the API key beside the wrong password, it may mail a code.
  const beside = await arrange.ifItCan(silence.after(triggerNames.wrongPasswordWithKey));
  if (beside !== undefined && beside.answer.status >= 400) expect(beside).toHaveMailed([]);
});

/** Requests that name another address. No mail may go there. A target may refuse them. */
for (const [id, name] of [
  ['email-otp/address-in-body-does-not-redirect', triggerNames.redirect],
  ['send-email-otp/address-in-body-does-not-redirect', triggerNames.callerRedirect],
  ['support-email/address-in-body-does-not-redirect', triggerNames.supportRedirect],
  ['ways-in/header-redirects-no-mail', triggerNames.headerRedirect],
] as const)
  test(id, async ({ silence }) => {
    const heard = await silence.after(name);

    const elsewhere = heard.mails.filter(({ to }) => to.includes(heard.trigger.elsewhere ?? ''));

    expect({ ...heard, mails: elsewhere }).toHaveMailed([]);
  });

const fiveMinutesMs = 300_000;

test('email-otp/mail-has-one-from-and-one-date', async ({ silence }) => {
  const { mail, answer } = await mailOf(silence);

  for (const name of ['From', 'Date'])
    demandOne(name, (await headerFields(mail, name.toLowerCase())).length, answer);
});

test('email-otp/mail-is-dated-now', async ({ silence }) => {
  const { mail, answer } = await mailOf(silence);

  // The time when the target got the request, by its own clock.
  const asked = Date.parse(answer.headers['date'] ?? '') || mail.receivedAt;
  const dates = (await headerFields(mail, 'date')).map((date) => Date.parse(date) - asked);

  demand(dates.length > 0, { ...ofMail, rule: 'date' }, answer);
  for (const distance of dates) {
    const seen = Number((distance / 60_000).toFixed(1));
    demand(Math.abs(distance) <= fiveMinutesMs, { ...ofMail, rule: 'date of now', seen }, answer);
  }
});

test('email-otp/mail-has-message-id', async ({ silence }) => {
  const mails = [await mailOf(silence), await mailOf(silence, triggerNames.caller)];

  const ids = [];
  for (const { mail, answer } of mails) {
    const all = await headerFields(mail, 'message-id');
    demandOne('Message-ID', all.length, answer);
    ids.push(all[0]);
  }
  const answers = mails.map(({ answer }) => answer);
  demand(ids[0] !== ids[1], { ...ofMail, rule: 'message id of its own' }, ...answers);
});

test('email-otp/mail-has-short-lines', async ({ silence, facts, connection }) => {
  const { mail } = await mailOf(silence);

  const lines = mail.raw.toString('latin1').split(/\r?\n/);
  const longest = Math.max(...lines.map(({ length }) => length));

  // Only a mailbox to which the target delivers directly tells whether the target used TLS.
  const overTls = connection.target.mail?.kind === 'smtp' ? { overTls: mail.secure } : {};
  // No document says in which part of a mail the code is, so the test records facts.
  const [text, html, subject] = [mail.text, mail.html, mail.subject].map((part) => /\d{4,}/.test(part ?? ''));
  facts.note('mail', { text, html, subject, ...overTls });
  expect(longest).toBeAtMost(998, 'bytes of a line');
});

/** Requests a code. If no mail with it comes to the user, expects that none comes to the other one. */
async function ownCode(users: Users, mail: CodesByMail, user: MailUser, other: MailUser, theirs: string) {
  const mark = await mail.mark(user.email);
  const own = await users.codes.mailed(user).catch(arrange.error);
  if (typeof own === 'string') return { own, mark };
  // The other user's mailbox may get a copy of their own mail, which has the code `theirs`.
  const astray = await mail.codeTo(other.email, mark).catch(arrange.error);
  const isAstray = typeof astray === 'string' && astray !== theirs;
  demand(!isAstray, { ...ofMail, rule: 'code for its user only' });
  throw own;
}

test('email-otp/mail-holds-nobody-elses-code', async ({ users, mail }) => {
  const [user, other] = [users.withMail(0), users.withMail(1)];
  // A faulty target may mail this code to the user of the request before. Then the request fails here,
  // because no mail comes to `other`. So the test requests another code.
  const theirs = await arrange(users.codes.mailed(other).catch(() => users.codes.mailed(other)));
  const { own, mark } = await ownCode(users, mail, user, other, theirs);

  const isOwn = (address: string) => address.toLowerCase() === user.email.toLowerCase();
  const mails = (await arrange(mail.since(mark))).filter(({ to }) => to.some(isOwn));
  const texts = mails.flatMap(({ subject, text, html }) => [subject, text, html]);
  const isTold = own !== theirs && texts.some((text) => text?.includes(theirs));
  demand(!isTold, { ...ofMail, rule: 'own code only' });

  // A target may write the mails of concurrent requests in shared memory, so that both get one code. Two random codes
  // are equal once in a million times, so the test repeats equal ones.
  const both = () => Promise.all([users.codes.mailed(user), users.codes.mailed(other)]);
  const [first, second] = await arrange(both());
  if (first !== second) return;
  const [third, fourth] = await arrange(both());
  demand(third !== fourth, { ...ofMail, rule: 'own code only' });
});

test('email-otp/mail-holds-no-other-secret', async ({ silence, connection }) => {
  const { mail, answer } = await mailOf(silence);

  const text = [mail.raw.toString('latin1'), mail.subject, mail.text, mail.html].join('\n');

  const seen = connection.recorder.lastingSecretsIn(text).join(', ');
  demand(seen === '', { ...ofMail, rule: 'no lasting secret', seen }, answer);
});

const ofMail = { kind: 'mail', name: null, seen: null } as const;

function demandOne(name: string, seen: number, answer: Answer): void {
  demand(seen === 1, { kind: 'mail', rule: 'one field', name, seen }, answer);
}

async function mailOf(silence: Silence, trigger: string = triggerNames.emailOtp) {
  const { mails, answer } = await silence.after(trigger);
  const [mail] = mails;
  if (mail === undefined) throw arrange.failure(`No mail came after ${trigger}.`);
  return { mail, answer };
}
