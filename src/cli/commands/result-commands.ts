import { dirname, join, relative } from 'node:path';
import type { Command } from 'commander';
import { ConfigurationError } from '../../base/errors.js';
import { defaultRelease } from '../../base/model/releases.js';
import { loadRequirements } from '../../contract/requirements/catalogue.js';
import { readTarget } from '../../input/target-file/read.js';
import { checkBundle } from '../../reports/bundle/bundle.js';
import { readVerdict } from '../../verdict/derive/read.js';
import { loadClaims } from '../../verdict/statement/claims.js';
import { draftStatement } from '../../verdict/statement/draft.js';
import { checkHar } from '../check-har.js';
import { writeNew } from '../output-files.js';
import { report } from '../report.js';
import { say } from '../terminal.js';
import { releaseOption } from './options.js';

const reportHelp = `
Without --from, report writes the reports of the verdicts in --out again. With --from it merges the verdicts of shards
and other runs into --out. Missing shards or targets make the result inconclusive.
The exit code is that of the worst verdict, as for run.`;

export function addReport(program: Command): void {
  program
    .command('report')
    .description('build the reports again, and one matrix of all targets; merge shards (--from)')
    .option('--from <dir...>', 'output folders of runs or shards (their --out)')
    .option('--out <dir>', 'folder for the reports', 'reports')
    .option('--allure', 'also the Allure report, with its history in --out', false)
    .option('--open', 'open the page in a browser', false)
    .option('--json', 'print the matrix as JSON', false)
    .addHelpText('after', reportHelp)
    .action(async ({ from = [], ...options }) => {
      process.exitCode = await report({ from, ...options });
    });
}

export function addCheckHar(program: Command): void {
  program
    .command('check-har')
    .description('judge recorded traffic by the contract, without a target')
    .argument('<files...>', 'HAR files, also gzipped, and folders of them')
    .option('--base-url <url>', "the API's root to judge (default: the only recorded root that ends in /v2)")
    .addOption(releaseOption('judge by this release').default(defaultRelease))
    .option('--name <name>', "name of the reports and their folder (default: the first recording's)")
    .option('--out <dir>', 'folder for verdict and reports', 'reports')
    .option('--strict', 'a failed should gates like a must', false)
    .option('--quiet', 'print the verdict only', false)
    .option('--json', 'print the verdict as JSON', false)
    .action(async (paths: string[], options) => {
      process.exitCode = await checkHar({ paths, ...options });
    });
}

const bundleHelp = `
Exit codes: 0 unchanged; 1 a file was changed, added or removed; 2 not a bundle.
The printed hash covers all files: compare it with the hash that the sender gives you through another channel.`;

export function addVerifyBundle(program: Command): void {
  program
    .command('verify-bundle')
    .description('check the hashes of a bundle that run --bundle packed')
    .argument('<file>', 'the zip')
    .addHelpText('after', bundleHelp)
    .action((file: string) => {
      const { files, problems, sha256 } = checkBundle(file);
      for (const problem of problems) say(`${file}: ${problem}`);
      if (problems.length > 0) process.exitCode = 1;
      else say(`${file}: ${files} files, all unchanged\nSHA-256 of their list: ${sha256}`);
    });
}

const statementHelp = `
Read the file, then name it in the target file (statement: FILE): its claims become musts.`;

export function addStatement(program: Command): void {
  program
    .command('statement')
    .description("draft an implementation conformance statement from a run's verdict; sends nothing")
    .requiredOption('-t, --target <file>', 'target file')
    .option(
      '--from <verdict>',
      "a verdict.json, or a run's output folder (default: the target's last in reports/)",
    )
    .option('--out <file>', 'write it to this new file (default: standard output)')
    .addHelpText('after', statementHelp)
    .action(({ target: file, from, out }) => {
      const { name } = readTarget(file, process.env);
      const verdict = readVerdict(from ?? join('reports', name), name);
      if (verdict.target.name !== name)
        throw new ConfigurationError(`The verdict is of ${verdict.target.name}, and ${file} is of ${name}.`);
      const text = draftStatement(verdict, loadClaims(), loadRequirements());
      if (out === undefined) return say(text.trimEnd());
      writeNew(out, text);
      const named = relative(dirname(file), out);
      say(`${out} is drafted. Read and edit it, then name it in ${file}: statement: ${named}`);
    });
}
