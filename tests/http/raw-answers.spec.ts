import type { CodesByMail, RawAnswer } from '../../fixtures/index.js';
import { anonymous, arrange, demand, expect, notApplicable, test } from '../../fixtures/index.js';

/** What compresses nothing may still leave bytes. */
const headers = { 'Accept-Encoding': 'gzip' };

test('http/no-content-after-204', async ({ api, admin, cluster }) => {
  const anyJson = await arrange(cluster.readAsShown());

  const answer = await api.callRaw('UpdateMFAConfig', { as: admin, anyJson, headers });
  if (answer.status >= 400 && answer.status < 500)
    notApplicable('the target refuses a PUT of what is so already');
  if (answer.status !== 204) throw arrange.failure(`PUT /mfa-config answered ${answer.status}, not 204.`);

  expect(answer).toHaveNothingAfterHead();
});

for (const id of [
  'http/no-framing-of-204',
  'http/no-length-of-204',
  'http/no-transfer-encoding-of-204',
] as const) {
  test(id, async ({ api, admin, cluster }) => {
    const anyJson = await arrange(cluster.readAsShown());
    await arrange(api.callRaw('UpdateMFAConfig', { as: admin, anyJson }));
  });
}

test('http/no-content-after-204-of-email-otp', async ({ api, users, mail }) => {
  const user = users.withMail();
  const json = { username: user.username, password: user.password.reveal(), domain: user.domain };
  await arrange(users.whileOn.ready('CreateEmailOtp'));

  const answer = await mailed(mail, user.email, () =>
    api.callRaw('CreateEmailOtp', { as: users.codes.declared(), json, headers }),
  );

  expect(answer).toHaveNothingAfterHead();
});

test('http/no-content-after-204-of-send-email-otp', async ({ api, users, mail }) => {
  const user = users.withMail();
  const as = await arrange(users.codes.sessionOf(user));

  const answer = await mailed(mail, user.email, () => api.callRaw('SendEmailOtp', { as, headers }));

  expect(answer).toHaveNothingAfterHead();
});

test('http/no-content-after-204-of-support-email-otp', async ({ api, admin, support, connection, mail }) => {
  const address = connection.target.supportUser.email ?? '';
  await arrange(support.ensureEmail(address));

  const answer = await mailed(mail, address, () =>
    api.callRaw('SendSupportEmailOtp', { as: admin, headers }),
  );

  expect(answer).toHaveNothingAfterHead();
});

test('http/head-has-length-of-get', async ({ api, admin }) => {
  const options = { as: admin, headers: { 'Accept-Encoding': 'identity' } };
  const get = await arrange(api.call('GetMFAConfig', options));

  const head = await api.callRaw('GetMFAConfig', options, 'HEAD');

  const name = 'Content-Length';
  const [seen, ofGet] = [head, get].map(({ headers }) => headers['content-length']);
  if (head.status !== get.status || ofGet === undefined || seen === undefined) return;
  demand(seen === ofGet, { kind: 'field', name, rule: 'as of GET', seen }, get, head);
});

test('http/head-is-no-server-error', async ({ api, admin }) => {
  const get = await arrange(api.call('GetMFAConfig', { as: admin }));
  if (get.status >= 300) throw arrange.failure(`GET /mfa-config answered ${get.status}.`);

  const head = await api.callRaw('GetMFAConfig', { as: admin }, 'HEAD');

  expect(head).toBeHandled();
});

test('http/nothing-after-the-end', async ({ api, admin }) => {
  for (const options of [admin, anonymous].flatMap((as) => [{ as }, { as, headers }])) {
    expect(await api.callRaw('GetMFAConfig', options)).toEndWhereItSays();
    expect(await api.callRaw('GetSupportMFAConfig', options)).toEndWhereItSays();
  }
  expect(await api.probeRaw('GET', '/of-nobody')).toEndWhereItSays();
});

test('http/head-has-no-content', async ({ api, admin }) => {
  // Nor the answer that refuses it.
  for (const as of [admin, anonymous]) {
    const answer = await api.callRaw('GetMFAConfig', { as }, 'HEAD');

    expect(answer).toHaveNothingAfterHead();
  }
});

/** A 204 that mails a code; the mail is taken in here, so that no other test wonders about it. */
async function mailed(
  mail: CodesByMail,
  address: string,
  send: () => Promise<RawAnswer>,
): Promise<RawAnswer> {
  const mark = await arrange(mail.mark());
  const answer = await send();
  if (answer.status !== 204)
    throw arrange.failure(`The mailing of a code was answered ${answer.status}, not 204.`);
  await mail.codeTo(address, mark).catch(() => undefined);
  return answer;
}
