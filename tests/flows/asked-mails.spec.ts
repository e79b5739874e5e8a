import { arrange, expect, notApplicable, test, triggerNames } from '../../fixtures/index.js';

test('email-otp/mails-one-code-to-the-user', async ({ silence }) => {
  const heard = await silence.after(triggerNames.emailOtp);

  expect(heard.answer).toBeAccepted();
  expect(heard).toHaveMailed([heard.trigger.address]);
});

test('email-otp/domain-defaults-to-local', async ({ silence, users }) => {
  if (users.allWithMail().every(({ domain }) => domain.toUpperCase() !== 'LOCAL'))
    notApplicable('no user with mail is of the domain LOCAL');
  const heard = await silence.after(triggerNames.noDomain);

  expect(heard.answer).toBeAccepted();
  expect(heard).toHaveMailed([heard.trigger.address]);
});

test('send-email-otp/mails-one-code-to-the-caller', async ({ silence, users }) => {
  // A faulty target may keep taking the first caller for the current one.
  const callers = [triggerNames.caller, triggerNames.otherCaller].slice(0, users.allWithMail().length);
  for (const name of callers) {
    const heard = await silence.after(name);

    expect(heard.answer).toBeAccepted();
    expect(heard).toHaveMailed([heard.trigger.address]);
  }
});

test('support-email/mails-one-code-to-the-address', async ({ silence }) => {
  const heard = await silence.after(triggerNames.support);

  expect(heard.answer).toBeAccepted();
  expect(heard).toHaveMailed([heard.trigger.address]);
});

test('support-email/no-code-without-an-address', async ({ silence }) => {
  const { answer, mails } = await silence.after(triggerNames.supportOff);

  // A target that keeps the address may mail a code: then 204 is right.
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

/** Requests that mail nothing; a further line is a further requirement. */
for (const [id, ...names] of [
  ['email-otp/null-password-mails-nothing', triggerNames.nullPassword, triggerNames.emptyPassword],
  ['email-otp/other-domain-mails-nothing', triggerNames.otherDomain],
  ['email-otp/wrong-password-with-key-mails-nothing', triggerNames.wrongPasswordWithKey],
  ['send-email-otp/anonymous-mails-nothing', triggerNames.anonymous],
  ['ways-in/nobody-is-mailed-nothing', triggerNames.nobody],
] as const)
  test(id, async ({ silence }) => {
    for (const name of names) expect(await silence.after(name)).toHaveMailed([]);
  });

test('email-otp/wrong-password-mails-nothing', async ({ silence }) => {
  expect(await silence.after(triggerNames.wrongPassword)).toHaveMailed([]);
  // A credential may replace the password, but not if the request is refused.
  const beside = await arrange.ifItCan(silence.after(triggerNames.wrongPasswordWithKey));
  if (beside !== undefined && beside.answer.status >= 400) expect(beside).toHaveMailed([]);
});

/** Requests that name another address, which gets no mail; a target may refuse them. */
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
