import { describe, expect, test } from 'vitest';
import { call, control, emulate, login, raw } from './tools.js';

describe('the cluster configuration', () => {
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

  test('malformed HTTP is answered by 400 with an Error', async () => {
    const emulator = await emulate();

    expect(await raw(emulator, 'BREW / COFFEE')).toMatch(/^HTTP\/1\.1 400 [\s\S]*"errorCode"/);
  });
});
