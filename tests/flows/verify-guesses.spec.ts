import { arrange, covers, expect, test } from '../../fixtures/test.js';
import { throttling, wrongCodes } from '../../fixtures/throttling.js';

const throttlingIsTested = true;

test.describe('POST /support-user/verify-totp', () => {
  test(
    'refuses a list of guesses with the right code in it',
    covers('verify-totp/refuses-list-of-codes'),
    async ({ api, admin, support, codes }) => {
      const { authenticator } = await arrange(support.onByTotp());
      await arrange(codes.room(authenticator));
      const right = codes.current(authenticator);

      for (const totpCode of [['000000', '111111', right], [['000000', right]], { 0: '000000', 1: right }]) {
        const anyJson = { totpCode };
        const answer = await api.call('VerifySupportUserTotp', {
          as: admin,
          anyJson,
          mistake: 'a list of codes',
        });
        expect(answer).toNotVerify();
      }
    },
  );

  test(
    'refuses a part of the right code, and more than it',
    covers('verify-totp/refuses-part-of-a-code'),
    async ({ support, codes }) => {
      const { authenticator } = await arrange(support.onByTotp());
      await arrange(codes.room(authenticator));
      const right = codes.current(authenticator);

      for (const near of [right.slice(0, -1), right.slice(0, 1), `${right}0`]) {
        expect(await support.verify(near)).toNotVerify();
      }
    },
  );

  test(
    'refuses a used code with blanks around it',
    covers('verify-totp/refuses-used-code-with-blanks'),
    async ({ support }) => {
      const { code } = await arrange(support.verified());

      for (const again of [` ${code}`, `${code} `, `${code}\n`, `${code.slice(0, 3)} ${code.slice(3)}`]) {
        expect(await support.verify(again)).toNotVerify();
      }
    },
  );

  test(
    'accepts a code once of several times at once',
    covers('verify-totp/refuses-replay-in-parallel'),
    async ({ support, codes }) => {
      const { authenticator } = await arrange(support.onByTotp());
      const code = await codes.unused(authenticator);

      const answers = await Promise.all([1, 2, 3].map(() => support.verify(code)));

      const accepted = answers.filter(({ fields }) => fields.success === true).length;
      expect(accepted, `wanted: one of three accepted\ngot: ${accepted}`).toBeLessThan(2);
    },
  );
});

test.describe('Wrong codes in a row', () => {
  test(
    'are throttled at POST /support-user/verify-totp',
    covers('verify-totp/wrong-codes-are-throttled'),
    async ({ api, admin, support, codes, connection }) => {
      const { authenticator } = await arrange(support.onByTotp());
      const wrong = wrongCodes(codes.current(authenticator));
      const attempt = (totpCode: string) =>
        api.call('VerifySupportUserTotp', { as: admin, json: { totpCode }, throttlingIsTested });

      // A wrong code may be told by success false, or by a refusal.
      const refused = (await arrange(attempt(wrong()))).status >= 400;

      const { after, rest } = await throttling(connection, () => attempt(wrong()), { refused });

      const keepsOut =
        after !== undefined || (await attempt(await codes.unused(authenticator))).fields.success !== true;
      await rest();
      expect(keepsOut, 'wanted: a throttle within 100 wrong codes\ngot: none').toBe(true);
    },
  );

  test(
    'are throttled as mfaCode in totp mode',
    covers('support-totp/wrong-codes-are-throttled'),
    async ({ support, codes, connection }) => {
      const { authenticator } = await arrange(support.verified());
      const wrong = wrongCodes(codes.current(authenticator));
      const attempt = (mfaCode: string) =>
        support.patchAny({ enabled: false, mfaCode }, undefined, { throttlingIsTested });

      const { after, rest } = await throttling(connection, () => attempt(wrong()));

      const keepsOut =
        after !== undefined || (await attempt(await codes.unused(authenticator))).status >= 400;
      await rest();
      expect(keepsOut, 'wanted: a throttle within 100 wrong codes\ngot: none').toBe(true);
    },
  );
});
