import type { Command } from 'commander';
import { doctor } from '../doctor.js';
import { stateDirHelp } from './options.js';

const help = `
Each account logs in, or is refused with the reason; a code is mailed to the first that has an address and is waited
for. Nothing is changed but that: without allow.stateChanges nobody logs in and nothing is mailed.
Exit codes: 0 the target file holds what it promises; 2 it does not, or can't be read; 3 the target does not answer`;

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('try what a target file promises: accounts, mail, clock, TLS, login, rate')
    .requiredOption('-t, --target <file>', 'target file')
    .option('--state-dir <dir>', stateDirHelp)
    .addHelpText('after', help)
    .action(async ({ target, stateDir }) => {
      process.exitCode = await doctor(target, stateDir);
    });
}
