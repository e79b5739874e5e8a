import type { Command } from 'commander';
import { runEmulator } from '../emulator-process.js';

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

  for (const which of ['faults', 'variants'] as const) {
    program
      .command(which)
      .description(
        which === 'faults'
          ? "list the emulator's faults: each turns red the requirements that it names"
          : "list the emulator's variants: each behaves differently, but conforms",
      )
      .option('--json', 'as a JSON array', false)
      .action(async ({ json }) => {
        process.exitCode = await runEmulator(['--catalogue', which, ...(json ? ['--json'] : [])]);
      });
  }
}
