import { describe, expect, test } from 'vitest';
import { call, control, emulate, login, raw } from './tools.js';

describe('the cluster configuration', () => {
  test('is stored as put and read back', async () => {
    const emulator = await emulate();
    const config = { enabled: true, authenticationTypes: ['totp'], retainUserMfaSettings: true };

    const put = await call(emulator, 'PUT /mfa-config', { body: config });

    expect(put.status).toBe(204);
    expect((await call(emulator, 'GET /mfa-config')).body).toEqual(config);
  });

  test.each([
    ['no body', {}],
    ['malformed JSON', { content: '{"enabled":' }],
    ['no object', { body: [true] }],
    ['a text for enabled', { body: { enabled: 'yes' } }],
    ['null for enabled', { body: { enabled: null } }],
    ['an unknown type', { body: { enabled: true, authenticationTypes: ['sms'] } }],
    ['a number for retainUserMfaSettings', { body: { enabled: true, retainUserMfaSettings: 1 } }],
  ])('refuses %s with 400 and keeps what it was', async (_what, options) => {
    const emulator = await emulate();
    const before = (await call(emulator, 'GET /mfa-config')).text;

    const put = await call(emulator, 'PUT /mfa-config', options);

    expect(put.status).toBe(400);
    expect(put.body).toEqual({
      errorCode: expect.any(String),
      message: expect.any(String),
      taskLogId: expect.any(String),
    });
    expect((await call(emulator, 'GET /mfa-config')).text).toBe(before);
  });

  test('forgets the keys of users when switched off without retaining them', async () => {
    const emulator = await emulate({ startState: { clusterMfa: { enabled: true } } });
    await call(emulator, 'POST /totp-key', { body: {} });
    const off = { enabled: false, authenticationTypes: ['totp'], retainUserMfaSettings: false };
    await call(emulator, 'PUT /mfa-config', { body: off });
    await call(emulator, 'PUT /mfa-config', { body: { ...off, enabled: true } });

    const state = await control(emulator, 'GET /state');

    expect(state.body.cluster).toMatchObject({ enabled: true, retainUserMfaSettings: false });
    expect((await login(emulator, 'admin', { otpCode: '123456', otpType: 'totp' })).status).toBe(401);
  });
});

describe('HTTP', () => {
  test('a 204 ends with its header section and has no framing', async () => {
    const emulator = await emulate();

    const answer = await raw(emulator, 'PUT /v2/mfa-config HTTP/1.1', '{"enabled":false}');

    expect(answer).toMatch(/^HTTP\/1\.1 204 [\s\S]*\r\n\r\n$/);
    expect(answer).not.toMatch(/content-length|transfer-encoding|content-type/i);
    expect(answer).toMatch(/\r\ndate: /i);
  });

  test('HEAD has the fields of GET and no content', async () => {
    const emulator = await emulate();

    const answer = await raw(emulator, 'HEAD /v2/mfa-config HTTP/1.1');

    expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*content-length: \d+[\s\S]*\r\n\r\n$/i);
  });

  test.each([
    ['GET /nowhere', 404, 'allow', null],
    ['DELETE /mfa-config', 405, 'allow', 'GET, HEAD, PUT'],
    ['GET /totp-key', 405, 'allow', 'POST'],
    ['OPTIONS /support-user/mfa', 405, 'allow', 'GET, HEAD, PATCH'],
    ['GET /%zz', 400, 'allow', null],
  ])('%s is answered by %i with an Error', async (line, status, field, value) => {
    const emulator = await emulate();

    const answer = await call(emulator, line);

    expect(answer.status).toBe(status);
    expect(answer.headers.get(field)).toBe(value);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.body.message).toEqual(expect.any(String));
  });

  test('another media type is 415, too much content is 413', async () => {
    const emulator = await emulate();
    const content = '{"totpCode":"123456"}';

    const text = await call(emulator, 'POST /support-user/verify-totp', {
      content,
      headers: { 'content-type': 'text/plain' },
    });
    const large = await call(emulator, 'POST /totp-key', { body: { totpKeyName: 'x'.repeat(3_000_000) } });

    expect([text.status, large.status]).toEqual([415, 413]);
    expect(large.body.errorCode).toBe('KBodyTooLarge');
  });

  test('what is not HTTP is answered by 400 with an Error', async () => {
    const emulator = await emulate();

    expect(await raw(emulator, 'BREW / COFFEE')).toMatch(/^HTTP\/1\.1 400 [\s\S]*"errorCode"/);
  });

  test('answers with secrets are not to be stored', async () => {
    const emulator = await emulate();

    const key = await call(emulator, 'POST /totp-key', { body: {} });
    const session = await login(emulator, 'admin');

    expect(key.headers.get('cache-control')).toBe('no-store');
    expect(session.headers.get('cache-control')).toBe('no-store');
  });
});
