import type { Credential } from '../../fixtures/index.js';
import {
  anonymous,
  arrange,
  expect,
  mfa,
  operations,
  operationsWith,
  prepared,
  test,
  triggerNames,
  wrong,
} from '../../fixtures/index.js';

const refused = [
  ['refuses-anonymous', (): Credential => anonymous],
  ['refuses-wrong-key', wrong.key],
  ['refuses-wrong-token', wrong.token],
  ['refuses-wrong-session', wrong.session],
] as const;

for (const operation of operationsWith('slug')) {
  for (const [slug, credential] of refused) {
    test(`access/${operations[operation].slug}-${slug}`, async ({ api, connection, state }) => {
      const body = await arrange(prepared(operation, connection));
      const before = await arrange(state.snapshot());

      expect(await api.call(operation, { ...body, as: credential() })).toBeRefused();
      expect(await state.changesSince(before)).toBeNone();
    });
  }
}

test('access/create-email-otp-refuses-wrong-key', async ({ silence }) => {
  const heard = await silence.after(triggerNames.wrongKey);

  // A target may hide which accounts exist: it answers 204 and mails nothing.
  if (heard.answer.status !== 204) expect(heard.answer).toBeRefused();
  expect(heard).toHaveMailed([]);
});

test('access/key-header-in-any-case', async ({ api, connection, admin }) => {
  const key = connection.target.accounts.admin.apiKey?.reveal() ?? '';
  await arrange(api.call('GetMFAConfig', { as: admin }));

  for (const name of ['apikey', 'APIKEY'])
    expect(await api.call('GetMFAConfig', { headers: { [name]: key } })).toBeAccepted();
});

test('access/key-needs-no-code', async ({ api, admin: as, cluster, connection }) => {
  await arrange(cluster.off());
  const reads = ['GetMFAConfig', 'GetSupportMFAConfig'] as const;
  for (const read of reads) await arrange(api.call(read, { as }));
  const users = Object.values(connection.target.accounts).filter(({ role }) => role !== 'admin');
  const key = users.flatMap(({ apiKey }) => apiKey ?? [])[0];
  const others = key && wrong.key(key.reveal());
  const mayRead = others && (await api.call('GetMFAConfig', { as: others })).status < 300;
  await arrange(cluster.on(mfa.bothTypes));

  for (const read of reads) expect(await api.call(read, { as })).toBeAccepted();
  if (mayRead) expect(await api.call('GetMFAConfig', { as: others })).toBeAccepted();
});

test('access/anonymous-reads-nothing-under-mfa', async ({ api, cluster }) => {
  await arrange(cluster.on(mfa.bothTypes));

  for (const [, credential] of refused)
    for (const read of ['GetMFAConfig', 'GetSupportMFAConfig'] as const)
      expect(await api.call(read, { as: credential() })).toBeRefused();
});

test('access/mfa-stays-on-without-privilege', async ({ api, cluster, users, state }) => {
  const viewers = (await arrange.ifItCan(users.sessions.viewerByAllMeans())) ?? [];
  await arrange(cluster.on(mfa.bothTypes));
  const anyJson = { ...(await arrange(cluster.knownAsShown())), enabled: false };
  const before = await arrange(state.snapshot());

  for (const as of [...refused.map(([, credential]) => credential()), ...viewers]) {
    expect(await api.call('UpdateMFAConfig', { as, anyJson })).toBeRefused();
    expect(await state.changesSince(before)).toBeNone();
  }
});

for (const [id, kind, invalid] of [
  ['access/token-in-authorization', 'token', wrong.token],
  ['access/session-id-header', 'id', wrong.session],
] as const)
  test(id, async ({ api, users }) => {
    const as = await arrange<Credential>(users.sessions[kind](users.withPassword()));

    const answer = await api.call('GetMFAConfig', { as });

    // A 403 may be for a missing role. If an invalid credential gets 401, the target accepted this one as valid.
    if (answer.status === 403 && (await api.call('GetMFAConfig', { as: invalid() })).status === 401) return;
    expect(answer).toBeAccepted();
  });
