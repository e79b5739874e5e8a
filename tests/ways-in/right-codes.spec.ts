import type { Api, CodeSource, Codes, Users } from '../../fixtures/index.js';
import { arrange, bypass, likelyNamesOf, test } from '../../fixtures/index.js';
import { lists, nearCodes, noPasswords, otherTypes, usedForms } from './codes.js';

for (const kind of ['totp', 'email'] as const) {
  for (const [id, forms] of [
    [`ways-in/list-of-${kind}-codes-opens-nothing`, lists],
    [`ways-in/near-${kind}-code-opens-nothing`, nearCodes],
    [`ways-in/${kind}-code-needs-password`, noPasswords],
    [`ways-in/${kind}-code-of-no-enabled-type-opens-nothing`, otherTypes],
  ] as const) {
    test(id, async ({ api, users, codes }) => {
      const source = await arrange(sourceOf(kind, api, users, codes));

      const open = await bypass.tryForms(source, forms);

      await bypass.expectShut(open, 'A wrong code or password', () => plainlyOpen(source));
    });
  }

  test(`ways-in/used-${kind}-code-in-any-form-opens-nothing`, async ({ api, users, codes }) => {
    const source = await arrange(sourceOf(kind, api, users, codes));

    const open = [
      ...(await bypass.tryUsedForms(source, usedForms)),
      ...(await bypass.tryUsedUnderNames(source, likelyNamesOf(source.user))),
    ];

    await bypass.expectShut(open, 'A used code', async () => {
      const code = await source.fresh();
      await users.login(source.user, { code, type: kind });
      return (await users.login(source.user, { code, type: kind })).session !== undefined;
    });
  });
}

async function sourceOf(type: CodeSource['type'], api: Api, users: Users, codes: Codes): Promise<CodeSource> {
  if (type === 'email') {
    const user = await users.mailable();
    return { api, users, user, type, fresh: () => users.codes.mailed(user) };
  }
  const { user } = await users.enrolled();
  const fresh = async () => codes.unused((await users.codes.enrol(user)).authenticator);
  return { api, users, user, type, fresh };
}

/** Tells whether any wrong code or password logs in. Another requirement reports this. */
async function plainlyOpen({ users, user, type, fresh }: CodeSource): Promise<boolean> {
  // All digits of this code are wrong. A code with one wrong digit might succeed as one of the tested forms.
  const wrong = (await fresh()).replace(/[\da-z]/gi, (one) => String(((Number(one) || 0) + 5) % 10));
  const wrongCode = await users.login(user, { code: wrong, type });
  const password = `${user.password.reveal()}-not`;
  const wrongPassword = await users.login(user, { code: await fresh(), type, password });
  return wrongCode.session !== undefined || wrongPassword.session !== undefined;
}
