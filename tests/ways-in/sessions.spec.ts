import { randomUUID } from 'node:crypto';
import type { Connection, Credential } from '../../fixtures/index.js';
import { arrange, demand, expect, mfa, test, textIn, textOf, wrong } from '../../fixtures/index.js';

const aDayMs = 25 * 3_600_000;

test('ways-in/session-id-is-not-the-clients', async ({ api, users }) => {
  const chosen = randomUUID();
  const headers = { 'session-id': chosen, Cookie: `session-id=${chosen}; login-session=${chosen}` };

  const user = users.withPassword();
  // Just after MFA was switched off, the target may still ask for a code. So whileOff repeats the login.
  await arrange.login(users.logins.whileOff(user));

  // A target may refuse unknown members, or invalid credentials beside a password.
  const named = await users.login(user, { headers, members: { sessionId: chosen } });
  const { answer } = named.session === undefined ? await users.login(user, { headers }) : named;

  const isTaken = textOf(answer.body, 'sessionId') === chosen;
  demand(!isTaken, { kind: 'differ', pointer: '/sessionId', with: 'the request' }, answer);
  expect(await api.call('GetMFAConfig', { as: wrong.session(chosen) })).toBeRefused();
});

for (const [id, open] of [
  ['ways-in/session-ends-within-a-day', 'id'],
  ['ways-in/token-ends-within-a-day', 'token'],
] as const)
  test(id, async ({ api, users, connection }) => {
    onlyByClock(connection);
    const user = users.withPassword();
    const as = await arrange<Credential>(users.sessions[open](user));
    await arrange.success(api.call('GetMFAConfig', { as }));
    await arrange(connection.clock.advance(aDayMs));

    expect(await api.call('GetMFAConfig', { as })).toBeRefused();
    // Each operation may check credentials itself. A new key replaces the user's, so only if allowed.
    expect(await api.call('SendEmailOtp', { as })).toBeRefused();
    const json = { totpKeyName: 'mfa-conformance' };
    if (users.allWithReplaceableTotp().some(({ role }) => role === user.role))
      expect(await api.call('CreateTotpKey', { as, json })).toBeRefused();
  });

test('ways-in/code-is-needed-a-day-later', async ({ users, cluster, connection }) => {
  onlyByClock(connection);
  const { user, authenticator } = await arrange(users.enrolled());
  await arrange(connection.clock.advance(aDayMs));

  expect(await users.login(user)).toBeRefused();
  expect(await users.logins.byCode(user, authenticator)).toOpenSession();
  expect(await cluster.read()).toHaveMembers({ enabled: true });
});

test('ways-in/support-code-is-needed-a-day-later', async ({ support, connection }) => {
  onlyByClock(connection);
  await arrange(support.verified());
  await arrange(connection.clock.advance(aDayMs));

  await expect.kept(support, mfa.totpOn, [mfa.off({})]);
});

test('ways-in/reference-ends-within-a-day', async ({ support, codes, connection }) => {
  onlyByClock(connection);
  const { authenticator } = await arrange(support.onByTotp());
  const toDisable = { purpose: 'DisableMfa', supportUserPassword: support.password ?? null } as const;
  const answer = await support.verify(await codes.unused(authenticator), toDisable);
  const referenceId = textIn(answer.fields.referenceId);
  if (referenceId === undefined)
    throw arrange.failure(`The target issued no referenceId: it answered ${answer.status}.`);
  await arrange(connection.clock.advance(aDayMs));

  await expect.kept(support, mfa.totpOn, [mfa.off({ referenceId })]);
});

/** Ends the test without clock control, because it would take a day. */
function onlyByClock({ clock }: Connection): void {
  if (!clock.canMove)
    arrange.notRun("takes a day, because the suite can't move the target's clock (clock.control)");
}
