import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { loadContract } from '../contract/load.js';
import { defaultRelease, releaseNames } from '../contract/releases.js';
import { ConfigurationError, SuiteError } from '../errors.js';
import { loadRequirements } from '../requirements/catalogue.js';
import { suiteVersion } from '../version.js';
import { runEmulator } from './emulator-process.js';
import { renderExplain } from './explain.js';
import { renderList } from './list.js';
import { restore } from './restore.js';
import { run } from './run.js';
import { modeOf, releaseOf, wholeNumber } from './run-options.js';
import { complain, say } from './terminal.js';

const exitHelp = `
Exit codes:
  0  conforms
  1  does not conform: a must failed (with --strict also a should)
  2  wrong usage or configuration: the message says what to correct
  3  inconclusive: the target or the network got in the way, or nothing was checked
  4  the target's state could not be given back
  130, 143  stopped by Ctrl-C or SIGTERM, with the state given back`;

const program = new Command('mfa-conformance')
  .description('Conformance and contract tests for the MFA API of Cohesity-compatible clusters')
  .version(suiteVersion())
  .showHelpAfterError('(--help tells the flags)')
  .configureHelp({
    // Only defaults that tell something: no `false`, no empty list.
    optionDescription: ({ description, defaultValue }) =>
      typeof defaultValue === 'string' || typeof defaultValue === 'number'
        ? `${description} (default: ${defaultValue})`
        : description,
  })
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text) });

const collect = (value: string, before: string[]) => [...before, value];

/** Wrong values are told by commander like wrong flags. */
function argument<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };
}

program
  .command('run')
  .description('run the suite against a target; without -t against the emulator, which is started for it')
  .option('-t, --target <file>', 'target file; repeatable, one for each target', collect, [])
  .option('--out <dir>', 'folder for verdicts and reports; each target gets a folder in it', 'reports')
  .option(
    '--state-dir <dir>',
    'folder for journals (default: $MFA_CONFORMANCE_STATE, else ~/.local/state/mfa-conformance)',
  )
  .option('--release <release>', `judge by this release: ${releaseNames.join(', ')}`, argument(releaseOf))
  .option(
    '--mode <mode>',
    'full or read-only; what full may change, the target file says (allow)',
    argument(modeOf),
    'full' as const,
  )
  .option('--grep <glob>', "only requirements whose id fits, e.g. 'totp-login/*'")
  .option('--strict', 'a failed should gates like a must', false)
  .option('--require-complete', 'a must that was not run makes the verdict inconclusive', false)
  .option('--slow', 'also what takes real minutes without a clock control', false)
  .option('--seed <n>', 'seed of what is random', argument(wholeNumber(0)), 1)
  .option('--jobs <n>', 'targets tried at once', argument(wholeNumber(1)), 2)
  .option('--restore-first', 'give back what a killed run left changed, then run', false)
  .option('--plan', 'send nothing; print what would be done to the target', false)
  .option('--quiet', 'print the verdict only', false)
  .option('--json', 'print the verdict as JSON', false)
  .addHelpText('after', exitHelp)
  .allowExcessArguments()
  .action(async (options, command: Command) => {
    const [extra] = command.args;
    if (extra !== undefined)
      throw new ConfigurationError(`run takes no argument: a target file goes to -t, run -t ${extra}`);
    const { target, stateDir, release, grep, ...rest } = options;
    process.exitCode = await run({ ...rest, targets: target, stateDir, release, grep });
  });

program
  .command('emulator')
  .description('start the emulator alone, as a target to try things on; its own --help tells the flags')
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

program
  .command('list')
  .description('list the requirements')
  .option('--level <level>', 'must or should')
  .option('--area <area>', 'one area, e.g. totp-login')
  .option('--grep <glob>', 'only ids that fit')
  .option('--json', 'as a JSON array', false)
  .action(({ level, area, grep, json }) => {
    if (level !== undefined && level !== 'must' && level !== 'should') {
      throw new ConfigurationError(`--level ${level}: wanted must or should.`);
    }
    const width = process.stdout.isTTY ? { width: process.stdout.columns } : {};
    say(renderList(loadRequirements(), { json, level, area, grep, ...width }));
  });

program
  .command('explain')
  .description('explain one requirement: text, source, needs, and how to reproduce it with curl')
  .argument('<id>', 'e.g. totp-key/secret-matches-uri')
  .option('--release <release>', 'for this release', argument(releaseOf), defaultRelease)
  .action(async (id: string, { release }) => {
    const contract = await loadContract(release);
    say(renderExplain(id, loadRequirements(), contract.operations));
  });

program
  .command('restore')
  .description('give back what a killed run left changed; without -t list the open journals')
  .option('-t, --target <file>', 'target file')
  .option(
    '--state-dir <dir>',
    'folder for journals (default: $MFA_CONFORMANCE_STATE, else ~/.local/state/mfa-conformance)',
  )
  .action(async ({ target, stateDir }) => {
    process.exitCode = await restore(target, stateDir);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof SuiteError) {
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
