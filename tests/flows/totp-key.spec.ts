import type { Answer } from '../../fixtures/index.js';
import {
  arrange,
  demand,
  expect,
  handedSecret,
  memberOf,
  notApplicable,
  parseKeyUri,
  secrets,
  test,
} from '../../fixtures/index.js';
import { leastSecretBits, randomBits } from './guessable.js';

test('totp-key/gives-secret-and-uri', async ({ users }) => {
  const answer = await arrange.success(users.codes.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

  expect(answer).toHaveTextIn(['totpSecretKey', 'totpUri']);
});

test('totp-key/gives-both-forms', async ({ users }) => {
  const answer = await arrange.success(users.codes.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

  expect(answer).toHaveTexts(['totpSecretKey', 'totpUri']);
});

test('totp-key/gives-id-and-name', async ({ users }) => {
  const answer = await arrange.success(users.codes.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

  const got = ['totpKeyId', 'totpKeyName'].filter((name) => memberOf(answer.body, name) !== undefined);
  if (got.length === 0) notApplicable('the target answers neither totpKeyId nor totpKeyName');
  expect(answer).toHaveTexts(got);
});

test('totp-key/echoes-name', async ({ users }) => {
  // Characters that HTML and JSON escape, where they may be refused.
  for (const totpKeyName of ['mfa-conformance-echo', 'mfa-conformance <Q&A> "\'é']) {
    const answer = await users.codes.createKey(users.withReplaceableTotp(), totpKeyName);
    if (answer.status >= 400 && totpKeyName !== 'mfa-conformance-echo') return;

    if (answer.fields.totpKeyName === undefined) notApplicable('the target answers no totpKeyName');
    expect(answer).toHaveMembers({ totpKeyName });
  }
});

test('totp-key/ids-are-unique', async ({ users }) => {
  const user = users.withReplaceableTotp();
  const first = await arrange.success(users.codes.createKey(user, 'mfa-conformance-1'));

  const second = await arrange.success(users.codes.createKey(user, 'mfa-conformance-2'));

  const ids = [first.fields.totpKeyId, second.fields.totpKeyId];
  if (ids.includes(undefined)) notApplicable('the target answers no totpKeyId');
  demand(ids[0] !== ids[1], { kind: 'differ', pointer: '/totpKeyId', with: 'an answer' }, first, second);
});

test('totp-key/secrets-are-unique', async ({ users }) => {
  const first = await arrange.success(users.codes.createKey(users.withReplaceableTotp(0), 'mfa-conformance'));

  const second = await arrange.success(
    users.codes.createKey(users.withReplaceableTotp(1), 'mfa-conformance'),
  );

  expect(second).not.toHoldTheSecretOf(first);
});

test('totp-key/enrolling-anew-gives-another-secret', async ({ users, connection, facts }) => {
  const user = users.withReplaceableTotp();
  // Whether secrets look random takes some, which none but a throw-away target has to bear.
  const wanted = connection.target.allow.disposable ? 8 : 2;
  const answers: Answer[] = [];
  for (let n = 0; n < wanted; n += 1)
    answers.push(await arrange.success(users.codes.createKey(user, `mfa-conformance-${n}`)));

  for (const [n, answer] of answers.entries()) {
    for (const earlier of answers.slice(0, n)) expect(answer).not.toHoldTheSecretOf(earlier);
  }
  facts.note('totpSecrets', secrets.likenessOf(answers.map(({ fields }) => handedSecret(fields))));
});

test('totp-key/client-cannot-choose-secret', async ({ users }) => {
  const chosen = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

  const answer = await users.codes.createKey(users.withReplaceableTotp(), 'mfa-conformance', {
    totpSecretKey: chosen,
  });

  expect(answer).toBeHandled();
  expect(answer).not.toHoldTheSecretOf(chosen);
});

test('totp-key/secret-is-base32', async ({ users }) => {
  const answer = await arrange.success(users.codes.createKey(users.withReplaceableTotp(), 'mfa-conformance'));
  const text = secrets.shownSecret(answer);

  expect(answer).toBeWellFormed('secret', secrets.base32Problems(text));
});

test('totp-key/secret-is-canonical', async ({ users }) => {
  const answer = await arrange.success(users.codes.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

  const keyUri = await arrange(secrets.usableKeyUri(answer));

  expect(answer).toBeWellFormed('canonical secret', keyUri.secretDeviations);
});

test('totp-key/secret-is-long-enough', async ({ users }) => {
  const answer = await arrange.success(users.codes.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

  const keyUri = await arrange(secrets.usableKeyUri(answer));

  expect(keyUri.secretBits).toBeAtLeast(128, 'bits', answer);
});

test('totp-key/secrets-are-random', async ({ users }) => {
  const user = users.withReplaceableTotp();
  const seen: string[] = [];
  for (let n = 0; n < 4; n += 1) {
    const answer = await arrange.success(users.codes.createKey(user, 'mfa-conformance'));
    seen.push((await arrange(secrets.usableKeyUri(answer))).secret.reveal());
  }

  const { bits, what } = randomBits(seen, [user.username]);
  expect(Math.round(bits)).toBeAtLeast(leastSecretBits, what);
});

test('totp-key/uri-is-key-uri', async ({ users }) => {
  const answer = await arrange.success(users.codes.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

  const { problems } = parseKeyUri(await secrets.uriOf(answer));

  const texts = problems.filter(({ kind }) => kind === 'uri').map(({ text }) => text);
  expect(answer).toBeWellFormed('Key URI', texts);
});

test('totp-key/uri-parameters-are-valid', async ({ users }) => {
  const answer = await arrange.success(users.codes.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

  const { problems } = parseKeyUri(await secrets.uriOf(answer));

  const texts = problems.filter(({ kind }) => kind === 'parameters').map(({ text }) => text);
  expect(answer).toBeWellFormed('URI parameters', texts);
});

test('totp-key/secret-matches-uri', async ({ users }) => {
  const answer = await arrange.success(users.codes.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

  const keyUri = await arrange(secrets.usableKeyUri(answer));

  secrets.shownSecret(answer);
  expect(answer).toHoldTheSecretOf(keyUri);
});

test('totp-key/uri-has-issuer', async ({ users }) => {
  const answer = await arrange.success(users.codes.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

  expect(answer).toBeWellFormed(
    'issuer',
    secrets.issuerProblems(await arrange(secrets.usableKeyUri(answer))),
  );
});

test('totp-key/label-names-the-account', async ({ users }) => {
  const user = users.withReplaceableTotp();
  const answer = await arrange.success(users.codes.createKey(user, 'mfa-conformance'));

  const { label } = await arrange(secrets.usableKeyUri(answer));

  const names = [user.username, ...(user.email === undefined ? [] : [user.email])];
  const isNamed = names.some((name) => label.toLowerCase().includes(name.toLowerCase()));
  expect(answer).toBeWellFormed('label', isNamed ? [] : ['another label']);
});

test('totp-key/period-is-two-minutes-at-most', async ({ users }) => {
  const answer = await arrange.success(users.codes.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

  const { period } = await arrange(secrets.usableKeyUri(answer));

  expect(period).toBeAtMost(120, 'seconds of a step', answer);
});

test('totp-key/uri-fits-a-qr-code', async ({ users }) => {
  const answer = await arrange.success(users.codes.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

  const uri = await arrange(secrets.uriOf(answer));

  expect(Buffer.byteLength(uri)).toBeAtMost(300, 'bytes of the URI', answer);
});

test('totp-key/refused-request-keeps-the-key', async ({ api, users }) => {
  const { user } = await arrange(users.enrolled());
  // Twice: that shows whether the second has to wait for a step.
  for (let n = 0; n < 2; n += 1) await arrange.login(users.logins.byNewKey(user));
  const { authenticator } = await arrange(users.codes.enrol(user));
  const as = await arrange(users.sessions.of(user));

  for (const totpKeyName of [5, {}]) {
    const { status } = await arrange(
      api.call('CreateTotpKey', { as, anyJson: { totpKeyName }, mistake: 'a wrong type' }),
    );
    if (status < 300) notApplicable('the target takes any totpKeyName');
  }

  expect(await users.logins.byCode(user, authenticator)).toOpenSession();
});
