import { expect, test } from 'vitest';
import { NotAllowedError } from '../../src/base/errors.js';
import { giveBack } from '../../src/target/connection/give-back.js';
import { emulated } from './emulated.js';

/** Connections of an admin with a password and no API key. */
async function byPassword(...variants: string[]) {
  const { open, state, accounts } = await emulated(variants);
  const { apiKey: _, ...admin } = accounts.admin;
  return { open: (over: object = {}) => open({ accounts: { ...accounts, admin }, ...over }), state };
}

test('without an API key cluster MFA stays off on a target that is not disposable', async () => {
  const { open, state } = await byPassword('sessions-end-with-a-switch');
  const cluster = await (await open({ allow: { stateChanges: true, clusterMfa: true } })).cluster();

  await expect(cluster.on(['totp'])).rejects.toThrow(NotAllowedError);
  await expect(cluster.put({ enabled: true })).rejects.toThrow('give accounts.admin.apiKey');
  expect(await state()).toMatchObject({ cluster: { enabled: false } });
});

test('a mailed code replaces a session that the switch ended', async () => {
  const { open, state } = await byPassword('sessions-end-with-a-switch');
  const before = await open();
  await expect((await before.cluster()).on(['email', 'totp'])).rejects.toThrow('answered 401');
  expect(await state()).toMatchObject({ cluster: { enabled: true } });
  await before.close();

  expect(await giveBack(await open())).toMatchObject({ restored: true, problems: [] });
  expect(await state()).toMatchObject({ cluster: { enabled: false } });
});

test('an ended session is not taken over if it is answered 403 instead of 401', async () => {
  const { open, state } = await byPassword('refuses-with-403');
  const before = await open();
  const cluster = await before.cluster();
  before.journal.sessionId = 'ended-long-ago-7f1c';
  await cluster.putAny({ enabled: false, authenticationTypes: ['totp'] });
  await before.close();

  expect(await giveBack(await open())).toMatchObject({ restored: true, problems: [] });
  expect(await state()).toMatchObject({ cluster: { authenticationTypes: ['email', 'totp'] } });
});

test('if null keeps values, an unconfigured state is restored as empty', async () => {
  const { open, state } = await emulated(['null-keeps-what-is']);
  const cluster = await (await open()).cluster();
  await cluster.found();
  await cluster.on(['totp']);

  expect(await giveBack(await open())).toMatchObject({ restored: true, residue: [] });
  expect(await state()).toMatchObject({
    cluster: { enabled: false, authenticationTypes: [], retainUserMfaSettings: false },
  });
});
