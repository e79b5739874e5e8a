import type { RequestListener } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ArrangeError } from '../../src/base/errors.js';
import { loadContract } from '../../src/contract/openapi/load.js';
import { readTarget } from '../../src/input/target-file/read.js';
import { Connection } from '../../src/target/connection/connection.js';
import { Journal } from '../../src/target/journal/journal.js';
import { httpServer, listen } from '../cli/servers.js';
import { targetAt, temporaryFolder, writeTarget } from '../cli/suite.js';

const contract = await loadContract('latest');
const found = {
  '/v2/mfa-config': { enabled: true, authenticationTypes: ['totp', 'email'], retainUserMfaSettings: true },
  '/v2/support-user/mfa': { enabled: true, mfaType: 'email', email: 'support@lab.example' },
};

/** A target that answers GET with `bodies` and records the journal's content at each write. */
async function watched(bodies: Readonly<Record<string, object>>) {
  const folder = temporaryFolder();
  const held: unknown[] = [];
  let baseUrl = '';
  const listener: RequestListener = (request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    if (!['GET', 'OPTIONS'].includes(request.method ?? '')) held.push(new Journal(folder, baseUrl).read());
    response.end(JSON.stringify(bodies[request.url ?? ''] ?? {}));
  };
  const { port } = await listen(httpServer(listener));
  baseUrl = `http://127.0.0.1:${port}/v2`;
  const target = readTarget(writeTarget(folder, targetAt(baseUrl)), {});
  const connection = await Connection.open(target, contract, { stateDir: folder });
  onTestFinished(() => connection.close());
  return { connection, held };
}

describe('what was found is in the journal before', () => {
  test.each([
    ['PUT /mfa-config', 'UpdateMFAConfig', { cluster: found['/v2/mfa-config'] }],
    ['PATCH /support-user/mfa', 'UpdateSupportMFAConfig', { support: found['/v2/support-user/mfa'] }],
    ['PUT /support-user/mfa', 'ConfigureSupportMFAConfig', { support: found['/v2/support-user/mfa'] }],
  ] as const)('%s is sent, by whatever way', async (_name, operation, expected) => {
    for (const way of ['call', 'callRaw'] as const) {
      const { connection, held } = await watched(found);

      await connection.api[way](operation, { raw: { body: '{"enabled":' }, mistake: 'malformed JSON' });

      expect(held, way).toHaveLength(1);
      expect(held[0], way).toMatchObject(expected);
    }
  });

  test('and nothing is sent where it can not be told', async () => {
    const { connection, held } = await watched({ '/v2/mfa-config': { enabled: 'perhaps' } });

    await expect(connection.api.call('UpdateMFAConfig', { json: { enabled: true } })).rejects.toThrow(
      ArrangeError,
    );
    expect(held).toEqual([]);
  });
});
