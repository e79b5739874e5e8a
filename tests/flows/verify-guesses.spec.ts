import { arrange, covers, expect, test } from '../../fixtures/test.js';
import { ArrangeError } from '../../src/errors.js';

test.describe('POST /support-user/verify-totp', () => {
  test(
    'refuses a used code with blanks around it',
    covers('verify-totp/refuses-used-code-with-blanks'),
    async ({ support }) => {
      const { code } = await arrange(support.verified());
      if ((await support.verify(code)).fields.success === true)
        throw new ArrangeError('The used code itself verifies again.');

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

      if ((await support.verify(code)).fields.success === true)
        throw new ArrangeError('The used code verifies again: at the same time or not.');
      const accepted = answers.filter(({ fields }) => fields.success === true).length;
      expect(accepted, `wanted: one of three accepted\ngot: ${accepted}`).toBeLessThan(2);
    },
  );
});
