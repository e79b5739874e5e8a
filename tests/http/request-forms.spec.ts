import type { Answer } from '../../fixtures/index.js';
import { arrange, asItIs, configs, demand, expect, missingOperations, test } from '../../fixtures/index.js';

test('http/unknown-is-no-success', async ({ api, admin, allow }) => {
  for (const path of ['/mfa-config-of-nobody', '/support-user/mfa/of-nobody', '/of-nobody']) {
    expect(await api.probe('GET', path, { as: admin, mistake: 'an unknown path' })).toBeNoSuccess();
  }
  // A target might carry out an undocumented method. So only a disposable target gets it with a credential.
  for (const [method, path] of senseless) {
    const options = { ...(allow.disposable && { as: admin }), mistake: `an undocumented ${method}` };
    expect(await api.probe(method, path, options)).toBeNoSuccess();
  }
});

test('http/documented-operations-are-there', async ({ api, admin, learned }) => {
  const missing = await missingOperations(api, admin, learned);

  demand(missing.length === 0, { kind: 'handled', least: 'there' }, ...missing);
});

test('http/trace-shows-no-header', async ({ api }) => {
  const marker = 'shown-to-nobody-7f1c';
  const headers = { 'X-Probe': marker };

  const answer = await arrange.ifAnswered(api.probeRaw('TRACE', '/mfa-config', { headers }));

  const isEchoed = answer !== undefined && answer.status < 300 && answer.rest.includes(marker);
  demand(!isEchoed, { kind: 'field', name: 'X-Probe', rule: 'is not echoed', seen: marker }, answer);
});

test('http/no-credentials-for-foreign-origins', async ({ api, admin, connection }) => {
  const { hostname } = new URL(connection.target.baseUrl);
  const preflight = { 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'apikey' };
  for (const origin of ['https://pages.example', `https://${hostname}.pages.example`, 'null']) {
    const answers = [
      await api.call('GetMFAConfig', { as: admin, headers: { Origin: origin } }),
      await api.probe('OPTIONS', '/mfa-config', { headers: { Origin: origin, ...preflight } }),
    ];
    for (const answer of answers) {
      const { 'access-control-allow-origin': allowed, 'access-control-allow-credentials': credentials } =
        answer.headers;
      const isOpen = allowed === origin && credentials === 'true';
      const name = 'Access-Control-Allow-Origin';
      demand(!isOpen, { kind: 'field', name, rule: 'allows no credentials', seen: origin }, answer);
    }
  }
});

/** A target that throttles writes is expected to refuse at least one of this many. */
const mostWrites = 12;

test('http/throttled-write-changes-nothing', async ({ cluster, state }) => {
  if ((await arrange(cluster.found())).enabled) arrange.notApplicable('cluster MFA was found on');
  await arrange(cluster.off());
  let stored = await arrange(cluster.read());
  const shown = () => arrange(state.clusterOnce(stored));
  for (let n = 0; n < mostWrites; n += 1) {
    const body = { ...stored, authenticationTypes: n % 2 === 0 ? ['email'] : ['totp'] };
    const { status } = await cluster.putAny(body, undefined, { expects: 'either, or 503' });
    if (status < 300) stored = body;
    if (status < 300 && n === 0 && !configs.sameCluster(await shown(), body))
      arrange.notApplicable('GET does not show authenticationTypes while MFA is off');
    if (![429, 503].includes(status)) continue;
    expect(await shown()).toHaveMembers({ authenticationTypes: stored.authenticationTypes });
    return;
  }
  arrange.notApplicable(`none of ${mostWrites} writes was answered 429 or 503`);
});

test('http/parallel-reads-succeed', async ({ api, admin }) => {
  await arrange(api.call('GetMFAConfig', { as: admin }));
  const failed: Answer[] = [];
  for (let round = 0; round < 3; round += 1) {
    const answers = await Promise.all([1, 2, 3].map(() => api.call('GetMFAConfig', { as: admin })));
    failed.push(...answers.filter(({ status }) => status >= 500).slice(0, 1));
  }
  // A single failure may be an accident, so two count.
  const [, again] = failed;
  demand(again === undefined, { kind: 'handled', least: 'no server error' }, again);
});

/** Methods that no release has for these paths. They do no harm, even if a target carries them out. */
const senseless = [
  ['DELETE', '/email-otp'],
  ['DELETE', '/support-user/verify-totp'],
  ['PUT', '/send-email-otp'],
] as const;

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
    const answer = await arrange<Answer>(write());
    const changes = await arrange(state.changesSince(before));
    if (changes.length > 0) await arrange(cluster.giveBack(shown));
    // Other requirements judge accepted bodies.
    if (answer.status >= 300) expect(answer).toHaveChangedNothing(changes);
  }
});

test('http/charset-is-no-other-type', async ({ users }) => {
  const user = users.withPassword();
  await arrange.login(users.logins.whileOff(user));

  const { answer } = await users.login(user, { contentType: 'application/json; charset=utf-8' });

  expect(answer).toBeAccepted();
  // JSON has no charset parameter. A target may ignore it, so the test ignores this answer.
  const contentType = 'application/json; charset=iso-8859-1';
  await users.login(user, { contentType, mistake: 'another charset' });
});

test('http/chunked-body-is-read', async ({ api, admin, support }) => {
  await arrange(support.off());
  const json = JSON.stringify(support.withPassword({ enabled: false }));
  const plain = await arrange(support.patch({ enabled: false }));
  if (plain.status >= 300) arrange.notApplicable('the target refuses a PATCH that changes nothing');

  const answer = await api.callRaw('UpdateSupportMFAConfig', {
    as: admin,
    headers: { 'Transfer-Encoding': 'chunked' },
    raw: { body: `${Buffer.byteLength(json).toString(16)}\r\n${json}\r\n0\r\n\r\n` },
  });

  // A server may require a length (RFC 9112 6.3).
  if (answer.status !== 411) expect(answer).toBeAccepted();
});

const form = 'application/x-www-form-urlencoded';
const mistake = 'a body of another media type';
