import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { packageRoot } from '../../src/base/package-root.js';
import { writeTarget } from '../cli/suite.js';
import { firstLineOf } from '../tool/processes.js';
import { coverageVariable, mutantVariable } from './variables.js';

export interface MutatedEmulator {
  readonly file: string;
  stop(): Promise<void>;
}

interface Start {
  readonly program: string;
  readonly name: string;
  readonly folder: string;
  /** The id of the mutant; undefined for the unchanged emulator. */
  readonly mutant?: string;
  /** The file for the mutants that the emulator reached. */
  readonly coverage?: string;
}

const switches = pathToFileURL(join(packageRoot(), 'dist', 'selftest', 'mutation', 'switches.js')).href;
const startTimeoutMs = 60_000;
const stopTimeoutMs = 5000;

/** @returns undefined if the mutant prevents the emulator's start */
export async function startMutated(start: Start): Promise<MutatedEmulator | undefined> {
  const { program, name, folder, mutant, coverage } = start;
  const file = join(folder, `${name}.yaml`);
  const flags = ['--port', '0', '--write-target', file, '--json', '--exit-on-stdin-end'];
  const child = spawn(process.execPath, ['--import', switches, program, ...flags], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      ...process.env,
      ...(mutant === undefined ? {} : { [mutantVariable]: mutant }),
      ...(coverage === undefined ? {} : { [coverageVariable]: coverage }),
    },
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    const impatient = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    child.stdin.end();
    await ended;
    clearTimeout(impatient);
  };
  // The emulator may have ended before this process writes to it.
  child.stdin.on('error', () => undefined);
  const tooLong = pause(startTimeoutMs, false, { ref: false });
  const isReady = firstLineOf(child).catch(() => false);
  if ((await Promise.race([isReady, tooLong])) && hurry(folder, name)) return { file, stop };
  await stop();
  return undefined;
}

/** Adds a name and short waits to the target file. */
function hurry(folder: string, name: string): boolean {
  const file = `${name}.yaml`;
  try {
    const content: unknown = parse(readFileSync(join(folder, file), 'utf8'));
    const { mail, limits, ...rest } = Object(content);
    const quick = { requestTimeoutMs: 5000, settleMs: 500 };
    const changed = { mail: { ...mail, timeoutMs: 2000 }, limits: { ...limits, ...quick } };
    writeTarget(folder, { ...rest, name, ...changed }, file);
    return true;
  } catch {
    return false;
  }
}
