import { describe, expect, test } from 'vitest';
import { call, emulate, login } from './tools.js';

const guarded = [
  'GET /mfa-config',
  'PUT /mfa-config',
  'GET /support-user/mfa',
  'PATCH /support-user/mfa',
  'POST /support-user/verify-totp',
  'POST /support-user/send-email-otp',
  'POST /send-email-otp',
  'POST /totp-key',
];

describe('credentials', () => {
  test.each(guarded)('%s refuses no and wrong credentials, before it looks at the body', async (line) => {
    const emulator = await emulate();
    const content = line.startsWith('GET') ? {} : { content: '{' };

    for (const key of [null, 'nobody']) {
      const answer = await call(emulator, line, { key, ...content });

      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('ApiKey realm="cluster", Bearer realm="cluster"');
    }
  });

  test.each([
    'PUT /mfa-config',
    'PATCH /support-user/mfa',
    'POST /support-user/verify-totp',
    'POST /support-user/send-email-otp',
  ])('%s needs a privilege that the viewer lacks', async (line) => {
    const emulator = await emulate();

    const answer = await call(emulator, line, { key: emulator.accounts.viewer.apiKey, content: '{' });

    expect(answer.status).toBe(403);
  });

  test('a session and a token do what the key does', async () => {
    const emulator = await emulate();
    const { username, password } = emulator.accounts.viewer;
    const session = await login(emulator, 'viewer');
    const token = await call(emulator, 'POST /access-tokens', { body: { username, password }, key: null });

    for (const headers of [
      { 'session-id': String(session.body.sessionId) },
      { Authorization: `${token.body.tokenType} ${token.body.accessToken}` },
    ]) {
      expect((await call(emulator, 'GET /support-user/mfa', { key: null, headers })).status).toBe(200);
      expect((await call(emulator, 'PUT /mfa-config', { key: null, headers })).status).toBe(403);
    }
  });

  test('the sessions of one user end by sid', async () => {
    const emulator = await emulate();
    const [mine, other] = [await login(emulator, 'admin'), await login(emulator, 'other')];
    const get = (session: typeof mine) =>
      call(emulator, 'GET /mfa-config', {
        key: null,
        headers: { 'session-id': String(session.body.sessionId) },
      });

    const forbidden = await call(emulator, 'DELETE /users/sessions', {
      key: emulator.accounts.viewer.apiKey,
    });
    const ended = await call(emulator, 'DELETE /users/sessions');

    expect([forbidden.status, ended.status]).toEqual([403, 204]);
    expect([(await get(mine)).status, (await get(other)).status]).toEqual([401, 401]);
  });
});

describe('releases', () => {
  test('6.6.0d knows neither salesforce nor tokens in Authorization nor taskLogId', async () => {
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

  test.each([
    ['6.6.0d', false, false],
    ['6.8.1', false, false],
    ['7.0', true, false],
    ['7.1', true, false],
    ['7.1.2_u3', true, true],
    ['7.2.1', true, true],
    ['latest', true, true],
  ])('%s: taskLogId %s, otpVerificationState %s', async (release, taskLogId, state) => {
    const emulator = await emulate({ release });

    const refused = await call(emulator, 'GET /mfa-config', { key: null });
    const support = await call(emulator, 'GET /support-user/mfa');

    expect(Object.hasOwn(refused.body, 'taskLogId')).toBe(taskLogId);
    expect(Object.hasOwn(support.body, 'otpVerificationState')).toBe(state);
  });
});
