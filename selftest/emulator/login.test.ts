import { describe, expect, test } from 'vitest';
import type { RunningEmulator } from '../../emulator/emulator.js';
import { advance, call, codeOf, control, emulate, inbox, login, now, wrongCodeOf } from './tools.js';

const mfaOn = { startState: { clusterMfa: { enabled: true, authenticationTypes: ['email', 'totp'] } } };

describe('logins with TOTP codes', () => {
  async function keyOf(emulator?: RunningEmulator) {
    const on = emulator ?? (await emulate(mfaOn));
    const { totpSecretKey } = (await call(on, 'POST /totp-key', { body: {} })).body;
    const loginBy = (otpCode: string) => login(on, 'admin', { otpCode, otpType: 'totp' });
    const code = (steps = 0) => codeOf(on, totpSecretKey, steps);
    const wrong = () => wrongCodeOf(on, totpSecretKey);
    return { on, loginBy, code, wrong };
  }

  test('codes of one step either side are right, of two are not', async () => {
    const { on, loginBy, code } = await keyOf();
    // Moves the clock away from the end of a time step, so that no code gets too old before its use.
    await advance(on, 30 - (((await now(on)) / 1000) % 30) + 1);

    const statuses = [];
    for (const steps of [-2, 2, -1, 1, 0]) statuses.push((await loginBy(await code(steps))).status);

    expect(statuses).toEqual([401, 401, 201, 201, 201]);
  });

  test('a new key voids the older one', async () => {
    const older = await keyOf();
    const newer = await keyOf(older.on);

    expect((await older.loginBy(await older.code())).status).toBe(401);
    expect((await newer.loginBy(await newer.code())).status).toBe(201);
  });

  test('the eleventh code after ten wrong ones must wait 30 seconds of the clock', async () => {
    const { on, loginBy, code, wrong } = await keyOf();
    for (let count = 0; count < 10; count += 1) expect((await loginBy(await wrong())).status).toBe(401);

    const locked = await loginBy(await code());
    await advance(on, 31);

    expect(locked.status).toBe(429);
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(locked.headers.get('retry-after'))).toBeLessThanOrEqual(30);
    expect((await loginBy(await code())).status).toBe(201);
  });

  test('earlier sessions outlive the switch for half a day; tokens by password are refused', async () => {
    const emulator = await emulate();
    const { username, password } = emulator.accounts.admin;
    const session = await login(emulator, 'admin', { domain: 'LOCAL' });
    await call(emulator, 'PUT /mfa-config', { body: { enabled: true, authenticationTypes: ['totp'] } });
    await advance(emulator, 11 * 3600);
    const headers = { 'session-id': String(session.body.sessionId) };

    expect((await call(emulator, 'GET /mfa-config', { key: null, headers })).status).toBe(200);
    expect((await call(emulator, 'POST /access-tokens', { body: { username, password } })).status).toBe(401);
  });
});

test('mailed codes go to the caller if the request names no user', async () => {
  const emulator = await emulate();
  const { count } = await inbox(emulator);

  const statuses = [
    (await call(emulator, 'POST /email-otp')).status,
    (await call(emulator, 'POST /send-email-otp', { key: emulator.accounts.viewer.apiKey })).status,
    (await call(emulator, 'POST /email-otp', { key: null })).status,
  ];

  expect(statuses).toEqual([204, 204, 401]);
  expect((await count(2)).map(({ to }) => to[0])).toEqual(['admin@lab.example', 'viewer@lab.example']);
});

test('mailed codes wait for a listener, and have the date of the clock', async () => {
  const emulator = await emulate();
  await advance(emulator, 40 * 86_400);
  const sent = await call(emulator, 'POST /send-email-otp');

  const { count } = await inbox(emulator);
  const [mail] = await count(1);

  expect(sent.status).toBe(204);
  const date = Date.parse(/^Date: (.*)$/m.exec(mail?.raw ?? '')?.[1] ?? '');
  expect(Math.abs(date - (await now(emulator)))).toBeLessThan(10_000);
});

test('the control port: moves the clock ahead only, and the Date header with it', async () => {
  const emulator = await emulate();
  const before = await now(emulator);

  const moved = await control(emulator, 'POST /clock', { advanceMs: 3_600_000 });
  const refused = await control(emulator, 'POST /clock', { advanceMs: -1 });
  const { headers } = await call(emulator, 'GET /mfa-config');

  expect(Date.parse(String(moved.body.now))).toBeGreaterThanOrEqual(before + 3_600_000);
  expect(refused.status).toBe(400);
  expect(Date.parse(headers.get('date') ?? '')).toBeGreaterThanOrEqual(before + 3_599_000);
});

test('the control port: resets to the start, or to another start', async () => {
  const emulator = await emulate();
  const session = await login(emulator, 'admin');
  await call(emulator, 'PUT /mfa-config', { body: { enabled: true, authenticationTypes: ['totp'] } });

  await control(emulator, 'POST /reset');
  const first = await control(emulator, 'GET /state');
  const headers = { 'session-id': String(session.body.sessionId) };
  const second = await control(emulator, 'POST /reset', {
    clusterMfa: { enabled: true, authenticationTypes: ['email'] },
    supportMfa: { enabled: true, mfaType: 'email', email: 'ops@lab.example' },
  });

  expect(first.body.cluster).toMatchObject({ enabled: false });
  expect((await call(emulator, 'GET /mfa-config', { key: null, headers })).status).toBe(401);
  expect(second.body).toMatchObject({
    cluster: { enabled: true, authenticationTypes: ['email'] },
    support: { enabled: true, mfaType: 'email', email: 'ops@lab.example' },
  });
});
