import { request } from 'node:https';
import { describe, expect, test } from 'vitest';
import { call, emulate, raw } from './tools.js';

describe('faults on the wire', () => {
  test('bytes follow a 204', async () => {
    const emulator = await emulate({ faults: ['http/content-after-204'] });

    const answer = await raw(emulator, 'PUT /v2/mfa-config HTTP/1.1', '{"enabled":false}');

    expect(answer).toMatch(/^HTTP\/1\.1 204 [\s\S]*\r\n\r\n\{"enabled":false/);
  });

  test('HEAD is answered with content', async () => {
    const emulator = await emulate({ faults: ['http/content-on-head'] });

    expect(await raw(emulator, 'HEAD /v2/mfa-config HTTP/1.1')).toMatch(/\r\n\r\n\{"enabled":false/);
  });

  test('two lengths are declared', async () => {
    const emulator = await emulate({ faults: ['http/two-lengths-of-an-error'] });

    const answer = await raw(emulator, 'GET /v2/of-nobody HTTP/1.1');

    expect(answer.match(/^content-length: \d+/gm)).toHaveLength(2);
  });

  test('the connection is dropped', async () => {
    const emulator = await emulate({ faults: ['http/connection-dropped-on-bad-json'] });

    await expect(call(emulator, 'PUT /mfa-config', { content: '{' })).rejects.toThrow('fetch failed');
    expect((await call(emulator, 'PUT /mfa-config', { body: { enabled: false } })).status).toBe(204);
  });

  test('there is no Date', async () => {
    const emulator = await emulate({ faults: ['http/no-date'] });

    expect(await raw(emulator, 'GET /v2/mfa-config HTTP/1.1')).not.toMatch(/\r\ndate:/i);
  });

  test('chunks are well formed', async () => {
    const emulator = await emulate({ variants: ['chunked'] });

    const answer = await call(emulator, 'GET /mfa-config');

    expect(answer.headers.get('content-length')).toBeNull();
    expect(answer.body).toMatchObject({ enabled: false });
  });
});

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
