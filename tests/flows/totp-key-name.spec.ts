import { arrange, expect, parseKeyUri, secrets, test, textIn } from '../../fixtures/index.js';

/** Names that would change a URI if inserted unescaped; a further line is a further name. */
const names = [
  'mfa-conformance&secret=ORSXG5BAORSXG5BAORSXG5BAORSXG5BA',
  'mfa-conformance?secret=ORSXG5BAORSXG5BAORSXG5BAORSXG5BA&digits=8',
  'mfa-conformance#',
  'mfa-conformance/../x?period=3600',
  // No colon: a label must not contain a second one in any form.
  'mfa-conformance\r\nX-Probe=1',
  'mfa-conformance%26digits%3D8',
];

test('totp-key/name-spoils-no-uri', async ({ users }) => {
  const user = users.withReplaceableTotp();
  const plain = await arrange.success(users.codes.createKey(user, 'mfa-conformance'));
  const wanted = await arrange(secrets.usableKeyUri(plain));

  const shown = textIn(plain.fields.totpSecretKey);
  if (shown !== undefined && !secrets.sameSecret(shown, wanted.secret.reveal()))
    throw arrange.failure('Even of a plain name totpUri has another secret than totpSecretKey.');

  for (const name of names) {
    const answer = await users.codes.createKey(user, name);
    if (answer.status >= 400) continue;
    const { keyUri: got } = parseKeyUri(textIn(answer.fields.totpUri) ?? '');
    expect(answer).toBeWellFormed('Key URI', got === undefined ? ['a URI that the name has spoilt'] : []);
    if (got === undefined) continue;
    if (shown !== undefined) expect(answer).toHoldTheSecretOf(got);
    const spoilt = (['digits', 'period', 'algorithm'] as const).filter((name) => got[name] !== wanted[name]);
    expect(answer).toBeWellFormed(
      'URI parameters',
      spoilt.map((name) => `another ${name} by the name of the key`),
    );
  }
});
