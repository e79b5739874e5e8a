import { expect, test } from 'vitest';
import { emulated } from './emulated.js';

/** A connection to an emulator that shows changes late, which has been seen. */
async function connected() {
  const { open } = await emulated(['delay:configuration=300', 'delay:support=300']);
  const connection = await open();
  const cluster = await connection.cluster();
  await cluster.on(['totp']);
  await cluster.off();
  return { open, cluster, support: await connection.support(), codes: connection.codes };
}

test('what stands before a change is what was put last, though reads are late', async () => {
  const { cluster } = await connected();
  const before = await cluster.known();

  // Whether it is on doesn't tell that the types are as they were put.
  await cluster.put({ ...before, authenticationTypes: ['email'] });
  expect(await cluster.known()).toMatchObject({ enabled: false, authenticationTypes: ['email'] });

  await cluster.putText(JSON.stringify({ ...before, authenticationTypes: ['email', 'totp'] }));
  expect(await cluster.assumed()).toMatchObject({ enabled: false, authenticationTypes: ['email', 'totp'] });
});

test('that others saw reads come late is enough', async () => {
  const { cluster, open } = await connected();
  const before = await cluster.known();
  const ofAnother = await (await open()).cluster();

  await ofAnother.put({ ...before, authenticationTypes: ['email'] });

  expect(await ofAnother.known()).toMatchObject({ enabled: false, authenticationTypes: ['email'] });
});

test('a change of the support user, whatever it was, is waited for likewise', async () => {
  const { support } = await connected();
  const before = await support.read();

  await support.patchText(JSON.stringify({ enabled: false, email: 'late@lab.example' }));

  expect((await support.known()).fields.email).toBe('late@lab.example');
  await support.giveBack(before);
});

test('a change of what is off already is waited for, though off is shown all the time', async () => {
  const { support } = await connected();
  await support.off();

  await support.patch({ enabled: false, email: 'late@lab.example' });

  expect((await support.known()).fields.email).toBe('late@lab.example');
});

test('what a code makes of the state is waited for likewise', async () => {
  const { support, codes } = await connected();
  const { authenticator } = await support.onByTotp();
  const state = async () => (await support.known()).fields.otpVerificationState;

  await support.verify(codes.wrong(authenticator));
  expect(await state()).toBe('kFailure');

  await support.verify(await codes.unused(authenticator));
  expect(await state()).toBe('kSuccess');
});

test('a switch after which nobody looked at logins is still to be seen there', async () => {
  const { open } = await emulated([]);
  const cluster = await (await open()).cluster();

  expect(await cluster.on(['totp'])).toBe(true);
  expect(await cluster.on(['totp'])).toBe(false);
  expect(await cluster.on(['totp'], { isFelt: true })).toBe(true);
  expect(await cluster.on(['totp'], { isFelt: true })).toBe(false);

  // That look told nothing of how late logins are: what was so before the next switch must be over by the look after it.
  await cluster.off();
  const startedAt = Date.now();
  expect(await cluster.on(['totp'], { isFelt: true })).toBe(true);
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1_800);
});

test('a target that restarts after a switch is learned to, and read after each further one', async () => {
  let reads = 0;
  const { open } = await emulated(['restarts-after-a-switch'], (event) => {
    if (event.type === 'exchange' && event.exchange.operation === 'GetMFAConfig') reads += 1;
  });
  const connection = await open();
  const cluster = await connection.cluster();
  await cluster.on(['totp']);
  await cluster.off();
  expect(connection.model.flag('restarts').value).toBe(true);

  // What switches make of the configuration is known by now, and would be expected.
  for (const change of [() => cluster.on(['totp']), () => cluster.off()]) {
    reads = 0;
    await change();
    expect(reads).toBeGreaterThan(0);
  }
});
