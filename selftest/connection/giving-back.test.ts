import { expect, test } from 'vitest';
import { ArrangeError, NotAllowedError } from '../../src/base/errors.js';
import { ClusterRestore } from '../../src/target/connection/cluster-restore.js';
import { giveBack } from '../../src/target/connection/give-back.js';
import type { ClusterConfig } from '../../src/target/journal/config.js';
import { emulated } from './emulated.js';

/** A verified key of the support user; requests and waits from then on, and the real state. */
async function proven(...variants: string[]) {
  const { open, state, events } = await emulated(variants);
  const support = await (await open()).support();
  await support.verified();
  events.length = 0;
  return {
    support,
    open,
    state,
    waits: () => events.flatMap((event) => (event.type === 'wait' ? [event.for] : [])),
    sent: () => events.filter(({ type }) => type === 'exchange').length,
  };
}

test('a verified key is given up by a current code, so that later tests need no wait', async () => {
  const { support, open, waits, state } = await proven();

  await support.letGo();

  expect(await state()).toMatchObject({ support: { enabled: false } });
  const after = await open();
  expect(await giveBack(after)).toMatchObject({ restored: true, problems: [] });
  expect(waits()).not.toContain('code step');
});

test('a key without a current code is left to later tests', async () => {
  const { support, open, waits, state } = await proven('totp-without-window');

  await support.letGo();

  expect(await state()).toMatchObject({ support: { enabled: true } });
  expect(waits()).toEqual([]);
  const after = await open();
  expect(await giveBack(after)).toMatchObject({ restored: true, problems: [] });
  expect(await state()).toMatchObject({ support: { enabled: false } });
});

test('an unverified key is left unchanged', async () => {
  const { support, sent } = await proven();
  await support.off();
  await support.onByTotp();
  const before = sent();

  await support.letGo();

  expect(sent()).toBe(before);
});

test('a key that is held again keeps its used steps', async () => {
  const { support } = await proven('totp-without-window');
  const known = await support.verified();

  support.hold(known.answer, known);

  expect(support.authenticator).toBe(known.authenticator);
  expect(await support.verified()).toMatchObject({ code: known.code, authenticator: known.authenticator });
});

/** Connections of an admin with a password and no API key. */
async function byPassword(...variants: string[]) {
  const { open, state, target } = await emulated(variants);
  const { apiKey: _, ...admin } = target.accounts.admin;
  const accounts = { ...target.accounts, admin };
  return { open: (over: object = {}) => open({ accounts, ...over }), state };
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

const found: ClusterConfig = { enabled: false, authenticationTypes: null, retainUserMfaSettings: null };

test('what is shown in a form that cannot be read is overwritten with what was found', async () => {
  const stored: object[] = [];
  const read = async () => {
    if (stored.length === 0) throw new ArrangeError('GET /mfa-config answered a wrongly typed member.');
    return found;
  };
  const store = async (config: object) => stored.push(config) > 0;

  const lost = await new ClusterRestore({ readAsShown: read, readUntil: read, store }).giveBack(found);

  expect({ lost, stored }).toEqual({ lost: [], stored: [found] });
});
