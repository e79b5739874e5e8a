import type { CodeSource, Codes, Users } from '../../fixtures/index.js';
import { arrange, bypass, expect, likelyNamesOf, test } from '../../fixtures/index.js';
import { lists, nearCodes, noPasswords, otherTypes, usedForms } from './codes.js';

type Kind = CodeSource['type'];

for (const kind of ['totp', 'email'] as const) {
  for (const [id, forms] of [
    [`ways-in/list-of-${kind}-codes-opens-nothing`, lists],
    [`ways-in/near-${kind}-code-opens-nothing`, nearCodes],
    [`ways-in/${kind}-code-needs-password`, noPasswords],
    [`ways-in/${kind}-code-of-no-enabled-type-opens-nothing`, otherTypes],
  ] as const) {
    test(id, async ({ users, codes }) => {
      const source = await arrange(sourceOf(kind, users, codes));

      const open = await bypass.tryForms(users, source, forms);

      await bypass.unlessPlain(open, 'A wrong code or password', () => plainlyOpen(users, source));
      expect(open).toBeShut();
    });
  }

  test(`ways-in/used-${kind}-code-in-any-form-opens-nothing`, async ({ users, codes }) => {
    const source = await arrange(sourceOf(kind, users, codes));

    const open = [
      ...(await bypass.tryUsedForms(users, source, usedForms)),
      ...(await bypass.tryUsedUnderNames(users, source, likelyNamesOf(source.user))),
    ];

    await bypass.unlessPlain(open, 'A used code', async () => {
      const code = await source.fresh();
      await users.login(source.user, { code, type: kind });
      return (await users.login(source.user, { code, type: kind })).session !== undefined;
    });
    expect(open).toBeShut();
  });
}

async function sourceOf(kind: Kind, users: Users, codes: Codes): Promise<CodeSource> {
  if (kind === 'email') {
    const user = await users.mailable();
    return { user, type: kind, fresh: () => users.codes.mailed(user) };
  }
  const { user } = await users.enrolled();
  return { user, type: kind, fresh: async () => codes.unused((await users.codes.enrol(user)).authenticator) };
}

/** If any code or password works, all forms of a right one do: another requirement reports that. */
async function plainlyOpen(users: Users, { user, type, fresh }: CodeSource): Promise<boolean> {
  // Wrong in every digit: a code that is wrong in one digit is itself one of the forms.
  const wrong = (await fresh()).replace(/[\da-z]/gi, (one) => String(((Number(one) || 0) + 5) % 10));
  const wrongCode = await users.login(user, { code: wrong, type });
  const password = `${user.password.reveal()}-not`;
  const wrongPassword = await users.login(user, { code: await fresh(), type, password });
  return wrongCode.session !== undefined || wrongPassword.session !== undefined;
}
