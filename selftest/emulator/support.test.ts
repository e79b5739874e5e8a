import { describe, expect, test } from 'vitest';
import type { RunningEmulator } from '../../emulator/emulator.js';
import { call, emulate } from './tools.js';

const patch = (emulator: RunningEmulator, body: unknown) =>
  call(emulator, 'PATCH /support-user/mfa', { body });
const get = async (emulator: RunningEmulator) => (await call(emulator, 'GET /support-user/mfa')).body;

describe("the support user's MFA by TOTP", () => {
  test('while pending gives a new key and is switched off without a code', async () => {
    const emulator = await emulate();
    const first = await patch(emulator, { enabled: true, mfaType: 'totp' });
    const second = await patch(emulator, { enabled: true, mfaType: 'totp' });

    const off = await patch(emulator, { enabled: false });

    expect(second.body.totpSecretKey).not.toBe(first.body.totpSecretKey);
    expect(off.status).toBe(200);
    expect(off.body).toMatchObject({ enabled: false, mfaType: null, otpVerificationState: 'kNotStarted' });
  });
});

describe("the support user's MFA by e-mail", () => {
  const enable = { enabled: true, mfaType: 'email', email: 'support@lab.example' };

  test('can be found switched on', async () => {
    const emulator = await emulate({
      startState: { supportMfa: enable as { enabled: true; mfaType: 'email' } },
    });

    expect(await get(emulator)).toMatchObject(enable);
    expect((await patch(emulator, { enabled: false })).status).toBe(403);
  });

  test('in 6.6.0d needs no code at all', async () => {
    const emulator = await emulate({ release: '6.6.0d' });
    await patch(emulator, enable);

    expect((await patch(emulator, { email: 'other@lab.example' })).body).toEqual({
      ...enable,
      email: 'other@lab.example',
    });
    expect((await patch(emulator, { enabled: false })).status).toBe(200);
  });
});
