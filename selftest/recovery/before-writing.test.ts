import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { ArrangeError } from '../../src/base/errors.js';
import { Journal } from '../../src/target/journal/journal.js';
import { httpServer, listen } from '../cli/servers.js';
import { targetAt } from '../cli/suite.js';
import { connecting } from '../connection/emulated.js';

const found = {
  '/v2/mfa-config': { enabled: true, authenticationTypes: ['totp', 'email'], retainUserMfaSettings: true },
  '/v2/support-user/mfa': { enabled: true, mfaType: 'email', email: 'support@lab.example' },
};

async function watched(bodies: Readonly<Record<string, object>>) {
  const held: unknown[] = [];
  const listener: RequestListener = (request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    if (!['GET', 'OPTIONS'].includes(request.method ?? ''))
      held.push(new Journal(stateDir, target.baseUrl).read());
    response.end(JSON.stringify(bodies[request.url ?? ''] ?? {}));
  };
  const { port } = await listen(httpServer(listener));
  const { open, stateDir, target } = await connecting(targetAt(`http://127.0.0.1:${port}/v2`), 'latest');
  return { connection: await open(), held };
}

describe('the original state is in the journal before', () => {
  test.each([
    ['PUT /mfa-config', 'UpdateMFAConfig', { cluster: found['/v2/mfa-config'] }],
    ['PATCH /support-user/mfa', 'UpdateSupportMFAConfig', { support: found['/v2/support-user/mfa'] }],
    ['PUT /support-user/mfa', 'ConfigureSupportMFAConfig', { support: found['/v2/support-user/mfa'] }],
  ] as const)('%s is sent in any way', async (_name, operation, expected) => {
    for (const way of ['call', 'callRaw'] as const) {
      const { connection, held } = await watched(found);

      await connection.api[way](operation, { raw: { body: '{"enabled":' }, mistake: 'malformed JSON' });

      expect(held, way).toHaveLength(1);
      expect(held[0], way).toMatchObject(expected);
    }
  });

  test('and nothing is sent if it can not be read', async () => {
    const { connection, held } = await watched({ '/v2/mfa-config': { enabled: 'perhaps' } });

    const sent = connection.api.call('UpdateMFAConfig', { json: { enabled: true } });
    await expect(sent).rejects.toThrow(ArrangeError);
    expect(held).toEqual([]);
  });
});
