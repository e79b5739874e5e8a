import { Command, CommanderError } from 'commander';
import { orExplain, SuiteError } from '../base/errors.js';
import { isFileError } from '../base/files.js';
import { suiteVersion } from '../base/package-root.js';
import { complain } from './terminal.js';

type Add = (program: Command) => void;

/** The commands in the order of --help. A command line loads only the part that its first word names. */
const parts: readonly (readonly [names: string, load: () => Promise<Add>])[] = [
  ['run rerun', async () => (await import('./commands/run-command.js')).addRun],
  ['report', async () => (await import('./commands/result-commands.js')).addReport],
  ['init', async () => (await import('./commands/init-command.js')).addInit],
  ['doctor', async () => (await import('./commands/target-commands.js')).addDoctor],
  ['emulator faults variants', async () => (await import('./emulator-process.js')).addEmulator],
  ['list explain', async () => (await import('./commands/catalogue-commands.js')).addCatalogue],
  ['detect', async () => (await import('./commands/target-commands.js')).addDetect],
  ['diff', async () => (await import('./commands/catalogue-commands.js')).addDiff],
  ['restore', async () => (await import('./commands/target-commands.js')).addRestore],
  ['check-har', async () => (await import('./commands/result-commands.js')).addCheckHar],
  ['code', async () => (await import('./commands/code-command.js')).addCode],
  ['verify-bundle', async () => (await import('./commands/result-commands.js')).addVerifyBundle],
  ['waivers', async () => (await import('./commands/waivers-command.js')).addWaivers],
  ['statement', async () => (await import('./commands/result-commands.js')).addStatement],
  ['compare trend', async () => (await import('./commands/history-commands.js')).addHistory],
  // Completion knows all commands, so it loads every part.
  ['', async () => (await import('./completion.js')).addCompletion],
];

export async function perform(args: readonly string[]): Promise<void> {
  const program = new Command('mfa-conformance')
    .description('Conformance and contract tests for the MFA API of Cohesity-compatible clusters')
    .version(suiteVersion())
    .showHelpAfterError('(--help lists the flags)')
    .configureHelp({
      showGlobalOptions: true,
      optionDescription: ({ description, defaultValue, argChoices }) => {
        // Help shows only defaults that are texts or numbers, so `false` and empty lists stay out.
        const isTold = typeof defaultValue === 'string' || typeof defaultValue === 'number';
        const choices = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`;
        return `${description}${choices}${isTold ? ` (default: ${defaultValue})` : ''}`;
      },
    })
    .option('--env-file <file>', 'read environment variables from a file; variables already set keep theirs')
    .option('--no-color', 'no colours, like NO_COLOR; FORCE_COLOR keeps them without a terminal')
    .hook('preAction', async (program, command) => {
      if (command.name() === 'run') (await import('./run-defaults.js')).takeDefaults(command);
      const { envFile, color } = program.opts();
      if (color === false) process.env['NO_COLOR'] = '1';
      if (envFile !== undefined) orExplain(`--env-file ${envFile}`, () => process.loadEnvFile(envFile));
    })
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) });
  const [first = ''] = args;
  const named = parts.filter(([names]) => first !== '' && names.split(' ').includes(first));
  for (const [, load] of named.length > 0 ? named : parts) (await load())(program);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : 2;
    if (error instanceof CommanderError) return;
    if (error instanceof SuiteError || isFileError(error)) complain(error.message);
    else {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      complain(`mfa-conformance failed: ${text}`);
      complain('This is a defect of the suite, not of the target: please report it.');
    }
  }
}
