import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { ConfigurationError } from '../base/errors.js';
import { packageRoot } from '../base/package-root.js';

const emulatorProgram = () => [
  '--import',
  new URL('./start.js', import.meta.url).href,
  join(packageRoot(), 'dist', 'emulator', 'main.js'),
];

/** Starts the emulator and waits until it is ready. The emulator ends with this process, even after a kill. */
export async function startEmulator(
  args: readonly string[],
): Promise<{ readonly stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [...emulatorProgram(), ...args, '--json', '--exit-on-stdin-end'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Keeps Ctrl-C from the emulator: the suite still has to restore its state.
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

function runEmulator(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [...emulatorProgram(), ...args], { stdio: 'inherit' });
  process.on('SIGINT', () => child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', () => resolve(2));
  });
}

export function addEmulator(program: Command): void {
  program
    .command('emulator')
    .description('start the emulator alone, as a target to try things on; its own --help lists the flags')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (_options, command: Command) => {
      process.exitCode = await runEmulator(command.args);
    });

  const lists = {
    faults: "list the emulator's faults: each turns red the requirements that it names",
    variants: "list the emulator's variants: each behaves differently, but conforms",
  };
  for (const [which, description] of Object.entries(lists)) {
    program
      .command(which)
      .description(description)
      .option('--json', 'as a JSON array', false)
      .action(async ({ json }) => {
        process.exitCode = await runEmulator(['--catalogue', which, ...(json ? ['--json'] : [])]);
      });
  }
}
