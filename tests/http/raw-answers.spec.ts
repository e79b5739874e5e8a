import type { Fixtures, RawAnswer } from '../../fixtures/index.js';
import { anonymous, arrange, configs, demand, expect, mfa, test } from '../../fixtures/index.js';

/** A server that compresses may send bytes even where an answer must be empty. */
const headers = { 'Accept-Encoding': 'gzip' };

test('http/no-content-after-204', async ({ api, admin, cluster }) => {
  await arrange(cluster.asFound());
  const now = await arrange(cluster.knownAsShown());
  const put = (anyJson: object) => api.callRaw('UpdateMFAConfig', { as: admin, anyJson, headers });

  const answers = [await put(now)];
  // A target may answer a PUT that changes something by other code. While MFA is off, the types have no effect.
  if (!now.enabled) {
    const authenticationTypes = configs.setOf(now.authenticationTypes) === 'totp' ? mfa.bothTypes : ['totp'];
    answers.push(await put({ ...now, authenticationTypes }));
    await arrange(cluster.giveBack(now));
  }
  const isRefused = ({ status }: RawAnswer) => status >= 400 && status < 500;
  if (answers.every(isRefused)) arrange.notApplicable('the target refuses a PUT that changes nothing');
  for (const answer of answers) {
    if (answer.status === 204) expect(answer).toHaveNothingAfterHead();
    else if (!isRefused(answer)) throw arrange.failure(`PUT /mfa-config answered ${answer.status}, not 204.`);
  }
});

for (const framing of ['framing', 'length', 'transfer-encoding'] as const)
  test(`http/no-${framing}-of-204`, async ({ api, admin, cluster }) => {
    const anyJson = await arrange(cluster.knownAsShown());
    await arrange(api.callRaw('UpdateMFAConfig', { as: admin, anyJson }));
  });

type Given = Pick<Fixtures, 'api' | 'users' | 'connection'>;

interface Mailing {
  readonly to: string;
  readonly send: () => Promise<RawAnswer>;
}

async function byPassword({ api, users }: Given): Promise<Mailing> {
  const user = users.withMail();
  const json = { username: user.username, password: user.password.reveal(), domain: user.domain };
  await users.whileOn.ready('CreateEmailOtp');
  const options = { as: users.codes.declared(), json, headers };
  return { to: user.email, send: () => api.callRaw('CreateEmailOtp', options) };
}

async function inSession({ api, users }: Given): Promise<Mailing> {
  const user = users.withMail();
  const as = await users.codes.sessionOf(user);
  return { to: user.email, send: () => api.callRaw('SendEmailOtp', { as, headers }) };
}

async function toSupport({ api, connection }: Given): Promise<Mailing> {
  const to = await (await connection.support()).ensureEmail(connection.target.supportUser.email ?? '');
  const as = await connection.admin();
  return { to, send: () => api.callRaw('SendSupportEmailOtp', { as, headers }) };
}

for (const [id, prepared] of [
  ['http/no-content-after-204-of-email-otp', byPassword],
  ['http/no-content-after-204-of-send-email-otp', inSession],
  ['http/no-content-after-204-of-support-email-otp', toSupport],
] as const)
  test(id, async ({ api, users, connection, mail }) => {
    const { to, send } = await arrange(prepared({ api, users, connection }));
    const mark = await arrange(mail.mark());

    const answer = await send();

    if (answer.status !== 204)
      throw arrange.failure(`The request for a mailed code was answered ${answer.status}, not 204.`);
    // The test receives the mail here, so that no other test counts it.
    await mail.codeTo(to, mark).catch(() => undefined);
    expect(answer).toHaveNothingAfterHead();
  });

test('http/head-has-length-of-get', async ({ api, admin }) => {
  const options = { as: admin, headers: { 'Accept-Encoding': 'identity' } };
  const name = 'Content-Length';
  const ask = async (method: 'GET' | 'HEAD') => {
    const answer = await api.callRaw('GetMFAConfig', options, method);
    return { answer, seen: answer.headers['content-length'] };
  };
  const get = await arrange(ask('GET'));
  const head = await ask('HEAD');
  if (head.answer.status !== get.answer.status || get.seen === undefined || head.seen === undefined) return;
  // The configuration may have changed between both requests, or its length may vary.
  const again = [await ask('GET'), await ask('HEAD'), await ask('GET')];
  const isSteady = again.every(({ seen }, at) => seen === (at === 1 ? head : get).seen);
  const claim = { kind: 'field', name, rule: 'as of GET', seen: head.seen } as const;
  demand(head.seen === get.seen || !isSteady, claim, get.answer, head.answer);
});

test('http/head-is-no-server-error', async ({ api, admin }) => {
  const get = await arrange(api.call('GetMFAConfig', { as: admin }));
  if (get.status >= 300) throw arrange.failure(`GET /mfa-config answered ${get.status}.`);

  expect(await api.callRaw('GetMFAConfig', { as: admin }, 'HEAD')).toBeHandled();
});

test('http/nothing-after-the-end', async ({ api, admin }) => {
  for (const options of [admin, anonymous].flatMap((as) => [{ as }, { as, headers }])) {
    expect(await api.callRaw('GetMFAConfig', options)).toEndWhereItSays();
    expect(await api.callRaw('GetSupportMFAConfig', options)).toEndWhereItSays();
  }
  expect(await api.probeRaw('GET', '/of-nobody')).toEndWhereItSays();
});

test('http/refused-body-is-no-next-request', async ({ api, cluster }) => {
  // The body ends like a request, with a blank line. A target that leaves it unread would take it for a second request.
  const body = `${JSON.stringify(await arrange(cluster.readAsShown()))}\r\n\r\n`;

  const options = { as: anonymous, raw: { body }, headers: { Connection: 'keep-alive' } };
  const answer = await api.callRaw('UpdateMFAConfig', options);

  expect(answer).toEndWhereItSays();
});

test('http/head-has-no-content', async ({ api, admin }) => {
  // A refusal, here of anonymous, must have no content either.
  for (const as of [admin, anonymous]) {
    expect(await api.callRaw('GetMFAConfig', { as }, 'HEAD')).toHaveNothingAfterHead();
  }
});
