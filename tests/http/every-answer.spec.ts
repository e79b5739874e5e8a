import { randomUUID } from 'node:crypto';
import type { Answer, Api, Credential, Fixtures, RequirementId } from '../../fixtures/index.js';
import { allCodings, anonymous, arrange, demand, expect, test } from '../../fixtures/index.js';

test('http/coded-answers-vary', async ({ api, admin: as }) => {
  const plain = await arrange(api.call('GetMFAConfig', { as, headers: { 'Accept-Encoding': 'identity' } }));
  const answer = await arrange(api.call('GetMFAConfig', { as, headers: { 'Accept-Encoding': allCodings } }));

  const { 'content-encoding': coding, 'cache-control': caching = '', vary: seen = null } = answer.headers;
  if (coding === plain.headers['content-encoding'])
    arrange.notApplicable('the target compresses nothing on request');
  if (/no-store|private/i.test(caching)) return;
  const isNamed = /(?:^|[\s,])(?:\*|accept-encoding)(?:[\s,]|$)/i.test(seen ?? '');
  demand(isNamed, { kind: 'field', name: 'Vary', rule: 'names Accept-Encoding', seen }, answer);
});

type Provoke = (api: Api, admin: Credential) => Promise<unknown>;

/** Requirements on every answer. Each test causes some answers, and the suite judges all answers of the run. */
const requirements: readonly (readonly [Provoke, ...RequirementId[]])[] = [
  [refusals, 'http/errors-are-error', 'http/errors-say-something', 'http/error-is-declared-json'],
  [refusals, 'security/errors-show-no-internals'],
  [reads, 'http/utf-8', 'http/no-bom', 'http/one-json-text', 'http/unique-members'],
  [reads, 'http/repeated-members-agree', 'http/has-date', 'http/no-redirect'],
  [compressed, 'http/content-is-coded-as-declared'],
  [(api) => api.call('GetMFAConfig'), 'http/401-has-challenge'],
  [wrongLogin, 'security/no-secret-echoed'],
];

/** The answers of each run that several requirements need. */
const provoked = new WeakMap<object, Map<unknown, readonly Answer['exchange'][]>>();

for (const [provoke, ...ids] of requirements)
  for (const id of ids)
    test(id, async ({ api, admin, connection }) => {
      const { recorder } = connection;
      const ofRun = provoked.get(recorder) ?? new Map<unknown, readonly Answer['exchange'][]>();
      const known = ofRun.get(provoke);
      if (known !== undefined) return recorder.adopt(known);
      await arrange(provoke(api, admin));
      provoked.set(recorder, ofRun.set(provoke, [...recorder.exchanges]));
    });

test('http/no-server-error-for-client-mistake', async ({ api, admin }) => {
  const malformed = { as: admin, raw: { body: '{"enabled":' }, mistake: 'malformed JSON' };
  const mistake = 'a path that is not encoded';
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await api.call('UpdateMFAConfig', malformed).catch(() => undefined);
    await api.probe('GET', '/mfa-config%zz', { mistake }).catch(() => undefined);
    await arrange(reads(api, admin));
  }
});

test('http/secrets-are-not-stored', async ({ users, cluster }) => {
  await arrange(cluster.off());
  await arrange(users.login(users.withPassword()));
});

/** Sends an undocumented request. A target might carry it out, so only a disposable one gets it with a credential. */
const deletion = ({ api, admin, allow }: Pick<Fixtures, 'api' | 'admin' | 'allow'>, expects?: 'either') =>
  arrange(api.probe('DELETE', '/mfa-config', { as: allow.disposable ? admin : anonymous, expects }));

test('http/405-is-error', async ({ api, admin, allow }) => {
  const answer = await deletion({ api, admin, allow });

  // Only a 405 of the API itself counts. A gateway would not list the path's methods, and a web server would answer
  // with a page.
  const { allow: methods = '', 'content-type': type = '' } = answer.headers;
  const allowed = methods.split(/[\s,]+/);
  const knowsPath = ['GET', 'PUT'].every((each) => allowed.includes(each)) && !allowed.includes('POST');
  if (answer.status !== 405 || !knowsPath || type.includes('html'))
    arrange.notApplicable('no 405 comes from the API itself');
  const members = ['/errorCode', '/message'].map((pointer) => ({ pointer, rule: 'is a text' }) as const);
  demand(typeof answer.body === 'object', { kind: 'members', any: true, members }, answer);
});

test('http/405-has-allow', async ({ api, admin, allow }) => {
  const answer = await deletion({ api, admin, allow });

  const seen = answer.headers['allow'];
  if (answer.status !== 405 || seen === undefined) return;
  const allowed = seen.split(',').map((method) => method.trim());
  const isWhole = ['GET', 'PUT'].every((method) => allowed.includes(method));
  demand(isWhole, { kind: 'field', name: 'Allow', rule: 'names the methods', seen }, answer);
});

test('support-mfa/hands-out-no-key-unasked', async ({ support }) => {
  await arrange(support.off());
  await arrange(support.patch({ enabled: false }));
});

test('http/retry-after-is-readable', async ({ api, admin, allow }) => {
  await deletion({ api, admin, allow }, 'either');
});

test('security/no-secret-in-head', async ({ api, users, connection }) => {
  await arrange(wrongLogin(api));
  const [user] = connection.target.mail === undefined ? [] : users.allWithMail();
  // Only with the mailed code can the suite tell whether the answer to the request contained it.
  if (user !== undefined) await arrange(users.codes.mailed(user));
});

test('http/writes-refuse-other-media-types', async ({ api, admin, cluster, support }) => {
  await arrange(support.off());
  const config = JSON.stringify(await arrange(cluster.knownAsShown()));
  const off = JSON.stringify(support.withPassword({ enabled: false }));
  for (const contentType of ['text/plain', 'application/x-www-form-urlencoded']) {
    const options = { as: admin, contentType, mistake: `a body of ${contentType}` };
    const put = await api.call('UpdateMFAConfig', { ...options, raw: { body: config } });
    const patch = await api.call('UpdateSupportMFAConfig', { ...options, raw: { body: off } });
    for (const answer of [put, patch]) expect(answer).toBeRefused();
  }
});

test('http/refuses-more-than-one-json-text', async ({ api, admin, cluster }) => {
  const config = JSON.stringify(await arrange(cluster.knownAsShown()));

  for (const more of ['{}', '}', 'x']) {
    const options = { raw: { body: `${config}${more}` }, mistake: 'bytes after the JSON text' };
    expect(await api.call('UpdateMFAConfig', { as: admin, ...options })).toBeRefused();
  }
});

test('http/set-values-keep-their-names', async ({ cluster, support }) => {
  await arrange(support.off());
  await arrange(cluster.put(await cluster.knownAsShown()));
  await arrange(cluster.readAsShown());
});

test('http/refuses-other-media-types', async ({ users }) => {
  const user = users.withPassword();
  // As JSON, the target accepts this body. So it can refuse the requests below only for their media type.
  await arrange.login(users.logins.whileOff(user));

  for (const contentType of ['text/plain', 'application/x-www-form-urlencoded']) {
    expect(await users.login(user, { contentType, mistake: `a body of ${contentType}` })).toBeRefused();
  }
});

async function reads(api: Api, as: Credential): Promise<void> {
  await api.call('GetMFAConfig', { as });
  await api.call('GetSupportMFAConfig', { as });
}

async function compressed(api: Api, admin: Credential): Promise<void> {
  for (const coding of ['gzip', 'deflate', 'br', allCodings]) {
    const headers = { 'Accept-Encoding': coding };
    for (const as of [admin, anonymous]) await api.call('GetMFAConfig', { as, headers });
  }
}

async function refusals(api: Api, as: Credential): Promise<void> {
  await api.call('GetMFAConfig');
  await api.call('UpdateMFAConfig', { as, raw: { body: '{"enabled":' }, mistake: 'malformed JSON' });
}

async function wrongLogin(api: Api): Promise<void> {
  const json = { username: `nobody-${randomUUID()}`, password: randomUUID(), domain: 'LOCAL' };
  await api.call('CreateSession', { json });
}
