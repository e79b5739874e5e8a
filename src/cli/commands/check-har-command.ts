import type { Command } from 'commander';
import { defaultRelease } from '../../base/model/releases.js';
import { checkHar } from '../check-har.js';
import { releaseOption } from './options.js';

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
