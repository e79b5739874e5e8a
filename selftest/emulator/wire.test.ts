import { request } from 'node:https';
import { describe, expect, test } from 'vitest';
import { emulate } from './tools.js';

describe('TLS', () => {
  test('the certificate is its own authority, for the address of the base URL', async () => {
    const emulator = await emulate({ tls: true });
    const status = await new Promise((resolve, reject) => {
      const options = { ca: emulator.certificate, headers: { apiKey: emulator.accounts.admin.apiKey } };
      request(`${emulator.baseUrl}/mfa-config`, options, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });

    expect(emulator.baseUrl).toMatch(/^https:/);
    expect(status).toBe(200);
    expect(emulator.targetFile()).toMatchObject({
      tls: { pin: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) },
    });
  });
});
