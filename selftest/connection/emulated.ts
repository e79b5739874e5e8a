import { onTestFinished } from 'vitest';
import type { EventBody, Learned } from '../../src/base/model/event.js';
import type { ReleaseName } from '../../src/base/model/releases.js';
import { loadContract } from '../../src/contract/openapi/load.js';
import { readTarget } from '../../src/input/target-file/read.js';
import type { Target } from '../../src/input/target-file/target.js';
import { Connection } from '../../src/target/connection/connection.js';
import { targetAt, temporaryFolder, writeTarget } from '../cli/suite.js';
import { emulate } from '../emulator/tools.js';

/** Opens connections of one run to a target until the test ends, and keeps the run's events. */
export async function connecting(content: object, release: ReleaseName = '7.1.2_u3') {
  const contract = await loadContract(release);
  const stateDir = temporaryFolder();
  const target = readTarget(writeTarget(stateDir, content), {});
  const events: EventBody[] = [];
  const learned: Learned[] = [];
  const write = (event: EventBody) => {
    events.push(event);
    if (event.type === 'learned') learned.push(event);
  };
  const open = async (over: Partial<Target> = {}): Promise<Connection> => {
    const connection = await Connection.open({ ...target, ...over }, contract, { stateDir, write, learned });
    onTestFinished(() => connection.close());
    return connection;
  };
  return { open, events, target, stateDir };
}

export async function connectedTo(port: number, more: object = {}) {
  const { open, ...run } = await connecting(targetAt(`http://127.0.0.1:${port}/v2`, more));
  const connection = await open();
  return { ...run, connection, api: connection.api };
}

/** Starts an emulator with these variants and faults. @returns connections of one run to it, and its real state */
export async function emulated(
  variants: readonly string[] = [],
  release: ReleaseName = '7.1.2_u3',
  faults: string[] = [],
) {
  const emulator = await emulate({ variants: [...variants], release, faults });
  const state = async (): Promise<unknown> => (await fetch(`${emulator.controlUrl}/state`)).json();
  return { ...(await connecting(emulator.targetFile(), release)), state };
}
