import type { Command } from 'commander';
import { restore } from '../restore.js';
import { stateDirHelp } from './options.js';

export function addRestore(program: Command): void {
  program
    .command('restore')
    .description('restore what a killed run left changed; without -t list the open journals')
    .option('-t, --target <file>', 'target file')
    .option('--state-dir <dir>', stateDirHelp)
    .option('--wait', 'wait while a run uses the target', false)
    .action(async ({ target, stateDir, wait }) => {
      process.exitCode = await restore(target, stateDir, wait);
    });
}
