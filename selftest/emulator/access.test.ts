import { describe, expect, test } from 'vitest';
import { call, emulate } from './tools.js';

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
