import { notApplicable } from '../../fixtures/not-applicable.js';
import { arrange, arrangeLogin, covers, expect, test } from '../../fixtures/test.js';
import { isSince } from '../../src/contract/releases.js';
import { ArrangeError } from '../../src/errors.js';
import type { Answer, Api } from '../../src/http/api.js';
import { textOf } from '../../src/http/body.js';
import { type Credential, headersOf } from '../../src/http/credential.js';
import { Secret } from '../../src/target/secret.js';

test.describe('A key that is nearly right', () => {
  test(
    'lacking its last character opens nothing',
    covers('access/cut-key-is-refused'),
    async ({ api, connection, admin }) => {
      const key = connection.target.accounts.admin.apiKey?.reveal() ?? '';
      await arrange(api.call('GetMFAConfig', { as: admin }));

      for (const answer of await readsWith(api, key.slice(0, -1))) expect({ answer }).toBeRefused();
    },
  );

  test(
    'with one character more opens nothing',
    covers('access/key-with-more-is-refused'),
    async ({ api, connection, admin }) => {
      const key = connection.target.accounts.admin.apiKey?.reveal() ?? '';
      await arrange(api.call('GetMFAConfig', { as: admin }));

      for (const answer of await readsWith(api, `${key}0`)) expect({ answer }).toBeRefused();
    },
  );
});

test.describe('An access token', () => {
  test(
    'is taken whatever the case of its scheme',
    covers('access/token-scheme-in-any-case'),
    async ({ api, users, cluster }) => {
      await arrange(cluster.off());
      const as = await users.token(users.withPassword());
      await arrangeAccepted(api.call('GetMFAConfig', { as }));
      const [type = '', token = ''] = (headersOf(as)['Authorization'] ?? '').split(' ');

      for (const scheme of [type.toLowerCase(), type.toUpperCase()]) {
        const answer = await api.call('GetMFAConfig', { headers: { Authorization: `${scheme} ${token}` } });
        expect(answer).toBeAccepted();
      }
    },
  );

  test(
    'that nobody issued is answered with a challenge',
    covers('access/wrong-token-has-bearer-challenge'),
    async ({ api }) => {
      const token = new Secret('of-nobody-0123456789');
      const answer = await api.call('GetMFAConfig', { as: { scheme: 'Bearer', tokenType: 'Bearer', token } });
      if (answer.status !== 401) notApplicable(`a wrong token is answered ${answer.status}, not 401`);

      const challenge = answer.headers['www-authenticate'] ?? 'none';
      expect(challenge, 'wanted: WWW-Authenticate with the scheme Bearer').toMatch(/(?:^|,\s*)bearer\b/i);
    },
  );
});

test(
  'A credential in the URL opens nothing',
  covers('access/no-credential-in-url'),
  async ({ api, users, cluster, connection }) => {
    await arrange(cluster.off());
    const user = users.withPassword();
    // Got in this run, and worth nothing after it: what the target file holds never goes into a URL.
    const { session } = await arrangeLogin(users.login(user));
    const { status, body } = isSince(connection.target.release, '7.1.2_u3')
      ? await users.requestToken(user)
      : { status: 404, body: undefined };
    const id = session === undefined ? '' : sessionIdOf(session);
    const queries: Readonly<Record<string, string>>[] = [{ 'session-id': id }, { sessionId: id }];
    const token = status === 201 ? textOf(body, 'accessToken') : undefined;
    if (token !== undefined) queries.push({ access_token: token }, { apiKey: token });

    for (const query of queries) {
      const answer = await api.call('GetMFAConfig', { query });
      expect({ answer }).toBeRefused();
    }
  },
);

/** Both configurations, asked for with a key. */
async function readsWith(api: Api, key: string): Promise<readonly Answer[]> {
  const as: Credential = { scheme: 'APIKeyHeader', key: new Secret(key) };
  return [await api.call('GetMFAConfig', { as }), await api.call('GetSupportMFAConfig', { as })];
}

async function arrangeAccepted(step: Promise<Answer>): Promise<void> {
  const { status } = await step;
  if (status >= 300) throw new ArrangeError(`A new access token was answered ${status}: it opens nothing.`);
}

function sessionIdOf(credential: Credential): string {
  return headersOf(credential)['session-id'] ?? '';
}
