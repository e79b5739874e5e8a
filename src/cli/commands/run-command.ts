import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { ConfigurationError } from '../../base/errors.js';
import { gatePolicies } from '../../base/model/verdict.js';
import { idPattern } from '../../contract/requirements/catalogue.js';
import { targetFiles } from '../../input/target-file/files.js';
import { readTarget } from '../../input/target-file/read.js';
import { shardOf, wholeRun } from '../../reports/many/shard.js';
import { readVerdict } from '../../verdict/derive/read.js';
import { run } from '../run.js';
import { durationOf, lanesOf, type RunCommand, wholeNumber } from '../run-options.js';
import { say } from '../terminal.js';
import { argument, collect, externalRefsHelp, releaseOption, stateDirHelp } from './options.js';

const exitHelp = `
Exit codes:
  0  conforms, or no breach found; with --require-complete only if it conforms
  1  does not conform: a must failed (with --strict also a should), or a waiver expired or is no longer needed
  2  wrong usage or configuration: the message says what to correct; or a defect of the suite, such as a secret in a
     report; or the suite could not write its output
  3  inconclusive: the target or the network prevented a verdict, the test process was killed, nothing was checked,
     or another run uses the target; with --require-complete also if a must was not run
  4  the suite could not restore the target's state, or a second Ctrl-C stopped it before that
  129, 130, 143  stopped by SIGHUP, Ctrl-C or SIGTERM, with the state restored`;

const ofRerun = { releaseAsGiven: true, allure: false, waiverProblems: 'warn', lastFailed: true } as const;

function addRerun(program: Command, defaults: RunCommand): void {
  program
    .command('rerun')
    .description('repeat the failed and inconclusive requirements of the last run, with separate reports')
    .option('-t, --target <path>', 'target file, or a folder of target files; repeatable', collect, [])
    .option('--last-failed', 'failed and inconclusive requirements: the default', true)
    .option('--from <dir>', 'output folder of the last run (its --out)', 'reports')
    .option('--out <dir>', 'folder for verdicts and reports (default: rerun in the folder of --from)')
    .option('--state-dir <dir>', stateDirHelp)
    .option('--wait', 'wait while another run uses the target', false)
    .option('--slow', 'also requirements that take minutes without a clock control', false)
    .option('--quiet', 'print the verdict only', false)
    .option('--json', 'print the verdict as JSON', false)
    .action(async ({ target: targets, from, out = join(from, 'rerun'), stateDir, ...flags }) => {
      const grep = lastFailedOf(targets, from, undefined);
      if (grep === null) return say(nothingFailed(from));
      process.exitCode = await run({ ...defaults, ...flags, ...ofRerun, targets, out, stateDir, grep });
    });
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one option after the other
export function addRun(program: Command): void {
  const command = program
    .command('run')
    .description('run the suite against a target; without -t it starts the emulator as the target')
    .option('-t, --target <path>', 'target file, or a folder of target files; repeatable', collect, [])
    .option('--out <dir>', 'folder for verdicts and reports; each target gets a folder in it', 'reports')
    .option('--state-dir <dir>', stateDirHelp)
    .addOption(releaseOption('judge by this release'))
    .option(
      '--release-as-given',
      'judge by the named release even if the target lacks operations of it',
      false,
    )
    .option('--contract <file|url>', "judge by this OpenAPI document instead of the release's own")
    .option('--allow-external-refs', externalRefsHelp, false)
    .addOption(
      new Option(
        '--mode <mode>',
        'what the run may change: full (what allow in the target file permits) or read-only',
      )
        .choices(['full', 'read-only'])
        .default('full'),
    )
    .option(
      '--grep <glob>',
      "only requirements whose id matches, e.g. 'totp-login/*'; separate several by commas",
    )
    .option(
      '--within <time>',
      'only requirements that fit into this time, those that find most faults first: 60s, 2m',
      argument(durationOf),
    )
    .option(
      '--last-failed',
      'only requirements that failed or were inconclusive in the last run in --out',
      false,
    )
    .option('--strict', 'a failed should gates like a must', false)
    .option('--require-complete', 'a must that was not run makes the verdict inconclusive', false)
    .option('--slow', 'also requirements that take minutes without a clock control', false)
    .option('--max-failures <n>', 'end the run after N failures that gate', argument(wholeNumber(1)))
    .addOption(new Option('-x', 'the same as --max-failures 1').implies({ maxFailures: 1 }))
    .option('--seed <n>', 'seed of all random choices', argument(wholeNumber(0)), 1)
    .option('--jobs <n>', 'targets tested at once', argument(wholeNumber(1)), 2)
    .option(
      '--lanes <n>',
      'tests run at once on one target, 1 to 8, or auto: as many as it allows',
      argument(lanesOf),
      'auto',
    )
    .option(
      '--baseline <verdict>',
      'an earlier verdict.json or folder of verdicts: only failures that are not in it gate',
    )
    .addOption(
      new Option(
        '--gate <policy>',
        'failures that gate; new ones are not in the baseline (default: new with --baseline, else all)',
      ).choices(gatePolicies),
    )
    .option('--waivers <file>', "file of known failures, instead of the target file's")
    .addOption(
      new Option(
        '--waiver-problems <what>',
        'effect of waivers that expired, match nothing or are no longer needed',
      )
        .choices(['fail', 'warn'])
        .default('fail'),
    )
    .option('--shard <i/n>', 'only the i-th of n shares of the targets', argument(shardOf), wholeRun)
    .option('--bundle <file.zip>', 'pack the evidence, with a SHA-256 of each file; verify-bundle checks it')
    .option('--har', 'also failed.har: the exchanges of failed requirements, as HAR 1.2', false)
    .option('--sarif <file>', 'also SARIF 2.1.0, for code-scanning pages')
    .option('--metrics <file>', 'also OpenMetrics, for the textfile collector of a monitoring system')
    .option('--attest <file>', 'also an in-toto statement of the test result, for a signing tool')
    .option('--restore-first', 'first restore the changes of a killed run', false)
    .option('--wait', 'wait while another run uses the target', false)
    .option('--plan', 'send nothing; print what the run would do to the target', false)
    .option('--no-allure', 'leave out the results for the Allure report')
    .addOption(
      new Option('--verbose', 'show each request on one line as it happens')
        .default(false)
        .conflicts(['quiet', 'json']),
    )
    .option('--quiet', 'print the verdict only', false)
    .option('--json', 'print the verdict as JSON', false)
    .addHelpText('after', exitHelp)
    .allowExcessArguments()
    .action(async (options, { args }: Command) => {
      const [extra] = args;
      if (extra !== undefined)
        throw new ConfigurationError(`run takes no argument. Name the target file by -t: run -t ${extra}`);
      const { target: targets, lastFailed, out } = options;
      const grep = lastFailed ? lastFailedOf(targets, out, options.grep) : options.grep;
      if (grep === null) return say(nothingFailed(out));
      process.exitCode = await run({ ...options, targets, grep });
    });
  addRerun(program, command.opts());
}

export function lastFailedOf(targets: readonly string[], reports: string, grep?: string): string | null {
  const names =
    targets.length === 0
      ? ['emulator']
      : targetFiles(targets).map((file) => readTarget(file, process.env).name);
  const fits = grep === undefined ? undefined : idPattern(grep);
  const ids = names.flatMap((name) => {
    const folder = join(reports, name);
    if (!existsSync(join(folder, 'verdict.json')))
      throw new ConfigurationError(
        `--last-failed: there is no verdict on ${name} in ${folder}. Run it first.`,
      );
    return readVerdict(folder)
      .outcomes.filter(({ outcome }) => outcome === 'fail' || outcome === 'inconclusive')
      .map(({ id }) => id);
  });
  const wanted = [...new Set(ids)].filter((id) => fits?.test(id) ?? true);
  return wanted.length === 0 ? null : wanted.join(',');
}

const nothingFailed = (reports: string): string =>
  `Nothing failed or was inconclusive in the last run (${reports}): there is nothing to try again.`;
