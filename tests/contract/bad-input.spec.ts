import type { Answer, Credential, Fixtures } from '../../fixtures/index.js';
import { anonymous, arrange, expect, test } from '../../fixtures/index.js';

/** Truncated: parsers may accept extensions of JSON (RFC 8259 9), and this is none. */
const malformed = ['{"totpCode":', '{"a":tr', '{"a'];
const notTexts = [5, true, ['a'], {}];

type Given = Pick<Fixtures, 'connection' | 'users'>;
type By = (given: Given) => Promise<Credential>;

const byAdmin: By = ({ connection }) => connection.admin();
const byUser: By = ({ users }) => users.sessions.of(users.withReplaceableTotp());
const byNobody: By = () => Promise.resolve(anonymous);

const refusing = [
  { area: 'verify-totp', operation: 'VerifySupportUserTotp', by: byAdmin },
  { area: 'totp-key', operation: 'CreateTotpKey', by: byUser },
  { area: 'sessions', operation: 'CreateSession', by: byNobody },
  { area: 'access-tokens', operation: 'CreateAccessToken', by: byNobody },
] as const;

for (const { area, operation, by } of refusing)
  test(`${area}/refuses-missing-body`, async ({ api, connection, users }) => {
    const as = await arrange(by({ connection, users }));

    const answer = await api.call(operation, { as, mistake: 'a missing body' });

    // A target may read it as {}, which holds no code, and answer success false.
    if (area === 'verify-totp') expect(answer).toNotVerify();
    else expect(answer).toBeRefused();
  });

for (const { area, operation, by } of [
  refusing[0],
  refusing[1],
  { area: 'email-otp', operation: 'CreateEmailOtp', by: byAdmin } as const,
  refusing[2],
  refusing[3],
])
  test(`${area}/refuses-malformed-json`, async ({ api, connection, users }) => {
    const as = await arrange(by({ connection, users }));

    for (const body of malformed)
      expect(await api.call(operation, { as, raw: { body }, mistake: 'malformed JSON' })).toBeRefused();
  });

const asCode = [123456, true, ['123456'], {}].map((totpCode) => ({ totpCode }));
const asName = notTexts.map((totpKeyName) => ({ totpKeyName }));
const asUser = notTexts.map((username) => ({ username, password: 'x', domain: 'LOCAL' }));
const opensNothing = (answer: Answer) => expect(answer).toHaveNone('sessionId');
const verifiesNothing = (answer: Answer) => expect(answer).toHaveOther({ success: true });

for (const [id, operation, by, bodies, isHarmless] of [
  ['verify-totp/wrong-type-is-harmless', 'VerifySupportUserTotp', whileOff, asCode, verifiesNothing],
  ['totp-key/wrong-type-is-harmless', 'CreateTotpKey', byUser, asName],
  ['email-otp/wrong-type-is-harmless', 'CreateEmailOtp', byAdmin, asUser],
  ['sessions/wrong-type-is-harmless', 'CreateSession', byNobody, asUser, opensNothing],
] as const)
  test(id, async ({ api, connection, users }) => {
    const as = await arrange(by({ connection, users }));

    for (const anyJson of bodies) {
      const answer = await api.call(operation, { as, anyJson, mistake: 'a wrong type' });
      expect(answer).toBeHandled();
      isHarmless?.(answer);
    }
  });

test('email-otp/missing-body-is-handled', async ({ api, admin, mail, connection }) => {
  const { email } = connection.target.accounts.admin;
  const mark = await mail.mark();

  const answer = await api.call('CreateEmailOtp', { as: admin, mistake: 'a missing body' });

  expect(answer).toBeHandled();
  // The caller may get a code; receiving it here keeps it from surprising another test.
  if (answer.succeeded && email !== undefined) await mail.codeTo(email, mark).catch(() => undefined);
});

async function whileOff({ connection }: Given): Promise<Credential> {
  await (await connection.support()).off();
  return connection.admin();
}
