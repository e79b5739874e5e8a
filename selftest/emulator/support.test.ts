import { describe, expect, test } from 'vitest';
import type { RunningEmulator } from '../../emulator/emulator.js';
import { call, codeIn, codeOf, emulate, inbox, wrongCodeOf } from './tools.js';

const patch = (emulator: RunningEmulator, body: unknown) =>
  call(emulator, 'PATCH /support-user/mfa', { body });
const verify = (emulator: RunningEmulator, totpCode: unknown) =>
  call(emulator, 'POST /support-user/verify-totp', { body: { totpCode } });
const get = async (emulator: RunningEmulator) => (await call(emulator, 'GET /support-user/mfa')).body;

describe("the support user's MFA by TOTP", () => {
  test('hands out a key once and is pending, failed, verified', async () => {
    const emulator = await emulate();

    const on = await patch(emulator, { enabled: true, mfaType: 'totp' });
    const secret = on.body.totpSecretKey;

    expect(on.body).toEqual({
      enabled: true,
      mfaType: 'totp',
      email: null,
      otpVerificationState: 'kPending',
      accountName: expect.any(String),
      totpSecretKey: expect.stringMatching(/^[A-Z2-7]{32}$/),
      totpUri: expect.stringContaining(`secret=${secret}&`),
    });
    expect(Object.keys(await get(emulator))).toEqual(['enabled', 'mfaType', 'email', 'otpVerificationState']);
    expect((await verify(emulator, await wrongCodeOf(emulator, secret))).body.success).toBe(false);
    expect(await get(emulator)).toMatchObject({ otpVerificationState: 'kFailure' });
    const code = await codeOf(emulator, secret);
    expect((await verify(emulator, code)).body).toEqual({ success: true });
    expect((await verify(emulator, code)).body).toMatchObject({ success: false });
    expect(await get(emulator)).toMatchObject({ otpVerificationState: 'kSuccess' });
  });

  test('once verified, needs a code to be switched off or enrolled again', async () => {
    const emulator = await emulate();
    const { body } = await patch(emulator, { enabled: true, mfaType: 'totp' });
    await verify(emulator, await codeOf(emulator, body.totpSecretKey));
    const wrong = await wrongCodeOf(emulator, body.totpSecretKey);

    const without = await patch(emulator, { enabled: false });
    const withWrong = await patch(emulator, { enabled: false, mfaCode: wrong });
    const toEmail = await patch(emulator, { enabled: true, mfaType: 'email', email: 'x@lab.example' });
    const again = await patch(emulator, { enabled: true, mfaType: 'totp' });

    expect([without.status, withWrong.status, toEmail.status]).toEqual([403, 403, 403]);
    expect(again.status).toBe(200);
    expect(again.body).not.toHaveProperty('totpSecretKey');
    expect(await get(emulator)).toMatchObject({ enabled: true, otpVerificationState: 'kSuccess' });
    const mfaCode = await codeOf(emulator, body.totpSecretKey, 1);
    expect((await patch(emulator, { enabled: false, mfaCode })).body).toMatchObject({ enabled: false });
  });

  test('while pending gives a new key and is switched off without a code', async () => {
    const emulator = await emulate();
    const first = await patch(emulator, { enabled: true, mfaType: 'totp' });
    const second = await patch(emulator, { enabled: true, mfaType: 'totp' });

    const off = await patch(emulator, { enabled: false });

    expect(second.body.totpSecretKey).not.toBe(first.body.totpSecretKey);
    expect(off.status).toBe(200);
    expect(off.body).toMatchObject({ enabled: false, mfaType: null, otpVerificationState: 'kNotStarted' });
  });

  test.each([
    ['null', null, 400],
    ['a number', 123456, 400],
    ['a text too short', '12345', 200],
    ['other digits', '١٢٣٤٥٦', 200],
    ['nothing', '', 200],
  ])('takes %s for no code', async (_what, code, status) => {
    const emulator = await emulate();
    await patch(emulator, { enabled: true, mfaType: 'totp' });

    const answer = await verify(emulator, code);

    expect(answer.status).toBe(status);
    expect(answer.body.success).not.toBe(true);
  });

  test('without enrolment nothing is verified', async () => {
    const emulator = await emulate();

    expect((await verify(emulator, '123456')).status).toBe(400);
  });
});

describe("the support user's MFA by e-mail", () => {
  const enable = { enabled: true, mfaType: 'email', email: 'support@lab.example' };

  test('needs an address', async () => {
    const emulator = await emulate();

    expect((await patch(emulator, { enabled: true, mfaType: 'email' })).status).toBe(400);
    expect((await patch(emulator, { ...enable, email: 'nowhere' })).status).toBe(400);
    expect((await patch(emulator, { enabled: true })).status).toBe(400);
    expect((await call(emulator, 'POST /support-user/send-email-otp')).status).toBe(400);
  });

  test('is changed and switched off with mailed codes only', async () => {
    const emulator = await emulate();
    const { count } = await inbox(emulator);
    const send = () => call(emulator, 'POST /support-user/send-email-otp');
    const set = await patch(emulator, enable);

    const refused = [
      await patch(emulator, { enabled: false }),
      await patch(emulator, { email: 'other@lab.example' }),
      await patch(emulator, { enabled: false, mfaCode: '' }),
    ];
    expect((await send()).status).toBe(204);
    const [first] = await count(1);
    const moved = await patch(emulator, { email: 'other@lab.example', mfaCode: codeIn(first) });
    const replayed = await patch(emulator, { enabled: false, mfaCode: codeIn(first) });
    await send();
    const second = (await count(2))[1];
    const off = await patch(emulator, { enabled: false, mfaCode: codeIn(second) });

    expect(set.body).toEqual({ ...enable, otpVerificationState: 'kNotStarted' });
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(first?.to).toEqual(['support@lab.example']);
    expect(moved.body).toMatchObject({ enabled: true, mfaType: 'email', email: 'other@lab.example' });
    expect(replayed.status).toBe(403);
    expect(second?.to).toEqual(['other@lab.example']);
    expect(off.body).toMatchObject({ enabled: false, email: null });
  });

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
