import { expect, test } from 'vitest';
import { emulated } from './emulated.js';

/** More than the second or so that a very busy machine may take to pass on an answer. */
const busyMs = 2_000;

async function connected(delayMs = 300) {
  const { open } = await emulated([`delay:configuration=${delayMs}`, `delay:support=${delayMs}`]);
  const connection = await open();
  const cluster = await connection.cluster();
  await cluster.on(['totp']);
  await cluster.off();
  return { open, cluster, support: await connection.support(), codes: connection.codes };
}

test('a change starts from the last PUT, although reads are late', async () => {
  const { cluster } = await connected(busyMs);
  const before = await cluster.known();

  // GET shows the switch, but this doesn't prove that the types are stored.
  await cluster.put({ ...before, authenticationTypes: ['email'] });
  expect(await cluster.known()).toMatchObject({ enabled: false, authenticationTypes: ['email'] });

  await cluster.putText(JSON.stringify({ ...before, authenticationTypes: ['email', 'totp'] }));
  expect(await cluster.assumed()).toMatchObject({ enabled: false, authenticationTypes: ['email', 'totp'] });
});

test('a connection knows of the late reads that another one saw', async () => {
  const { cluster, open } = await connected();
  const before = await cluster.known();
  const ofAnother = await (await open()).cluster();

  await ofAnother.put({ ...before, authenticationTypes: ['email'] });

  expect(await ofAnother.known()).toMatchObject({ enabled: false, authenticationTypes: ['email'] });
});

test.each(['patch', 'patchText'] as const)(
  'a change of the support user by %s is awaited, although off is always shown',
  async (by) => {
    const { support } = await connected();
    const change = { enabled: false, email: 'late@lab.example' };
    await support.off();

    await (by === 'patch' ? support.patch(change) : support.patchText(JSON.stringify(change)));

    expect((await support.known()).email).toBe('late@lab.example');
  },
);

test('the state after a code is awaited as well', async () => {
  const { support, codes } = await connected(busyMs);
  const { authenticator } = await support.onByTotp();
  const state = async () => (await support.lookBefore()).fields.otpVerificationState;

  await support.verify(codes.wrong(authenticator));
  expect(await state()).toBe('kFailure');

  await support.verify(await codes.unused(authenticator));
  expect(await state()).toBe('kSuccess');
});

test('a switch is awaited at logins until a test has looked there', async () => {
  const { open } = await emulated();
  const cluster = await (await open()).cluster();

  expect(await cluster.on(['totp'])).toBe(true);
  expect(await cluster.on(['totp'])).toBe(false);
  expect(await cluster.on(['totp'], { isFelt: true })).toBe(true);
  expect(await cluster.on(['totp'], { isFelt: true })).toBe(false);

  // No login has shown yet how late a switch reaches logins, so this switch waits for the earlier one.
  await cluster.off();
  const startedAt = Date.now();
  expect(await cluster.on(['totp'], { isFelt: true })).toBe(true);
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1_800);
});

test('another type is waited for while no login has shown how late a change reaches logins', async () => {
  const { open } = await emulated();
  const cluster = await (await open()).cluster();
  await cluster.on(['totp']);

  const startedAt = Date.now();
  expect(await cluster.on(['totp', 'email'], { isFelt: true })).toBe(true);
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1_800);
});

test('a restarting target is recognised and read after each further switch', async () => {
  const { open, events } = await emulated(['restarts-after-a-switch']);
  const read = expect.objectContaining({ operation: 'GetMFAConfig' });
  const connection = await open();
  const cluster = await connection.cluster();
  await cluster.on(['totp']);
  await cluster.off();
  expect(connection.model.flag('restarts').value).toBe(true);

  // By now the effect of switches is known, so the suite could skip a read.
  for (const change of [() => cluster.on(['totp']), () => cluster.off()]) {
    events.length = 0;
    await change();
    expect(events).toContainEqual(expect.objectContaining({ type: 'exchange', exchange: read }));
  }
});
