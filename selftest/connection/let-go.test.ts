import { expect, test } from 'vitest';
import type { EventBody } from '../../src/base/model/event.js';
import { giveBack } from '../../src/target/connection/give-back.js';
import { emulated } from './emulated.js';

/** A verified key of the support user; requests and waits from then on, and the real state. */
async function proven(...variants: string[]) {
  const events: EventBody[] = [];
  const { open, state } = await emulated(variants, (event) => events.push(event));
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
