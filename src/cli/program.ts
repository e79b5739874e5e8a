import { Command, CommanderError } from 'commander';
import { SuiteError } from '../base/errors.js';
import { isFileError } from '../base/files.js';
import { suiteVersion } from '../base/package-root.js';
import { addCatalogue, addDiff } from './commands/catalogue-commands.js';
import { addCode } from './commands/code-command.js';
import { addHistory } from './commands/history-commands.js';
import { addInit } from './commands/init-command.js';
import { addCheckHar, addReport, addStatement, addVerifyBundle } from './commands/result-commands.js';
import { addRun } from './commands/run-command.js';
import { addDetect, addDoctor, addRestore } from './commands/target-commands.js';
import { addWaivers } from './commands/waivers-command.js';
import { addCompletion } from './completion.js';
import { addEmulator } from './emulator-process.js';
import { loadEnvironment, takeDefaults } from './run-defaults.js';
import { complain } from './terminal.js';

// In the order of --help.
const parts = [
  addRun,
  addReport,
  addInit,
  addDoctor,
  addEmulator,
  addCatalogue,
  addDetect,
  addDiff,
  addRestore,
  addCheckHar,
  addCode,
  addVerifyBundle,
  addWaivers,
  addStatement,
  addHistory,
  addCompletion,
];

export async function perform(args: readonly string[]): Promise<void> {
  const program = new Command('mfa-conformance')
    .description('Conformance and contract tests for the MFA API of Cohesity-compatible clusters')
    .version(suiteVersion())
    .showHelpAfterError('(--help lists the flags)')
    .configureHelp({
      showGlobalOptions: true,
      optionDescription: ({ description, defaultValue, argChoices }) => {
        // Help shows only useful defaults: `false` and empty lists stay out.
        const isTold = typeof defaultValue === 'string' || typeof defaultValue === 'number';
        const choices = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`;
        return `${description}${choices}${isTold ? ` (default: ${defaultValue})` : ''}`;
      },
    })
    .option('--env-file <file>', 'read environment variables from a file; those that are set already stay')
    .option('--no-color', 'no colours, like NO_COLOR; FORCE_COLOR keeps them without a terminal')
    .hook('preAction', (program, command) => {
      if (command.name() === 'run') takeDefaults(command);
      const { envFile, color } = program.opts();
      if (color === false) process.env['NO_COLOR'] = '1';
      if (envFile !== undefined) loadEnvironment(envFile);
    })
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) });
  for (const add of parts) add(program);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else if (error instanceof SuiteError || isFileError(error)) {
      complain(error.message);
      process.exitCode = 2;
    } else {
      complain(
        `mfa-conformance failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      complain('This is a defect of the suite, not of the target: please report it.');
      process.exitCode = 2;
    }
  }
}
