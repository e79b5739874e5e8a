import type { Codes, Enrolment, LoginOptions, User, Users } from '../../fixtures/index.js';
import { arrange, expect, hasSid, test } from '../../fixtures/index.js';

const otherType = { type: 'salesforce', code: '000000' };

test('totp-login/accepts-current-code', async ({ users, codes, facts }) => {
  const { user, authenticator } = await arrange(users.plainEnrolled());

  expect(await users.logins.byCode(user, authenticator)).toOpenSession();
  await facts.measure('newKeyRetiresOlder', () => retiresOlder(users, user, codes));
  await facts.measure('otpTypeInCapitals', () => accepts(users, user, codes, 'TOTP'));
  await facts.measure('codeWithoutOtpType', () => accepts(users, user, codes));
});

test('totp-key/used-key-is-not-given-again', async ({ users }) => {
  const { user, answer, authenticator } = await arrange(users.enrolled());
  // A target may return the same key again until it was used.
  await arrange.login(users.logins.byCode(user, authenticator, { expects: 'accepted' }));

  const newer = await arrange(users.codes.enrol(user));

  expect(newer.answer).not.toHoldTheSecretOf(answer);
});

test('totp-login/refuses-password-alone', async ({ users, facts, api }) => {
  const { user } = await arrange(users.enrolled());

  const logins = [{ role: user.role, login: await users.login(user) }];
  // Every account that may be enrolled, including the admin's.
  for (const other of users.allWithReplaceableTotp().filter(({ role }) => role !== user.role)) {
    await arrange(users.codes.enrol(other));
    await arrange(users.switchedOn(other));
    logins.push({ role: other.role, login: await users.login(other) });
  }
  const open = logins.filter(({ login }) => login.session !== undefined).map(({ role }) => role);
  if (open.length > 0 && open.length < logins.length) facts.note('accountsWithoutCode', open);
  for (const { login } of logins) expect(login).toBeRefused();
  // A key requested by an API key, and not used yet, must require codes as well.
  const keyed = users.allWithReplaceableTotp().find(({ apiKey }) => apiKey !== undefined);
  if (keyed?.apiKey !== undefined) {
    const as = { scheme: 'APIKeyHeader', key: keyed.apiKey } as const;
    await api.call('CreateTotpKey', { as, anyJson: { totpKeyName: 'mfa-conformance' } });
    expect(await users.login(keyed)).toBeRefused();
  }
  for (const alone of [[{ domain: '' }], [{ type: 'totp' }, { type: 'email' }], [otherType]]) {
    for (const without of alone) expect(await users.login(user, without)).toBeRefused();
    // Shows that logins work, and ends the attempt series before it locks the account.
    await arrange.login(users.logins.byNewKey(user));
  }
  // Twice: the target may end the first session, to keep to a limit.
  for (let n = 0; n < 2; n += 1) {
    const { handedOut, answer } = await users.login(user);
    if (handedOut?.scheme !== 'SessionIdHeader') return;
    await arrange.login(users.logins.byNewKey(user));
    const { session } = await users.logins.openedBy(user, handedOut.id.reveal());
    expect(session === undefined ? [] : [{ name: 'its session, later', answer }]).toBeShut();
  }
});

type Attempts = (codes: Codes, enrolment: Enrolment) => readonly LoginOptions[] | Promise<LoginOptions[]>;

const distant =
  (steps: number): Attempts =>
  (codes, { authenticator }) => [
    { code: codes.distant(authenticator, steps) ?? codes.distant(authenticator, steps * 2) ?? '' },
  ];
const ofRight =
  (of: (code: string, user: User) => LoginOptions): Attempts =>
  async (codes, { user, authenticator }) => [of(await codes.unused(authenticator), user)];

/** Variations of a code must be refused, and then the right one accepted; a further line is a further requirement. */
for (const [id, by, attempts] of [
  ['totp-login/refuses-wrong-code', 'the same key', oneDigitWrong],
  ['totp-login/refuses-old-code', 'the same key', distant(-20)],
  ['totp-login/refuses-future-code', 'the same key', distant(20)],
  [
    'totp-login/refuses-wrong-password',
    'a new key',
    ofRight((code, { password }) => ({ password: `${password.reveal()}-not`, code })),
  ],
  ['totp-login/refuses-code-as-mailed-code', 'a new key', ofRight((code) => ({ code, type: 'email' }))],
  ['totp-login/refuses-code-as-number', 'a new key', ofRight((code) => ({ code: `0${code}` }))],
] as const)
  test(id, async ({ users, codes }) => {
    const enrolment = await arrange(users.enrolled());
    const { user, authenticator } = enrolment;

    for (const options of await arrange(Promise.resolve(attempts(codes, enrolment))))
      expect(await users.login(user, { type: 'totp', ...options })).toBeRefused();
    if (by === 'a new key') await arrange.login(users.logins.byNewKey(user));
    else await arrange.login(users.logins.byCode(user, authenticator, { expects: 'accepted' }));
  });

test('totp-login/refuses-replay', async ({ users, cluster, codes, admin }) => {
  const { user, authenticator } = await arrange(users.enrolled());
  const { code } = await arrange.login(users.logins.byCode(user, authenticator, { expects: 'accepted' }));

  expect(await users.login(user, { code, type: 'totp' })).toBeRefused();
  // No refusal, login by the other type, end of its session or switch may make a code valid again.
  await users.login(user, { code: codes.wrong(authenticator), type: 'email' });
  if (hasSid(user)) await arrange(users.sessions.end(user, admin));
  // If cluster MFA was found on, it stays on.
  await arrange(cluster.asFound());
  await arrange(users.switchedOn(user));
  expect(await users.login(user, { code, type: 'totp' })).toBeRefused();
  await arrange.login(users.logins.byNewKey(user));
});

test('totp-login/refuses-code-of-another-user', async ({ users, codes }) => {
  const victim = await arrange(users.enrolled(0));
  const other = await arrange(users.enrolled(1));
  const code = await codes.unlike(other.authenticator, victim.authenticator);

  expect(await users.login(victim.user, { code, type: 'totp' })).toBeRefused();
  await arrange.login(users.login(other.user, { code, type: 'totp', expects: 'accepted' }));
});

function oneDigitWrong(codes: Codes, { authenticator }: Enrolment): readonly LoginOptions[] {
  return (['first', 'last'] as const).map((place) => ({ code: codes.almost(authenticator, place) }));
}

/** Whether a newer key voids codes of an older one; a target may keep several keys. */
async function retiresOlder(users: Users, user: User, codes: Codes): Promise<boolean> {
  const { authenticator } = await users.codes.enrol(user);
  await users.codes.enrol(user);
  return (
    (await users.login(user, { code: await codes.unused(authenticator), type: 'totp' })).session === undefined
  );
}

/** Whether a login with a right code and another otpType, or none, is accepted. */
async function accepts(users: Users, user: User, codes: Codes, type?: string): Promise<boolean> {
  const { authenticator } = await users.codes.enrol(user);
  const code = await codes.unused(authenticator);
  const { session } = await users.login(user, type === undefined ? { code } : { code, type });
  await users.logins.byNewKey(user);
  return session !== undefined;
}
