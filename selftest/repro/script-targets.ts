import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EmulatorOptions, startEmulator } from '../../emulator/emulator.js';
import { freePort } from '../../emulator/free-port.js';
import { jsonOf, objectOf, shapes } from '../../src/base/shape.js';
import { readTarget } from '../../src/input/target-file/read.js';
import type { Target } from '../../src/input/target-file/target.js';
import { writeTarget } from '../cli/suite.js';
import { firstLineOf, printedOn } from '../tool/processes.js';

/** A target started for one script or for one run of the suite. */
export interface ScriptTarget {
  readonly target: Target;
  readonly clock?: string;
  readonly authority?: string;
  /** How the state differs from the one at the start; undefined if it doesn't, or if the target can't show it. */
  readonly left: () => Promise<string | undefined>;
  readonly close: () => Promise<void>;
}

/** Starts a target with an empty state. @param folder for its target file */
export type Start = (folder: string) => Promise<ScriptTarget>;

export function emulated(options: Pick<EmulatorOptions, 'faults' | 'release' | 'tls'>): Start {
  return async (folder) => {
    mkdirSync(folder, { recursive: true });
    const emulator = await startEmulator(options);
    const authority = join(folder, 'ca.pem');
    if (emulator.certificate !== undefined) writeFileSync(authority, emulator.certificate);
    return {
      target: readTarget(writeTarget(folder, emulator.targetFile()), {}),
      clock: `${emulator.controlUrl}/clock`,
      ...(emulator.certificate === undefined ? {} : { authority }),
      left: async () => {
        const text = await (await fetch(`${emulator.controlUrl}/state`)).text();
        return /"enabled":true/.test(text) ? text : undefined;
      },
      close: () => emulator.close(),
    };
  };
}

/** The accounts that the protocol of commands demands: see docs/reproduce.md. */
const account = (username: string) => ({
  username,
  password: `${username.replace(/^./, (first) => first.toUpperCase())}-Passw0rd!`,
  domain: 'LOCAL',
  email: `${username}@example.test`,
  sid: username,
  apiKey: `00000000-${username}-key`,
});

export function commanded(command: readonly string[], mutant?: string): Start {
  return async (folder) => {
    mkdirSync(folder, { recursive: true });
    const listen = `127.0.0.1:${await freePort()}`;
    const [program = '', ...rest] = command;
    const faults = mutant === undefined ? [] : ['--mutant', mutant];
    const child = spawn(program, [...rest, '--port', '0', '--smtp', listen, ...faults], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const file = writeTarget(folder, {
      name: mutant ?? 'base',
      baseUrl: await readyAt(child),
      accounts: { admin: account('admin'), viewer: account('viewer'), other: account('bob') },
      supportUser: { email: 'support@example.test' },
      mail: { kind: 'smtp', listen, timeoutMs: 15_000, quietMs: 1_500 },
      allow: { disposable: true },
      limits: { requestsPerSecond: 200, requestTimeoutMs: 10_000 },
    });
    return { target: readTarget(file, {}), left: async () => undefined, close: () => ended(child) };
  };
}

async function readyAt(child: ChildProcess): Promise<string> {
  const line = await firstLineOf(child);
  const ready = jsonOf(line, objectOf({ baseUrl: shapes.text }));
  if (ready !== undefined) return ready.baseUrl;
  throw new Error(`The target's first line has no baseUrl: ${line}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

const { flag } = shapes;
const isManifest = objectOf({
  mutants: shapes.listOf(
    objectOf({ id: shapes.text, core: flag, unfair: flag, arguable: flag }, ['core', 'unfair', 'arguable']),
  ),
});

/** The ids of those faults of a command that its `--manifest` names as core, and not as unfair or arguable. */
export async function mutantsOf(command: readonly string[]): Promise<{ readonly id: string }[]> {
  const [program = '', ...rest] = command;
  const child = spawn(program, [...rest, '--manifest'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const text = printedOn(child.stdout);
  await once(child, 'close');
  const { mutants = [] } = jsonOf(text(), isManifest) ?? {};
  return mutants.filter(({ core = true, unfair = false, arguable = false }) => core && !unfair && !arguable);
}
