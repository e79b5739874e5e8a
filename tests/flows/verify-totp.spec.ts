import { arrange, covers, expect, test } from '../../fixtures/test.js';
import { ArrangeError } from '../../src/errors.js';
import { textIn } from '../../src/http/body.js';

test.describe('POST /support-user/verify-totp', () => {
  test('accepts the current code', covers('verify-totp/accepts-current-code'), async ({ support, codes }) => {
    const { authenticator } = await arrange(support.onByTotp());

    const answer = await support.verify(await codes.unused(authenticator));

    expect(answer).toVerify();
  });

  test('refuses a wrong code', covers('verify-totp/refuses-wrong-code'), async ({ support, codes }) => {
    const { authenticator } = await arrange(support.onByTotp());

    const answer = await support.verify(codes.wrong(authenticator));

    expect(answer).toNotVerify();
  });

  test(
    'refuses a code of another time',
    covers('verify-totp/refuses-code-of-another-time'),
    async ({ support, codes }) => {
      const { authenticator } = await arrange(support.onByTotp());

      for (const steps of [-20, 20]) {
        const code = codes.distant(authenticator, steps);
        if (code !== undefined) expect(await support.verify(code)).toNotVerify();
      }
    },
  );

  test(
    'refuses a code that was accepted before',
    covers('verify-totp/refuses-replay'),
    async ({ support, codes }) => {
      const { authenticator } = await arrange(support.onByTotp());
      const code = await codes.unused(authenticator);
      const first = await arrange(support.verify(code));
      if (Object(first.body).success !== true)
        throw new ArrangeError('The code did not verify the first time.');

      const replay = await support.verify(code);

      expect(replay).toNotVerify();
    },
  );

  test('refuses junk', covers('verify-totp/refuses-junk'), async ({ support }) => {
    await arrange(support.onByTotp());

    // Few, so that no lock-out sets in.
    for (const junk of ['', '12345', 'ABCDEF', "' or 1=1 --"]) {
      expect(await support.verify(junk)).toNotVerify();
    }
  });

  test(
    'refuses every code while support MFA is off',
    covers('verify-totp/refuses-without-enrolment'),
    async ({ support }) => {
      await arrange(support.off());

      const answer = await support.verify('000000');

      expect(answer).toNotVerify();
    },
  );

  test(
    'leads to the state kSuccess',
    covers('verify-totp/state-is-success-after-right-code'),
    async ({ support }) => {
      await arrange(support.verified());

      const { fields } = await support.get();

      expect(textIn(fields.otpVerificationState)).toBe('kSuccess');
    },
  );

  test(
    'leads to the state kSuccess by a right code only',
    covers('verify-totp/state-is-not-success-before-a-right-code'),
    async ({ support, codes }) => {
      const { authenticator } = await arrange(support.onByTotp());
      const enrolled = textIn((await support.get()).fields.otpVerificationState);
      await arrange(support.verify(codes.wrong(authenticator)));

      const tried = textIn((await support.get()).fields.otpVerificationState);

      expect([enrolled, tried]).not.toContain('kSuccess');
    },
  );
});
