import type { Command } from 'commander';
import { doctor } from '../doctor.js';
import { stateDirHelp } from './options.js';

const help = `
Each account tries to log in. The first account with an address gets a mailed code, which doctor awaits. Nothing else
changes; without allow.stateChanges no account logs in and no mail is sent.
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
