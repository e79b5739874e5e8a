import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { startEmulator } from '../../emulator/emulator.js';
import { Connection } from '../../src/connection/connection.js';
import { giveBack } from '../../src/connection/give-back.js';
import { loadContract } from '../../src/contract/load.js';
import type { EventBody } from '../../src/model/event.js';
import { readTarget } from '../../src/target-file/read.js';
import { temporaryFolder } from '../cli/suite.js';

const contract = await loadContract('7.1.2_u3');

/** The support user's key proven, as tests leave it; what is sent and awaited from then on, and what is in force. */
async function proven(...variants: string[]) {
  const emulator = await startEmulator({ variants });
  onTestFinished(() => emulator.close());
  const folder = temporaryFolder();
  const file = join(folder, 'target.yaml');
  writeFileSync(file, stringify(emulator.targetFile()), { mode: 0o600 });
  const events: EventBody[] = [];
  const open = () =>
    Connection.open(readTarget(file, {}), contract, {
      stateDir: folder,
      write: (event) => events.push(event),
    });
  const connection = await open();
  onTestFinished(() => connection.close());
  const support = await connection.support();
  await support.verified();
  events.length = 0;
  return {
    support,
    open,
    waits: () => events.flatMap((event) => (event.type === 'wait' ? [event.for] : [])),
    sent: () => events.filter(({ type }) => type === 'exchange').length,
    state: async (): Promise<unknown> => (await fetch(`${emulator.controlUrl}/state`)).json(),
  };
}

test('a proven key is given up by a code that is good now, and whoever comes after has to wait for none', async () => {
  const { support, open, waits, state } = await proven();

  await support.letGo();

  expect(await state()).toMatchObject({ support: { enabled: false } });
  const after = await open();
  onTestFinished(() => after.close());
  expect(await giveBack(after)).toMatchObject({ restored: true, problems: [] });
  expect(waits()).not.toContain('totp step');
});

test('a key for which no code is good now is left to whoever comes after', async () => {
  const { support, open, waits, state } = await proven('totp-without-window');

  await support.letGo();

  expect(await state()).toMatchObject({ support: { enabled: true } });
  expect(waits()).toEqual([]);
  const after = await open();
  onTestFinished(() => after.close());
  expect(await giveBack(after)).toMatchObject({ restored: true, problems: [] });
  expect(await state()).toMatchObject({ support: { enabled: false } });
});

test('what is not proven by a code is left as it is', async () => {
  const { support, sent } = await proven();
  await support.off();
  await support.onByTotp();
  const before = sent();

  await support.letGo();

  expect(sent()).toBe(before);
});
