import type { Command } from 'commander';
import { report } from '../report.js';

const help = `
Without --from the verdicts in --out are read, and their reports are written again. With --from the verdicts of
shards and other runs are merged into --out. Fewer shards or targets than were planned are inconclusive.
The exit code is that of the worst verdict, as of run.`;

/** `report`: builds the reports from verdicts, and one matrix of many targets and shards. */
export function addReport(program: Command): void {
  program
    .command('report')
    .description('build the reports again, and one matrix of all targets; merge shards (--from)')
    .option('--from <dir...>', 'folders that runs or shards wrote into (their --out)')
    .option('--out <dir>', 'folder for the reports', 'reports')
    .option('--allure', 'also the Allure report, with its history in --out', false)
    .option('--open', 'open the page in a browser', false)
    .option('--json', 'print the matrix as JSON', false)
    .addHelpText('after', help)
    .action(async ({ from = [], ...options }) => {
      process.exitCode = await report({ from, ...options });
    });
}
