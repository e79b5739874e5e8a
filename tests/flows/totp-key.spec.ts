import { uriOf, usableKeyUri } from '../../fixtures/secrets.js';
import { arrange, arrangeSuccess, covers, expect, test } from '../../fixtures/test.js';
import { ArrangeError } from '../../src/errors.js';
import { textIn } from '../../src/http/body.js';
import { decodeBase32 } from '../../src/otp/base32.js';
import { parseKeyUri } from '../../src/otp/key-uri.js';

test.describe('POST /totp-key', () => {
  test('answers id, secret and URI', covers('totp-key/gives-id-secret-and-uri'), async ({ users }) => {
    const { body } = await arrangeSuccess(users.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

    expect(body).toHaveTexts(['totpKeyId', 'totpSecretKey', 'totpUri']);
  });

  test('echoes the name', covers('totp-key/echoes-name'), async ({ users }) => {
    const { fields } = await arrangeSuccess(
      users.createKey(users.withReplaceableTotp(), 'mfa-conformance echo'),
    );

    expect(textIn(fields.totpKeyName)).toBe('mfa-conformance echo');
  });

  test('gives each key its own id', covers('totp-key/ids-are-unique'), async ({ users }) => {
    const user = users.withReplaceableTotp();
    const first = await arrangeSuccess(users.createKey(user, 'mfa-conformance 1'));

    const second = await arrangeSuccess(users.createKey(user, 'mfa-conformance 2'));

    const ids = [textIn(first.fields.totpKeyId), textIn(second.fields.totpKeyId)];
    if (ids.includes(undefined)) throw new ArrangeError('A key came without a totpKeyId.');
    expect(ids[0]).not.toBe(ids[1]);
  });

  test('gives each user another secret', covers('totp-key/secrets-are-unique'), async ({ users }) => {
    const first = await arrangeSuccess(users.createKey(users.withReplaceableTotp(0), 'mfa-conformance'));

    const second = await arrangeSuccess(users.createKey(users.withReplaceableTotp(1), 'mfa-conformance'));

    expect(textIn(first.fields.totpSecretKey)).not.toHoldTheSecretOf(textIn(second.fields.totpSecretKey));
  });

  test('answers a Base32 secret', covers('totp-key/secret-is-base32'), async ({ users }) => {
    const { fields } = await arrangeSuccess(users.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

    expect(decodeBase32(textIn(fields.totpSecretKey) ?? '')).not.toHaveProperty('problem');
  });

  test('answers a canonical secret in the URI', covers('totp-key/secret-is-canonical'), async ({ users }) => {
    const { fields } = await arrangeSuccess(users.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

    const keyUri = await arrange(usableKeyUri(textIn(fields.totpUri)));

    expect(keyUri.secretDeviations).toEqual([]);
  });

  test(
    'answers a secret that is long enough',
    covers('totp-key/secret-is-long-enough'),
    async ({ users }) => {
      const { fields } = await arrangeSuccess(
        users.createKey(users.withReplaceableTotp(), 'mfa-conformance'),
      );

      const keyUri = await arrange(usableKeyUri(textIn(fields.totpUri)));

      expect(keyUri.secretBits).toBeGreaterThanOrEqual(128);
    },
  );

  test('answers a Key URI', covers('totp-key/uri-is-key-uri'), async ({ users }) => {
    const answer = await arrangeSuccess(users.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

    const { problems } = parseKeyUri(await uriOf(answer));

    expect(problems.filter(({ kind }) => kind === 'uri').map(({ text }) => text)).toEqual([]);
  });

  test(
    'answers valid parameters in the URI',
    covers('totp-key/uri-parameters-are-valid'),
    async ({ users }) => {
      const answer = await arrangeSuccess(users.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

      const { problems } = parseKeyUri(await uriOf(answer));

      expect(problems.filter(({ kind }) => kind === 'parameters').map(({ text }) => text)).toEqual([]);
    },
  );

  test('answers one secret twice', covers('totp-key/secret-matches-uri'), async ({ users }) => {
    const { fields } = await arrangeSuccess(users.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

    const keyUri = await arrange(usableKeyUri(textIn(fields.totpUri)));

    expect(textIn(fields.totpSecretKey)).toHoldTheSecretOf(keyUri.secret.reveal());
  });

  test('names the issuer', covers('totp-key/uri-has-issuer'), async ({ users }) => {
    const { fields } = await arrangeSuccess(users.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

    const { issuer, labelIssuer } = await arrange(usableKeyUri(textIn(fields.totpUri)));

    expect(issuer ?? '').not.toBe('');
    expect(labelIssuer ?? issuer).toBe(issuer);
  });
});
