import type { Connection, Credential, Open, State } from '../../fixtures/index.js';
import { anonymous, arrange, expect, prepared, test } from '../../fixtures/index.js';
import { detours, openWays, spellings, type Write, writes } from './ways.js';

/** A write with a harmless body. */
type Harmless = readonly [Write, unknown];

test('access/no-other-way-to-write-without-credentials', async ({ connection, state }) => {
  const [first, ...others] = await arrange(harmless(connection));
  expect(await tried({ connection, state }, first, detours, anonymous)).toBeShut();
  for (const each of others)
    expect(await tried({ connection, state }, each, spellings, anonymous)).toBeShut();
});

test('access/no-other-way-to-write-for-a-viewer', async ({ connection, users, state }) => {
  const as = await arrange(users.sessions.viewer());
  const [first, ...others] = await arrange(harmless(connection));

  expect(await tried({ connection, state }, first, detours, as)).toBeShut();
  for (const each of others) expect(await tried({ connection, state }, each, spellings, as)).toBeShut();
});

test('access/head-refuses-anonymous', async ({ api, admin }) => {
  for (const path of ['/mfa-config', '/support-user/mfa']) {
    const known = await arrange(api.probe('HEAD', path, { as: admin }));
    if ((await arrange(api.probe('GET', path))).status < 300)
      throw arrange.failure(`GET ${path} itself is not refused.`);
    // A method that everybody is refused shows nothing.
    if (known.status < 300) expect(await api.probe('HEAD', path)).toBeRefused();
  }
});

/** Each write with a body that is harmless if accepted; on a throw-away target its effect shows. */
async function harmless(connection: Connection): Promise<readonly [Harmless, ...Harmless[]]> {
  const [cluster, support] = [
    await prepared('UpdateMFAConfig', connection),
    await prepared('UpdateSupportMFAConfig', connection),
  ];
  return [
    [writes.cluster, cluster.anyJson],
    [writes.support, support.anyJson],
    [writes.verify, { totpCode: '000000' }],
  ];
}

async function tried(
  { connection, state }: { readonly connection: Connection; readonly state: State },
  [write, body]: Harmless,
  waysOf: typeof detours,
  as: Credential,
): Promise<readonly Open[]> {
  const [cluster, support] = [await connection.cluster(), await connection.support()];
  const before = await arrange(state.snapshot(write.part));
  const giveBack = {
    cluster: async () => cluster.giveBack(before.cluster),
    support: async () => support.giveBack(before.support),
  };
  const undone = async () => {
    const changes = await state.changesSince(before);
    if (changes.length > 0) await giveBack[write.part]();
    return changes;
  };
  return openWays(connection.api, write, waysOf(write), { as, body, undone });
}
