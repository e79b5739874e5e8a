import { arrange, expect, test, unlockedBy } from '../../fixtures/index.js';

test('verify-totp/refuses-code-as-number', async ({ support, codes }) => {
  const { authenticator } = await arrange(support.onByTotp());

  const answer = await support.verify(`0${await codes.unused(authenticator)}`);

  expect(answer).toNotVerify();
});

test('verify-totp/refuses-code-of-a-users-key', async ({ api, support, users, codes }) => {
  const { authenticator } = await arrange(support.onByTotp());

  // Nor one of the caller's, who may be one of them.
  const all = await arrange(
    arrange.someOf(users.allWithReplaceableTotp(), (each) => users.codes.enrol(each)),
  );
  for (const user of all) {
    await unlockedBy(api, support, authenticator);
    const answer = await support.verify(await codes.unlike(user.authenticator, authenticator));

    expect(answer).toNotVerify();
  }
  await arrange(support.endRow(authenticator));
});

test('verify-totp/refuses-code-of-replaced-secret', async ({ support, codes }) => {
  const replaced = await arrange(support.onByTotp());
  const { authenticator } = await arrange(support.onByTotp());
  const code = await codes.unlike(replaced.authenticator, authenticator);

  const answer = await support.verify(code);

  expect(answer).toNotVerify();
  await arrange(support.endRow(authenticator));
});

test('verify-totp/refuses-code-after-disabling', async ({ support, codes }) => {
  const { authenticator } = await arrange(support.onByTotp());
  await arrange(support.off());

  const answer = await support.verify(codes.at(authenticator, 0));

  expect(answer).toNotVerify();
});

test('verify-totp/refuses-code-in-email-mode', async ({ support, codes, connection }) => {
  const email = connection.target.supportUser.email ?? '';
  const { authenticator } = await arrange(support.onByTotp());
  await arrange(support.onByEmail(email));
  const mailed = await arrange(support.mailedCode(email));

  for (const code of [() => codes.at(authenticator, 0), () => mailed]) {
    expect(await support.verify(code())).toNotVerify();
  }
});
