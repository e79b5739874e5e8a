import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ConfigurationError } from '../base/errors.js';
import { packageRoot } from '../base/package-root.js';

/** The emulator runs as a process of its own: the suite shares no code with it. */
function emulatorProgram(): string {
  return join(packageRoot(), 'dist', 'emulator', 'main.js');
}

/** Starts the emulator and waits until it is ready; it ends with this process, however that ends. */
export async function startEmulator(
  args: readonly string[],
): Promise<{ readonly stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [emulatorProgram(), ...args, '--json', '--exit-on-stdin-end'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // A Ctrl-C on the terminal is for the suite, which still needs the emulator to give the state back to.
    detached: process.platform !== 'win32',
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await ready(child);
  return {
    stop: async () => {
      child.stdin?.end();
      await ended;
    },
  };
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(new ConfigurationError(`The emulator did not start: ${error.message}`)),
    );
    child.once('exit', () =>
      reject(new ConfigurationError('The emulator did not start: see its message above.')),
    );
    if (child.stdout !== null) createInterface(child.stdout).once('line', () => resolve());
  });
}

/** The emulator in the foreground, until it ends. @returns its exit code */
export function runEmulator(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [emulatorProgram(), ...args], { stdio: 'inherit' });
  process.on('SIGINT', () => child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', () => resolve(2));
  });
}
