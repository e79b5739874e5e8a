import { arrange, asItIs, expect, notApplicable, test } from '../../fixtures/index.js';

test('http/refused-write-changes-nothing', async ({ api, admin, cluster, connection, state, allow }) => {
  await arrange(cluster.off());
  const { anyJson } = await arrange(asItIs(connection));
  const shown = await arrange(cluster.readAsShown());
  const before = await arrange(state.snapshot());
  const body = JSON.stringify(anyJson);
  const sent = { as: admin, mayChange: true } as const;
  const probes = allow.disposable
    ? ['POST', 'PATCH'].map((method) => () => api.probe(method, '/mfa-config', { ...sent, anyJson }))
    : [];

  for (const write of [
    ...probes,
    () => api.call('UpdateMFAConfig', { ...sent, raw: { body }, contentType: 'text/plain', mistake }),
    () => api.call('UpdateMFAConfig', { ...sent, raw: { body }, contentType: form, mistake }),
  ]) {
    const answer = await arrange(write());
    const changes = await arrange(state.changesSince(before));
    if (changes.length > 0) await arrange(cluster.giveBack(shown));
    // Other requirements judge accepted ones.
    if (answer.status >= 300) expect(answer).toHaveChangedNothing(changes);
  }
});

test('http/charset-is-no-other-type', async ({ users, cluster }) => {
  await arrange(cluster.off());
  const user = users.withPassword();
  await arrange.login(users.logins.withoutCode(user));

  const { answer } = await users.login(user, { contentType: 'application/json; charset=utf-8' });

  expect(answer).toBeAccepted();
});

test('http/chunked-body-is-read', async ({ api, admin, support }) => {
  await arrange(support.off());
  const json = JSON.stringify(support.withPassword({ enabled: false }));
  const plain = await arrange(support.patch({ enabled: false }));
  if (plain.status >= 300) notApplicable('the target refuses a PATCH of what is so already');

  const answer = await api.callRaw('UpdateSupportMFAConfig', {
    as: admin,
    headers: { 'Transfer-Encoding': 'chunked' },
    raw: { body: `${Buffer.byteLength(json).toString(16)}\r\n${json}\r\n0\r\n\r\n` },
  });

  // RFC 9112 6.3 lets a server require a length.
  if (answer.status !== 411) expect(answer).toBeAccepted();
});

const form = 'application/x-www-form-urlencoded';
const mistake = 'a body of another media type';
