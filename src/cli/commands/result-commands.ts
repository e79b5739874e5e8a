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
Without --from the verdicts in --out are read, and their reports are written again. With --from the verdicts of
shards and other runs are merged into --out. Fewer shards or targets than were planned are inconclusive.
The exit code is that of the worst verdict, as of run.`;

export function addReport(program: Command): void {
  program
    .command('report')
    .description('build the reports again, and one matrix of all targets; merge shards (--from)')
    .option('--from <dir...>', 'folders that runs or shards wrote into (their --out)')
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
    .option('--base-url <url>', "the API's root to look at (default: the one root recorded that ends in /v2)")
    .addOption(releaseOption('judge by this release').default(defaultRelease))
    .option('--name <name>', "of the reports and their folder (default: the first recording's)")
    .option('--out <dir>', 'folder for verdict and reports', 'reports')
    .option('--strict', 'a failed should gates like a must', false)
    .option('--quiet', 'print the verdict only', false)
    .option('--json', 'print the verdict as JSON', false)
    .action(async (paths: string[], options) => {
      process.exitCode = await checkHar({ paths, ...options });
    });
}

const bundleHelp = `
Exit codes: 0 all is as it was packed; 1 something was changed, added or taken away; 2 it is not a bundle.
The printed hash covers all files: compare it with the hash that the sender gives you by another way.`;

export function addVerifyBundle(program: Command): void {
  program
    .command('verify-bundle')
    .description('check the hashes of what run --bundle has packed')
    .argument('<file>', 'the zip')
    .addHelpText('after', bundleHelp)
    .action((file: string) => {
      const { files, problems, sha256 } = checkBundle(file);
      for (const problem of problems) say(`${file}: ${problem}`);
      if (problems.length > 0) process.exitCode = 1;
      else say(`${file}: ${files} files, all as they were packed\nSHA-256 of their list: ${sha256}`);
    });
}

const statementHelp = `
Name the file in the target file (statement: FILE) once you have read it: what it claims is a must from then on.`;

export function addStatement(program: Command): void {
  program
    .command('statement')
    .description("draft an implementation conformance statement from a run's verdict; sends nothing")
    .requiredOption('-t, --target <file>', 'target file')
    .option(
      '--from <verdict>',
      "a verdict.json, or the folder that a run wrote into (default: the target's last in reports/)",
    )
    .option('--out <file>', 'write it there, unless there is such a file (default: standard output)')
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
      say(`${out} is drafted. Read it, make it yours, then name it in ${file}: statement: ${named}`);
    });
}
