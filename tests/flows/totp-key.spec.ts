import type { Answer, Users } from '../../fixtures/index.js';
import { arrange, demand, expect, memberOf, secrets, test, textIn } from '../../fixtures/index.js';
import { areRandom, choosing, isNotChosen, keyChecks, secretMatchesUri, uriIsValid } from './key-checks.js';

/** Names that would change a URI if the target inserted them unescaped. */
const names = [
  'mfa-conformance&secret=ORSXG5BAORSXG5BAORSXG5BAORSXG5BA',
  'mfa-conformance?secret=ORSXG5BAORSXG5BAORSXG5BAORSXG5BA&digits=8',
  'mfa-conformance#',
  'mfa-conformance/../x?period=3600',
  // This name has no colon, unlike a real header field, because the label of a URI may have only one.
  'mfa-conformance\r\nX-Probe=1',
  'mfa-conformance%26digits%3D8',
];

test('totp-key/name-spoils-no-uri', async ({ users }) => {
  const user = users.withReplaceableTotp();
  const plain = await arrange.success(users.codes.createKey(user, 'mfa-conformance'));
  const wanted = await arrange(secrets.usableKeyUri(plain));
  const { problems } = secrets.parseKeyUri(await secrets.uriOf(plain));
  const known = new Set(problems.map(({ text }) => text));

  const shown = textIn(plain.fields.totpSecretKey);
  if (shown !== undefined && !secrets.sameSecret(shown, wanted.secret.reveal()))
    throw arrange.failure('Even for a plain name, totpUri and totpSecretKey hold different secrets.');

  let isRefused = false;
  for (const name of names) {
    const answer = await users.codes.createKey(user, name);
    isRefused ||= answer.status >= 400;
    if (answer.status >= 400) continue;
    const { keyUri: got, problems } = secrets.parseKeyUri(textIn(answer.fields.totpUri) ?? '');
    const isSpoilt = problems.some(({ text }) => !known.has(text));
    expect(answer).toBeWellFormed('Key URI', isSpoilt ? ['a URI that the name has spoilt'] : []);
    if (got === undefined) continue;
    if (shown !== undefined) expect(answer).toHoldTheSecretOf(got);
    const spoilt = (['digits', 'period', 'algorithm'] as const).filter((name) => got[name] !== wanted[name]);
    const flaws = spoilt.map((name) => `another ${name} by the name of the key`);
    expect(answer).toBeWellFormed('URI parameters', flaws);
  }
  // A target may refuse such a name, but it must not refuse all later keys as well.
  if (isRefused) await newKey(users, user);
});

const newKey = (users: Users, user = users.withReplaceableTotp(), name = 'mfa-conformance') =>
  arrange.success(users.codes.createKey(user, name));

test('totp-key/gives-secret-and-uri', async ({ users }) => {
  expect(await newKey(users)).toHaveTextIn(['totpSecretKey', 'totpUri']);
});

test('totp-key/gives-id-and-name', async ({ users }) => {
  const answer = await newKey(users);

  const got = ['totpKeyId', 'totpKeyName'].filter((name) => memberOf(answer.body, name) !== undefined);
  if (got.length === 0) arrange.notApplicable('the target answers neither totpKeyId nor totpKeyName');
  expect(answer).toHaveTexts(got);
});

test('totp-key/echoes-name', async ({ users }) => {
  // HTML and JSON escape characters of the second name. A target may refuse such a name.
  for (const totpKeyName of ['mfa-conformance-echo', 'mfa-conformance <Q&A> "\'é']) {
    const answer = await users.codes.createKey(users.withReplaceableTotp(), totpKeyName);
    if (answer.status >= 400 && totpKeyName !== 'mfa-conformance-echo') return;

    if (answer.fields.totpKeyName === undefined) arrange.notApplicable('the target answers no totpKeyName');
    if (!isNamedBy(answer.fields.totpKeyName, totpKeyName)) expect(answer).toHaveMembers({ totpKeyName });
  }
});

/** A target may normalise a name or make it unique. Names of other characters may lose some of them. */
function isNamedBy(shown: unknown, asked: string): boolean {
  const bare = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (typeof shown !== 'string' || /&(?:#\w+|\w+);/.test(shown)) return false;
  return !/^[\w-]+$/.test(asked) || bare(shown).includes(bare(asked));
}

test('totp-key/ids-are-unique', async ({ users }) => {
  const user = users.withReplaceableTotp();
  const first = await newKey(users, user, 'mfa-conformance-1');

  const second = await newKey(users, user, 'mfa-conformance-2');

  const ids = [first.fields.totpKeyId, second.fields.totpKeyId];
  if (ids.includes(undefined)) arrange.notApplicable('the target answers no totpKeyId');
  if (ids[0] !== ids[1]) return;
  // Each user may have one slot, whose id stays for the newer key.
  const other = users.allWithReplaceableTotp().find(({ role }) => role !== user.role);
  if (other === undefined)
    arrange.notApplicable(
      'a new key keeps its id, and one account alone may get new keys (allow.replaceTotpOf)',
    );
  const third = await newKey(users, other, 'mfa-conformance-3');
  const differs = third.fields.totpKeyId !== ids[0];
  demand(differs, { kind: 'differ', pointer: '/totpKeyId', with: 'an answer' }, second, third);
});

test('totp-key/secrets-are-unique', async ({ users }) => {
  const first = await newKey(users);

  expect(await newKey(users, users.withReplaceableTotp(1))).not.toHoldTheSecretOf(first);
});

test('totp-key/enrolling-anew-gives-another-secret', async ({ users, connection, facts }) => {
  const user = users.withReplaceableTotp();
  // Randomness shows only in several keys. Only a disposable target gets that many requests.
  const wanted = connection.target.allow.disposable ? 8 : 2;
  const answers: Answer[] = [];
  for (let n = 0; n < wanted; n += 1) answers.push(await newKey(users, user, `mfa-conformance-${n}`));

  for (const [n, answer] of answers.entries())
    for (const earlier of answers.slice(0, n)) expect(answer).not.toHoldTheSecretOf(earlier);
  facts.note('totpSecrets', secrets.likenessOf(answers.map(({ fields }) => secrets.handedSecret(fields))));
});

test('totp-key/client-cannot-choose-secret', async ({ users }) => {
  isNotChosen(await users.codes.createKey(users.withReplaceableTotp(), 'mfa-conformance', choosing));
});

for (const [end, check] of keyChecks)
  test(`totp-key/${end}`, async ({ users }) => check(await newKey(users)));

test('totp-key/secret-matches-uri', async ({ users }) => secretMatchesUri(await newKey(users)));

test('totp-key/secrets-are-random', async ({ users }) => {
  const user = users.withReplaceableTotp();
  await areRandom(() => newKey(users, user), [user.username]);
});

test('totp-key/uri-is-key-uri', async ({ users }) => uriIsValid(await newKey(users), 'uri'));

test('totp-key/uri-parameters-are-valid', async ({ users }) => uriIsValid(await newKey(users), 'parameters'));

test('totp-key/label-names-the-account', async ({ users }) => {
  const user = users.withReplaceableTotp();
  const answer = await newKey(users, user);

  const label = await arrange(secrets.labelOf(answer));

  const names = [user.username, ...(user.email === undefined ? [] : [user.email])];
  const isNamed = names.some((name) => label.toLowerCase().includes(name.toLowerCase()));
  expect(answer).toBeWellFormed('label', isNamed ? [] : ['another label']);
});

test('totp-key/refused-request-keeps-the-key', async ({ api, users }) => {
  const { user } = await arrange(users.enrolled());
  // The second login shows whether a login must wait for a new step.
  for (let n = 0; n < 2; n += 1) await arrange.login(users.logins.byNewKey(user));
  const { authenticator } = await arrange(users.codes.enrol(user));
  const as = await arrange(users.sessions.of(user));
  // The contract has no such operation. The suite just searches the answer for secrets.
  await api.probe('GET', '/totp-key', { as, mayBeIgnored: true });

  for (const totpKeyName of [5, {}]) {
    const options = { as, anyJson: { totpKeyName }, mistake: 'a wrong type' };
    const { status } = await arrange(api.call('CreateTotpKey', options));
    if (status < 300) arrange.notApplicable('the target accepts a totpKeyName that is not a string');
  }

  expect(await users.logins.byCode(user, authenticator)).toOpenSession();
});
