import { enrolled, loginByCode, loginByNewKey } from '../../fixtures/logins.js';
import { notApplicable } from '../../fixtures/not-applicable.js';
import { asTyped, likenessOf, shownSecret, uriOf, usableKeyUri } from '../../fixtures/secrets.js';
import { arrange, arrangeLogin, arrangeSuccess, covers, expect, test } from '../../fixtures/test.js';
import { memberOf } from '../../src/contract/judging/body.js';
import { handedSecret } from '../../src/target/connection/handed-key.js';
import { decodeBase32 } from '../../src/wire/otp/base32.js';
import { parseKeyUri } from '../../src/wire/otp/key-uri.js';
import { leastSecretBits, randomBits } from './guessable.js';

test.describe('POST /totp-key', () => {
  test('answers secret and URI', covers('totp-key/gives-secret-and-uri'), async ({ users }) => {
    const { body } = await arrangeSuccess(users.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

    expect(body).toHaveTextIn(['totpSecretKey', 'totpUri']);
  });

  test('answers the secret in both forms', covers('totp-key/gives-both-forms'), async ({ users }) => {
    const { body } = await arrangeSuccess(users.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

    expect(body).toHaveTexts(['totpSecretKey', 'totpUri']);
  });

  test('answers id and name', covers('totp-key/gives-id-and-name'), async ({ users }) => {
    const { body } = await arrangeSuccess(users.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

    const got = ['totpKeyId', 'totpKeyName'].filter((name) => memberOf(body, name) !== undefined);
    if (got.length === 0) notApplicable('the target answers neither totpKeyId nor totpKeyName');
    expect(body).toHaveTexts(got);
  });

  test('echoes the name', covers('totp-key/echoes-name'), async ({ users }) => {
    const { fields } = await arrangeSuccess(
      users.createKey(users.withReplaceableTotp(), 'mfa-conformance-echo'),
    );

    const name = fields.totpKeyName;
    if (name === undefined) notApplicable('the target answers no totpKeyName');
    expect(name).toBe('mfa-conformance-echo');
  });

  test('gives each key its own id', covers('totp-key/ids-are-unique'), async ({ users }) => {
    const user = users.withReplaceableTotp();
    const first = await arrangeSuccess(users.createKey(user, 'mfa-conformance-1'));

    const second = await arrangeSuccess(users.createKey(user, 'mfa-conformance-2'));

    const ids = [first.fields.totpKeyId, second.fields.totpKeyId];
    if (ids.includes(undefined)) notApplicable('the target answers no totpKeyId');
    expect(ids[0]).not.toBe(ids[1]);
  });

  test('gives each user another secret', covers('totp-key/secrets-are-unique'), async ({ users }) => {
    const first = await arrangeSuccess(users.createKey(users.withReplaceableTotp(0), 'mfa-conformance'));

    const second = await arrangeSuccess(users.createKey(users.withReplaceableTotp(1), 'mfa-conformance'));

    expect(handedSecret(first.fields)).not.toHoldTheSecretOf(handedSecret(second.fields));
  });

  test(
    'gives each key of a user another secret',
    covers('totp-key/enrolling-anew-gives-another-secret'),
    async ({ users, connection, facts }) => {
      const user = users.withReplaceableTotp();
      // Whether secrets look random takes some, which none but a throw-away target has to bear.
      const wanted = connection.target.allow.disposable ? 8 : 2;
      const secrets: (string | undefined)[] = [];
      for (let n = 0; n < wanted; n += 1) {
        const { fields } = await arrangeSuccess(users.createKey(user, `mfa-conformance-${n}`));
        secrets.push(handedSecret(fields));
      }

      for (const [n, secret] of secrets.entries()) {
        for (const earlier of secrets.slice(0, n)) expect(secret).not.toHoldTheSecretOf(earlier);
      }
      facts.note('totpSecrets', likenessOf(secrets));
    },
  );

  test(
    'does not let the client choose the secret',
    covers('totp-key/client-cannot-choose-secret'),
    async ({ users }) => {
      const chosen = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

      const answer = await users.createKey(users.withReplaceableTotp(), 'mfa-conformance', {
        totpSecretKey: chosen,
      });

      expect(answer).toBeHandled();
      expect(handedSecret(answer.fields)).not.toHoldTheSecretOf(chosen);
    },
  );

  test('answers a Base32 secret', covers('totp-key/secret-is-base32'), async ({ users }) => {
    const answer = await arrangeSuccess(users.createKey(users.withReplaceableTotp(), 'mfa-conformance'));
    const text = shownSecret(answer);

    expect(decodeBase32(asTyped(text))).not.toHaveProperty('problem');
  });

  test('answers a canonical secret in the URI', covers('totp-key/secret-is-canonical'), async ({ users }) => {
    const answer = await arrangeSuccess(users.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

    const keyUri = await arrange(usableKeyUri(answer));

    expect(keyUri.secretDeviations).toEqual([]);
  });

  test(
    'answers a secret that is long enough',
    covers('totp-key/secret-is-long-enough'),
    async ({ users }) => {
      const answer = await arrangeSuccess(users.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

      const keyUri = await arrange(usableKeyUri(answer));

      expect(keyUri.secretBits).toBeAtLeast(128, 'bits');
    },
  );

  test(
    'gives secrets that differ in all of their bits',
    covers('totp-key/secrets-are-random'),
    async ({ users }) => {
      const user = users.withReplaceableTotp();
      const secrets: string[] = [];
      for (let n = 0; n < 4; n += 1) {
        const answer = await arrangeSuccess(users.createKey(user, 'mfa-conformance'));
        secrets.push((await arrange(usableKeyUri(answer))).secret.reveal());
      }

      const { bits, what } = randomBits(secrets, [user.username]);
      expect(Math.round(bits)).toBeAtLeast(leastSecretBits, what);
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
    const answer = await arrangeSuccess(users.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

    const keyUri = await arrange(usableKeyUri(answer));

    expect(shownSecret(answer)).toHoldTheSecretOf(keyUri.secret.reveal());
  });

  test('names the issuer', covers('totp-key/uri-has-issuer'), async ({ users }) => {
    const answer = await arrangeSuccess(users.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

    const { issuer, labelIssuer } = await arrange(usableKeyUri(answer));

    expect(issuer ?? '').not.toBe('');
    expect(labelIssuer ?? issuer).toBe(issuer);
  });

  test('names the account', covers('totp-key/label-names-the-account'), async ({ users }) => {
    const user = users.withReplaceableTotp();
    const answer = await arrangeSuccess(users.createKey(user, 'mfa-conformance'));

    const { label } = await arrange(usableKeyUri(answer));

    const names = [user.username, ...(user.email === undefined ? [] : [user.email])];
    const isNamed = names.some((name) => label.toLowerCase().includes(name.toLowerCase()));
    expect(isNamed, 'wanted: a label with the username or address\ngot: another').toBe(true);
  });

  test(
    'gives codes that change within two minutes',
    covers('totp-key/period-is-two-minutes-at-most'),
    async ({ users }) => {
      const answer = await arrangeSuccess(users.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

      const { period } = await arrange(usableKeyUri(answer));

      expect(period).toBeAtMost(120, 'seconds');
    },
  );

  test('answers a URI for a QR code', covers('totp-key/uri-fits-a-qr-code'), async ({ users }) => {
    const answer = await arrangeSuccess(users.createKey(users.withReplaceableTotp(), 'mfa-conformance'));

    const uri = await arrange(uriOf(answer));

    expect(Buffer.byteLength(uri)).toBeAtMost(300, 'bytes');
  });
});

test(
  'A key outlives a request for another that is refused',
  covers('totp-key/refused-request-keeps-the-key'),
  async ({ api, users, cluster, codes }) => {
    const { user } = await arrange(enrolled(users, cluster));
    // Twice: that shows whether the second has to wait for a step.
    for (let n = 0; n < 2; n += 1) await arrangeLogin(loginByNewKey(users, user, codes));
    const { authenticator } = await arrange(users.enrol(user));
    const as = await arrange(users.session(user));

    for (const totpKeyName of [5, {}]) {
      const { status } = await arrange(
        api.call('CreateTotpKey', { as, anyJson: { totpKeyName }, mistake: 'a wrong type' }),
      );
      if (status < 300) notApplicable('the target takes any totpKeyName');
    }

    expect(await loginByCode(users, user, authenticator, codes)).toOpenSession();
  },
);
