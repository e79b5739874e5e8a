import type { Command } from 'commander';
import { TransportError } from '../../base/errors.js';
import { readTarget } from '../../input/target-file/read.js';
import { detect, renderDetection, renderDetectionJson } from '../../target/detect/detect.js';
import { stateDirOf } from '../../target/journal/state-dir.js';
import { doctor } from '../doctor.js';
import { restore } from '../restore.js';
import { complain } from '../terminal.js';
import { stateDirHelp } from './options.js';

const doctorHelp = `
Each account tries to log in. The first account with an address gets a mailed code, which doctor awaits. Nothing else
changes; without allow.stateChanges no account logs in and no mail is sent.
Exit codes: 0 the target file is right; 2 it is wrong or can't be read; 3 the target does not answer`;

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check a target file against its target: accounts, mail, clock, TLS, login, rate')
    .requiredOption('-t, --target <file>', 'target file')
    .option('--state-dir <dir>', stateDirHelp)
    .addHelpText('after', doctorHelp)
    .action(async ({ target, stateDir }) => {
      process.exitCode = await doctor(target, stateDir);
    });
}

export function addRestore(program: Command): void {
  program
    .command('restore')
    .description('restore the changes of a killed run; without -t list the open journals')
    .option('-t, --target <file>', 'target file')
    .option('--state-dir <dir>', stateDirHelp)
    .option('--wait', 'wait while a run uses the target', false)
    .action(async ({ target, stateDir, wait }) => {
      process.exitCode = await restore(target, stateDir, wait);
    });
}

const detectHelp = `
Exit codes: 0 a release fits; 1 none fits, the nearest is named; 2 wrong usage or configuration;
3 the target does not answer, or does not speak this API`;

export function addDetect(program: Command): void {
  program
    .command('detect')
    .description('show which releases a target fits, and the evidence against others; only reads')
    .requiredOption('-t, --target <file>', 'target file')
    .option('--json', 'as JSON', false)
    .addHelpText('after', detectHelp)
    .action(async ({ target: file, json }) => {
      const target = readTarget(file, process.env);
      try {
        const found = await detect(target, stateDirOf(undefined, process.env));
        process.stdout.write((json ? renderDetectionJson : renderDetection)(target, found));
        if (found.best.length === 0) process.exitCode = 1;
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        complain(error.message);
        process.exitCode = 3;
      }
    });
}
