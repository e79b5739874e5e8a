import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { startEmulator } from '../../emulator/emulator.js';
import type { EventBody, Learned } from '../../src/base/model/event.js';
import type { ReleaseName } from '../../src/base/model/releases.js';
import { loadContract } from '../../src/contract/openapi/load.js';
import { readTarget } from '../../src/input/target-file/read.js';
import type { Target } from '../../src/input/target-file/target.js';
import { Connection } from '../../src/target/connection/connection.js';
import { temporaryFolder } from '../cli/suite.js';

/** An emulator with these variants: connections of one run to it, and its real state. */
export async function emulated(
  variants: readonly string[],
  write: (event: EventBody) => void = () => {},
  release: ReleaseName = '7.1.2_u3',
) {
  const contract = await loadContract(release);
  const emulator = await startEmulator({ variants: [...variants], release });
  onTestFinished(() => emulator.close());
  const folder = temporaryFolder();
  const file = join(folder, 'target.yaml');
  writeFileSync(file, stringify(emulator.targetFile()), { mode: 0o600 });
  const learned: Learned[] = [];
  const log = (event: EventBody) => {
    if (event.type === 'learned') learned.push(event);
    write(event);
  };
  /** @param over replaces members of a disposable target */
  const open = async (over: Partial<Target> = {}): Promise<Connection> => {
    const target = { ...readTarget(file, {}), ...over };
    const connection = await Connection.open(target, contract, { stateDir: folder, write: log, learned });
    onTestFinished(() => connection.close());
    return connection;
  };
  const state = async (): Promise<unknown> => (await fetch(`${emulator.controlUrl}/state`)).json();
  const { accounts } = readTarget(file, {});
  return { open, state, accounts };
}
