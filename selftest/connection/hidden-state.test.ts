import { expect, test } from 'vitest';
import type { Connection } from '../../src/target/connection/connection.js';
import { giveBack } from '../../src/target/connection/give-back.js';
import { toldSupport } from '../../src/target/connection/support-state.js';
import { isShownAs, mayBeShownAs, sameSupport } from '../../src/target/journal/config.js';
import { rows } from '../tool/rows.js';
import { emulated } from './emulated.js';

async function connected(...variants: string[]) {
  const { open, state } = await emulated(variants);
  return { connection: await open(), state };
}

test('types that GET never shows are known from the last PUT', async () => {
  const { connection, state } = await connected('absent:GetMFAConfig.authenticationTypes');
  const cluster = await connection.cluster();

  expect(await cluster.on(['totp'])).toBe(true);
  expect(await cluster.on(['totp'])).toBe(false);
  expect(await cluster.on(['email', 'totp'])).toBe(true);

  expect(await state()).toMatchObject({ cluster: { enabled: true, authenticationTypes: ['email', 'totp'] } });
  expect((await cluster.read()).authenticationTypes).toEqual(['email', 'totp']);
});

test.each([
  ['are left out', ['absent:GetSupportMFAConfig.mfaType', 'absent:GetSupportMFAConfig.email']],
  ['are null', ['null:GetSupportMFAConfig.mfaType', 'null:GetSupportMFAConfig.email']],
  ['are masked', ['form:email.masked']],
  ['are masked by a sign for each character', ['form:email.masked-briefly']],
])('the mode and the address of support MFA are known even if they %s', async (_, variants) => {
  const { connection, state } = await connected(...variants);
  const support = await connection.support();

  await support.onByEmail('support@lab.example');
  await support.patch({ mfaType: 'email' });
  expect(await support.read()).toEqual({ enabled: true, mfaType: 'email', email: 'support@lab.example' });
  await support.onByTotp();
  expect(await support.read()).toMatchObject({ enabled: true, mfaType: 'totp' });
  await support.verified();
  await support.off();

  expect(await state()).toMatchObject({ support: { enabled: false, mfaType: null } });
});

test('a masked address is restored whole', async () => {
  const { connection, state } = await connected('support-mfa-on-at-first', 'form:email.masked');
  const support = await connection.support();
  expect((await support.get()).fields.email).toBe('s***@lab.example');
  const before = await state();
  await support.off();

  expect(await giveBack(connection)).toMatchObject({ restored: true, problems: [] });

  expect(await state()).toEqual(before);
});

/** `isShownAs`: it stands for another address. `mayBeShownAs`: it may be the shown form of a set address. */
test.each(rows`
  isShownAs | s***t@lab.example | support@lab.example | true
  isShownAs | sxxxxxt@lab.example | support@lab.example | true
  isShownAs | s...@lab.example | support@lab.example | true
  isShownAs | SUPPORT@lab.example | support@lab.example | true
  isShownAs | sxx@lab.example | support@lab.example | false
  isShownAs | team#1@lab.example | team1@lab.example | false
  isShownAs | ops@exxon.example | ops@eu.exon.example | false
  isShownAs | s***@lab.example | support@x.org, s@lab.example | false
  mayBeShownAs | bxx@lab.example | bob@lab.example | true
  mayBeShownAs | b#b@lab.example | bob@lab.example | true
  mayBeShownAs | Sxxp@lab.example | stop@lab.example | true
  mayBeShownAs | s***@lab.example | support@lab.example | true
  mayBeShownAs | bxx@lab.example | bobby@lab.example | false
  mayBeShownAs | bxxb@lab.example | bob@slab.example | false
  mayBeShownAs | foxx@lab.example | fazz@lab.example | false
  mayBeShownAs | bob@lab.example | bxx@lab.example | false
  mayBeShownAs |  | bob@lab.example | false
`)('%s: %s, %s: %s', (by, shown = '', address = '', isIt) => {
  const is = by === 'isShownAs' ? isShownAs(shown, address) : mayBeShownAs(shown || undefined, address);

  expect(is).toBe(isIt === 'true');
});

test('a masked address that fits two addresses does not prove the found one', () => {
  const [found, set] = [{ enabled: true, mfaType: 'email', email: 'fobb@lab.example' }, 'foee@lab.example'];
  const shown = { ...found, email: 'foxx@lab.example' };
  const told = (email: string) =>
    toldSupport(shown, { support: found, supportSet: { mfaType: 'email', email } }, undefined).email;

  expect(told(set)).toBe(set);
  expect(told(found.email)).toBe('foxx@lab.example');
  expect(sameSupport(shown, found)).toBe(false);
});

test('with late reads the next change starts from the last one', async () => {
  const { connection } = await connected('delay:support=700');
  const support = await connection.support();
  await support.onByTotp();
  await support.off();

  await support.patch({ mfaType: 'email', email: 'support@lab.example' });

  expect(await support.known()).toMatchObject({ mfaType: 'email', email: 'support@lab.example' });
});

const email = 'support@lab.example';

const changes: Readonly<Record<string, (connection: Connection) => Promise<object>>> = {
  change: async (connection) => {
    const [cluster, support] = [await connection.cluster(), await connection.support()];
    await support.patch({ enabled: true, mfaType: 'email', email });
    await support.off();
    await cluster.put({ enabled: true, authenticationTypes: ['totp'], retainUserMfaSettings: true });
    await cluster.off();
    return { support: { enabled: false }, cluster: { enabled: false } };
  },
  'change of the address': async (connection) => {
    const support = await connection.support();
    await support.ensureEmail(email);
    const mfaCode = await support.mailedCode(email);
    await support.patch({ enabled: true, mfaType: 'email', email: 'admin@lab.example', mfaCode });
    await support.ensureEmail(email);
    return { support: { enabled: true, email } };
  },
  key: async (connection) => {
    const support = await connection.support();
    await support.off();
    await support.patch({ enabled: true, mfaType: 'totp' });
    await support.off();
    return { support: { enabled: false } };
  },
};

test.each(Object.entries(changes))(
  'the next change awaits a %s that GET does not show yet',
  async (_, make) => {
    const { connection, state } = await connected('delay:support=400', 'delay:configuration=400');

    const expected = await make(connection);

    expect(await state()).toMatchObject(expected);
  },
);

test('nodes that show a change at different times are waited for', async () => {
  const { connection } = await connected('two-nodes');
  const cluster = await connection.cluster();

  await cluster.on(['totp']);

  const reads = [await cluster.read(), await cluster.read(), await cluster.read()];
  expect(reads.map(({ enabled }) => enabled)).toEqual([true, true, true]);
});
