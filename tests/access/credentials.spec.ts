import { wrongKey, wrongSession, wrongToken } from '../../fixtures/nobodys.js';
import { changesSince, snapshot } from '../../fixtures/snapshot.js';
import { arrange, expect, test } from '../../fixtures/test.js';
import { triggerNames } from '../../fixtures/triggers.js';
import type { Answer, Api } from '../../src/target/connection/api.js';
import { anonymous, type Credential } from '../../src/wire/http/credential.js';
import { guarded, prepared } from './operations.js';

/** By the ends of their requirements' ids. */
const refused = [
  ['refuses-anonymous', (): Credential => anonymous],
  ['refuses-wrong-key', wrongKey],
  ['refuses-wrong-token', wrongToken],
  ['refuses-wrong-session', wrongSession],
] as const;

for (const operation of guarded) {
  for (const [slug, credential] of refused) {
    test(`access/${operation.slug}-${slug}`, async ({ api, cluster, support, connection }) => {
      const body = await arrange(prepared(operation.id, connection));
      const before = await arrange(snapshot(cluster, support));

      const answer = await api.call(operation.id, { ...body, as: credential() });

      expect(answer).toBeRefused();
      expect(await changesSince(before, cluster, support)).toBeNone();
    });
  }
}

test('access/create-email-otp-refuses-wrong-key', async ({ silence }) => {
  const heard = await silence.after(triggerNames.wrongKey);

  // Hiding which accounts exist, a target may answer 204 and mail nothing.
  if (heard.answer.status !== 204) expect(heard.answer).toBeRefused();
  expect(heard).toHaveMailed([]);
});

test('access/key-header-in-any-case', async ({ api, connection, admin }) => {
  const key = connection.target.accounts.admin.apiKey?.reveal() ?? '';
  await arrange(api.call('GetMFAConfig', { as: admin }));

  const lower = await api.call('GetMFAConfig', { headers: { apikey: key } });
  const upper = await api.call('GetMFAConfig', { headers: { APIKEY: key } });

  expect(lower).toBeAccepted();
  expect(upper).toBeAccepted();
});

test('access/token-in-authorization', async ({ api, users, cluster }) => {
  await arrange(cluster.off());
  const as = await users.token(users.withPassword());

  const answer = await api.call('GetMFAConfig', { as });

  if (await isForWantOfRole(api, answer, wrongToken())) return;
  expect(answer).toBeAccepted();
});

test('access/session-id-header', async ({ api, users, cluster }) => {
  await arrange(cluster.off());
  const as = await arrange(users.sessionId(users.withPassword()));

  const answer = await api.call('GetMFAConfig', { as });

  if (await isForWantOfRole(api, answer, wrongSession())) return;
  expect(answer).toBeAccepted();
});

/** Who is told 403, where nobody's credential is answered otherwise, was known by theirs, and only may not read. */
async function isForWantOfRole(api: Api, { status }: Answer, as: Credential): Promise<boolean> {
  return status === 403 && (await api.call('GetMFAConfig', { as })).status === 401;
}
