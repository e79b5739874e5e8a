import { expect, test } from 'vitest';
import type { RunningEmulator } from '../../emulator/emulator.js';
import { call, control, emulate, login, raw } from './tools.js';

test('releases 6.6.0d knows neither salesforce nor tokens in Authorization nor taskLogId', async () => {
  const emulator = await emulate({ release: '6.6.0d' });
  const { username, password } = emulator.accounts.admin;
  const token = await call(emulator, 'POST /accessTokens', { body: { username, password }, key: null });
  const headers = { Authorization: `Bearer ${token.body.accessToken}` };

  const byToken = await call(emulator, 'GET /mfa-config', { key: null, headers });
  const salesforce = await call(emulator, 'PUT /mfa-config', {
    body: { enabled: false, authenticationTypes: ['salesforce'] },
  });

  expect(token.status).toBe(201);
  expect(byToken.status).toBe(401);
  expect(Object.keys(byToken.body)).toEqual(['errorCode', 'message']);
  expect(byToken.headers.get('www-authenticate')).toBe('ApiKey realm="cluster"');
  expect(salesforce.status).toBe(400);
  expect((await call(emulator, 'POST /access-tokens', { body: { username, password } })).status).toBe(404);
});

test('the cluster configuration forgets the keys of users when switched off without retaining them', async () => {
  const emulator = await emulate({ startState: { clusterMfa: { enabled: true } } });
  await call(emulator, 'POST /totp-key', { body: {} });
  const off = { enabled: false, authenticationTypes: ['totp'], retainUserMfaSettings: false };
  await call(emulator, 'PUT /mfa-config', { body: off });
  await call(emulator, 'PUT /mfa-config', { body: { ...off, enabled: true } });

  const state = await control(emulator, 'GET /state');

  expect(state.body.cluster).toMatchObject({ enabled: true, retainUserMfaSettings: false });
  expect((await login(emulator, 'admin', { otpCode: '123456', otpType: 'totp' })).status).toBe(401);
});

test.each([
  ['GET /nowhere', 404, 'allow', null],
  ['DELETE /mfa-config', 405, 'allow', 'GET, HEAD, PUT'],
  ['GET /totp-key', 405, 'allow', 'POST'],
  ['OPTIONS /support-user/mfa', 405, 'allow', 'GET, HEAD, PATCH'],
  ['GET /%zz', 400, 'allow', null],
])('HTTP: %s is answered by %i with an Error', async (line, status, field, value) => {
  const emulator = await emulate();

  const answer = await call(emulator, line);

  expect(answer.status).toBe(status);
  expect(answer.headers.get(field)).toBe(value);
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(answer.body.message).toEqual(expect.any(String));
});

test('HTTP: another media type is 415, too much content is 413', async () => {
  const emulator = await emulate();
  const content = '{"totpCode":"123456"}';

  const headers = { 'content-type': 'text/plain' };
  const text = await call(emulator, 'POST /support-user/verify-totp', { content, headers });
  const large = await call(emulator, 'POST /totp-key', { body: { totpKeyName: 'x'.repeat(3_000_000) } });

  expect([text.status, large.status]).toEqual([415, 413]);
  expect(large.body.errorCode).toBe('KBodyTooLarge');
});

test('HTTP: malformed HTTP is answered by 400 with an Error', async () => {
  const emulator = await emulate();

  expect(await raw(emulator, 'BREW / COFFEE')).toMatch(/^HTTP\/1\.1 400 [\s\S]*"errorCode"/);
});

const patch = (emulator: RunningEmulator, body: unknown) =>
  call(emulator, 'PATCH /support-user/mfa', { body });

test("the support user's MFA by TOTP returns a new key and is switched off without a code while pending", async () => {
  const emulator = await emulate();
  const first = await patch(emulator, { enabled: true, mfaType: 'totp' });
  const second = await patch(emulator, { enabled: true, mfaType: 'totp' });

  const off = await patch(emulator, { enabled: false });

  expect(second.body.totpSecretKey).not.toBe(first.body.totpSecretKey);
  expect(off.status).toBe(200);
  expect(off.body).toMatchObject({ enabled: false, mfaType: null, otpVerificationState: 'kNotStarted' });
});

const enable = { enabled: true, mfaType: 'email', email: 'support@lab.example' };

test("the support user's MFA by e-mail in 6.6.0d needs no code at all", async () => {
  const emulator = await emulate({ release: '6.6.0d' });
  await patch(emulator, enable);

  const email = 'other@lab.example';
  expect((await patch(emulator, { email })).body).toEqual({ ...enable, email });
  expect((await patch(emulator, { enabled: false })).status).toBe(200);
});
