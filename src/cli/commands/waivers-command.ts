import type { Command } from 'commander';
import { ConfigurationError } from '../../base/errors.js';
import { dayOf, isDay } from '../../verdict/waivers/dates.js';
import { checkWaiversFile, pruneWaiversFile } from '../waivers.js';
import { argument, collect } from './options.js';

export function addWaivers(program: Command): void {
  const waivers = program.command('waivers').description('look after a file of known failures');
  const today = 'judge by this day, e.g. 2026-12-31 (default: today in UTC)';

  waivers
    .command('check')
    .description('report mistyped, expired and repeated waivers; exit code 1 if there are any')
    .argument('<file>', 'a waivers file')
    .option('--today <day>', today, argument(day))
    .action((file: string, options) => {
      process.exitCode = checkWaiversFile(file, options.today ?? dayOf(new Date()));
    });

  waivers
    .command('prune')
    .description('take out what expired or matches no requirement; all else stays as it is written')
    .argument('<file>', 'a waivers file')
    .option('--today <day>', today, argument(day))
    .option(
      '--verdict <file>',
      'also what this verdict.json says is no longer needed; repeatable',
      collect,
      [],
    )
    .action((file: string, options) => {
      process.exitCode = pruneWaiversFile(file, options.today ?? dayOf(new Date()), options.verdict);
    });
}

function day(text: string): string {
  if (isDay(text)) return text;
  throw new ConfigurationError('Expected a day such as 2026-12-31.');
}
