import { arrange, expect, test } from '../../fixtures/index.js';

/** Broken off: parsers may take what extends JSON (RFC 8259 9), and this extends nothing. */
const malformed = ['{"totpCode":', '{"a":tr', '{"a'];

test('verify-totp/refuses-missing-body', async ({ api, admin }) => {
  const answer = await api.call('VerifySupportUserTotp', { as: admin, mistake: 'a missing body' });

  // Read as {}, it holds no code, and success false says so.
  expect(answer).toNotVerify();
});

test('verify-totp/refuses-malformed-json', async ({ api, admin }) => {
  for (const body of malformed) {
    const answer = await api.call('VerifySupportUserTotp', {
      as: admin,
      raw: { body },
      mistake: 'malformed JSON',
    });
    expect(answer).toBeRefused();
  }
});

test('verify-totp/wrong-type-is-harmless', async ({ api, admin, support }) => {
  await arrange(support.off());

  for (const totpCode of [123456, true, ['123456'], {}]) {
    const answer = await api.call('VerifySupportUserTotp', {
      as: admin,
      anyJson: { totpCode },
      mistake: 'a wrong type',
    });
    expect(answer).toBeHandled();
    expect(answer).toHaveOther({ success: true });
  }
});

test('totp-key/refuses-missing-body', async ({ api, users }) => {
  const as = await arrange(users.sessions.of(users.withReplaceableTotp()));

  const answer = await api.call('CreateTotpKey', { as, mistake: 'a missing body' });

  expect(answer).toBeRefused();
});

test('totp-key/refuses-malformed-json', async ({ api, users }) => {
  const as = await arrange(users.sessions.of(users.withReplaceableTotp()));

  for (const body of malformed) {
    const answer = await api.call('CreateTotpKey', { as, raw: { body }, mistake: 'malformed JSON' });
    expect(answer).toBeRefused();
  }
});

test('totp-key/wrong-type-is-harmless', async ({ api, users }) => {
  const as = await arrange(users.sessions.of(users.withReplaceableTotp()));

  for (const totpKeyName of [5, true, ['a'], {}]) {
    const answer = await api.call('CreateTotpKey', {
      as,
      anyJson: { totpKeyName },
      mistake: 'a wrong type',
    });
    expect(answer).toBeHandled();
  }
});

test('email-otp/missing-body-is-handled', async ({ api, admin, mail, connection }) => {
  const { email } = connection.target.accounts.admin;
  const mark = await mail.mark();

  const answer = await api.call('CreateEmailOtp', { as: admin, mistake: 'a missing body' });

  expect(answer).toBeHandled();
  // The caller may get a code: it is taken in here, so that no other test wonders about it.
  if (answer.succeeded && email !== undefined) await mail.codeTo(email, mark).catch(() => undefined);
});

test('email-otp/refuses-malformed-json', async ({ api, admin }) => {
  for (const body of malformed) {
    const answer = await api.call('CreateEmailOtp', {
      as: admin,
      raw: { body },
      mistake: 'malformed JSON',
    });
    expect(answer).toBeRefused();
  }
});

test('email-otp/wrong-type-is-harmless', async ({ api, admin }) => {
  for (const username of [5, true, ['a'], {}]) {
    const anyJson = { username, password: 'x', domain: 'LOCAL' };
    const answer = await api.call('CreateEmailOtp', { as: admin, anyJson, mistake: 'a wrong type' });
    expect(answer).toBeHandled();
  }
});

test('sessions/refuses-missing-body', async ({ api }) => {
  const answer = await api.call('CreateSession', { mistake: 'a missing body' });

  expect(answer).toBeRefused();
});

test('sessions/refuses-malformed-json', async ({ api }) => {
  for (const body of malformed) {
    const answer = await api.call('CreateSession', { raw: { body }, mistake: 'malformed JSON' });
    expect(answer).toBeRefused();
  }
});

test('sessions/wrong-type-is-harmless', async ({ api }) => {
  for (const username of [5, true, ['a'], {}]) {
    const anyJson = { username, password: 'x', domain: 'LOCAL' };
    const answer = await api.call('CreateSession', { anyJson, mistake: 'a wrong type' });
    expect(answer).toBeHandled();
    expect(answer).toHaveNone('sessionId');
  }
});

test('access-tokens/refuses-missing-body', async ({ api }) => {
  const answer = await api.call('CreateAccessToken', { mistake: 'a missing body' });

  expect(answer).toBeRefused();
});

test('access-tokens/refuses-malformed-json', async ({ api }) => {
  for (const body of malformed) {
    const answer = await api.call('CreateAccessToken', { raw: { body }, mistake: 'malformed JSON' });
    expect(answer).toBeRefused();
  }
});
