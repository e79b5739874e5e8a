import { expect, test } from 'vitest';
import { BodyTrials } from '../../fixtures/body-trials.js';
import { NotAllowedError } from '../../src/base/errors.js';
import { memberOf } from '../../src/contract/judging/body.js';
import { giveBack } from '../../src/target/connection/give-back.js';
import type { ClusterConfig } from '../../src/target/journal/config.js';
import { httpServer, listen } from '../cli/servers.js';
import { bytesOf } from '../tool/proxy.js';
import { connectedTo, emulated } from './emulated.js';

/** Verifies a key of the support user. @returns later requests and waits, and the real state */
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

test('a key that the suite cannot read is shown to tests, and given up without a code', async () => {
  const { open, state } = await emulated([], undefined, ['totp/support-key-in-hex']);
  const support = await (await open()).support();

  expect(await support.enrolled()).toMatchObject({ authenticator: undefined, answer: { status: 200 } });
  await expect(support.onByTotp()).rejects.toThrow(/secret is not known/);
  expect(await giveBack(await open())).toMatchObject({ restored: true, problems: [] });
  expect(await state()).toMatchObject({ support: { enabled: false } });
});

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

const on: ClusterConfig = { enabled: true, authenticationTypes: ['totp'], retainUserMfaSettings: true };
const offForgetting: ClusterConfig = { ...on, enabled: false, retainUserMfaSettings: false };

/** Switching off without retainUserMfaSettings deletes enrolments. @param shown the first answers of GET */
async function keeping(cluster: object, shown: readonly unknown[] = []) {
  const support = { enabled: false };
  let now = cluster;
  const bodies: unknown[] = [];
  const late = [...shown];
  const seen = { deleted: 0, patches: 0 };
  const server = httpServer(async (request, response) => {
    const isCluster = request.url?.endsWith('/mfa-config') === true;
    const sent = await bytesOf(request);
    if (request.method === 'GET') {
      const body = isCluster ? (late.shift() ?? now) : support;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      return;
    }
    if (isCluster) {
      const body: object = JSON.parse(sent.toString());
      bodies.push(body);
      const isOff = memberOf(now, 'enabled') === true && memberOf(body, 'enabled') !== true;
      if (isOff && memberOf(body, 'retainUserMfaSettings') !== true) seen.deleted += 1;
      now = { ...offForgetting, ...body };
    } else seen.patches += 1;
    response.writeHead(204).end();
  });
  const { connection } = await connectedTo((await listen(server)).port, {
    allow: { stateChanges: true, clusterMfa: true },
  });
  return { connection, seen, bodies, now: () => now };
}

const wrongForm = { ...on, enabled: 'yes' };
const offBefore = { ...offForgetting, authenticationTypes: ['email'] };

test.each<[string, readonly unknown[]]>([
  ['is shown as on', []],
  ['is shown as off by a late node, and then as on', [offForgetting, on]],
  ['is shown as off by a late node until it was stored', [offBefore, offBefore]],
  ['cannot be read', [wrongForm, wrongForm]],
])(
  'restoring a state that was found off keeps the enrolments of users if cluster MFA %s',
  async (_, shown) => {
    const { connection, seen, now } = await keeping(on, shown);
    connection.journal.noteFound({ cluster: offForgetting });

    await giveBack(connection);

    expect({ now: now(), deleted: seen.deleted }).toEqual({ now: offForgetting, deleted: 0 });
  },
);

test('a state that cannot be read is overwritten with the original one', async () => {
  const { connection, bodies } = await keeping(on, [wrongForm]);

  expect(await (await connection.cluster()).giveBack(offForgetting)).toEqual([]);

  expect(bodies).toEqual([{ ...offForgetting, retainUserMfaSettings: true }, offForgetting]);
});

test('a state that differs only in the order of its types is restored', async () => {
  const found = { ...offForgetting, authenticationTypes: ['email', 'totp'], retainUserMfaSettings: true };
  const { connection, now } = await keeping({ ...found, authenticationTypes: ['totp', 'email'] });
  connection.journal.noteFound({ cluster: found });

  expect(await giveBack(connection)).toMatchObject({ restored: true, problems: [] });

  expect(now()).toEqual(found);
});

test('a state that was found on is stored at once', async () => {
  const found = { ...on, retainUserMfaSettings: false };
  const { connection, seen, bodies } = await keeping(offForgetting);

  expect(await (await connection.cluster()).giveBack(found)).toEqual([]);

  expect({ bodies, deleted: seen.deleted }).toEqual({ bodies: [found], deleted: 0 });
});

test('bodies that switch cluster MFA on are undone without deleting the enrolments of users', async () => {
  const { connection, seen, bodies, now } = await keeping(offForgetting);
  const [cluster, support] = [await connection.cluster(), await connection.support()];

  const trials = new BodyTrials(connection.api, cluster, support, 1);
  expect(await trials.cluster.valid(() => undefined)).toBe(undefined);

  expect(bodies).toContainEqual(expect.objectContaining({ enabled: true }));
  expect({ now: now(), deleted: seen.deleted }).toEqual({ now: offForgetting, deleted: 0 });
});

test("a person's key that is gone is not replaced, and the state does not count as restored", async () => {
  const { connection, seen } = await keeping(offForgetting);
  connection.journal.noteFound({ support: { enabled: true, mfaType: 'totp', email: null } });

  expect(await giveBack(connection)).toMatchObject({
    restored: false,
    problems: [expect.stringContaining('a new key would lock the owner out')],
  });

  expect(seen.patches).toBe(0);
});

test('cluster MFA that was found on keeps the keys of users before it is switched off', async () => {
  const { open, events } = await emulated(['cluster-mfa-on-at-first']);
  await (await (await open()).cluster()).off();

  const sent = events.map((event) => (event.type === 'exchange' ? event.exchange.request.body : undefined));
  const puts = sent.flatMap((body) => (body?.includes('"enabled"') ? [JSON.parse(body)] : []));
  expect(puts).toMatchObject([true, false].map((enabled) => ({ enabled, retainUserMfaSettings: true })));
});
