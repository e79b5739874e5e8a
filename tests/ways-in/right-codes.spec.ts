import { enrolled, switchedOn } from '../../fixtures/logins.js';
import { arrange, expect, test } from '../../fixtures/test.js';
import type { Users } from '../../fixtures/users.js';
import {
  type CodeSource,
  tryForms,
  tryUsedForms,
  tryUsedUnderNames,
  unlessPlain,
} from '../../fixtures/ways-in.js';
import type { ClusterMfa } from '../../src/target/connection/cluster-mfa.js';
import type { Codes } from '../../src/target/connection/codes.js';
import { lists, nearCodes, noPasswords, otherTypes, usedForms } from './codes.js';
import { likelyNamesOf } from './names.js';

type Kind = CodeSource['type'];

for (const kind of ['totp', 'email'] as const) {
  for (const [id, forms] of [
    [`ways-in/list-of-${kind}-codes-opens-nothing`, lists],
    [`ways-in/near-${kind}-code-opens-nothing`, nearCodes],
    [`ways-in/${kind}-code-needs-password`, noPasswords],
    [`ways-in/${kind}-code-of-no-enabled-type-opens-nothing`, otherTypes],
  ] as const) {
    test(id, async ({ users, cluster, codes }) => {
      const source = await arrange(sourceOf(kind, users, cluster, codes));

      const open = await tryForms(users, source, forms);

      await unlessPlain(open, 'A wrong code or password', () => plainlyOpen(users, source));
      expect(open).toBeShut();
    });
  }

  test(`ways-in/used-${kind}-code-in-any-form-opens-nothing`, async ({ users, cluster, codes }) => {
    const source = await arrange(sourceOf(kind, users, cluster, codes));

    const open = [
      ...(await tryUsedForms(users, source, usedForms)),
      ...(await tryUsedUnderNames(users, source, likelyNamesOf(source.user))),
    ];

    await unlessPlain(open, 'A used code', async () => {
      const code = await source.fresh();
      await users.login(source.user, { code, type: kind });
      return (await users.login(source.user, { code, type: kind })).session !== undefined;
    });
    expect(open).toBeShut();
  });
}

async function sourceOf(kind: Kind, users: Users, cluster: ClusterMfa, codes: Codes): Promise<CodeSource> {
  if (kind === 'email') {
    const user = users.withMail();
    await switchedOn(users, cluster, user);
    await users.learnMailLogin(user);
    return { user, type: kind, fresh: () => users.mailedCode(user) };
  }
  const { user } = await enrolled(users, cluster);
  return { user, type: kind, fresh: async () => codes.unused((await users.enrol(user)).authenticator) };
}

/** Where any code or any password will do, each form of a right one will: that is another requirement's matter. */
async function plainlyOpen(users: Users, { user, type, fresh }: CodeSource): Promise<boolean> {
  // Wrong in every place: a code that is wrong in one of them is itself a form to be tried.
  const wrong = (await fresh()).replace(/[\da-z]/gi, (one) => String(((Number(one) || 0) + 5) % 10));
  const wrongCode = await users.login(user, { code: wrong, type });
  const password = `${user.password.reveal()}-not`;
  const wrongPassword = await users.login(user, { code: await fresh(), type, password });
  return wrongCode.session !== undefined || wrongPassword.session !== undefined;
}
