import { writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import { ConfigurationError, orExplain } from '../../base/errors.js';
import type { Waiver } from '../../base/model/verdict.js';
import { counted } from '../../base/words.js';
import { loadRequirements } from '../../contract/requirements/catalogue.js';
import { readVerdict } from '../../verdict/derive/read.js';
import { checkWaivers } from '../../verdict/waivers/check.js';
import { dayOf, isDay } from '../../verdict/waivers/dates.js';
import { pruned } from '../../verdict/waivers/prune.js';
import { readWaivers, type WaiversFile } from '../../verdict/waivers/read.js';
import { complain, say } from '../terminal.js';
import { argument, collect } from './options.js';

export function addWaivers(program: Command): void {
  const waivers = program.command('waivers').description('check and prune a file of known failures');
  const today = 'the day to judge by, e.g. 2026-12-31 (default: today in UTC)';

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
    .description('remove waivers that expired or match no requirement; the rest stays as written')
    .argument('<file>', 'a waivers file')
    .option('--today <day>', today, argument(day))
    .option(
      '--verdict <file>',
      'also waivers that this verdict.json shows as no longer needed; repeatable',
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

function checkWaiversFile(path: string, today: string): number {
  const file = readWaivers(path);
  const problems = checkWaivers(file, allIds(), today);
  for (const { text } of problems) complain(text);
  const entries = counted(file.waivers.length, 'waiver');
  if (problems.length === 0) {
    const next = file.waivers.map(({ expires }) => expires).sort()[0];
    say(`${path}: ${entries}, all in order${next === undefined ? '' : `; the next expires on ${next}`}.`);
    return 0;
  }
  say(`${path}: ${entries}, ${counted(problems.length, 'problem')}.`);
  return 1;
}

function pruneWaiversFile(path: string, today: string, verdicts: readonly string[]): number {
  const file = readWaivers(path);
  const why = new Map<number, string>();
  for (const { kind, index } of checkWaivers(file, allIds(), today)) {
    if (kind === 'expired') why.set(index, `expired on ${file.waivers[index]?.expires}`);
    else if (kind === 'unmatched') why.set(index, 'matches no requirement');
  }
  for (const verdict of verdicts)
    for (const index of notNeeded(file, verdict))
      if (!why.has(index)) why.set(index, `no longer needed, says ${verdict}`);
  if (why.size === 0) {
    say(`${path}: nothing to remove.`);
    return 0;
  }
  const text = pruned(file.text, path, new Set(why.keys()));
  // Writes in place: replacing the file would break a link and change the file's permissions.
  orExplain(`${path} can't be written`, () => writeFileSync(path, text));
  for (const [index, reason] of [...why].sort(([a], [b]) => a - b)) {
    say(`taken out: ${file.waivers[index]?.requirement} (line ${file.placeOf(index).line}): ${reason}`);
  }
  say(`${path}: ${counted(file.waivers.length - why.size, 'waiver')} left.`);
  return 0;
}

function allIds(): string[] {
  return loadRequirements().map(({ id }) => id);
}

/** Returns the indexes of the verdict's unneeded waivers, except waivers that were edited since then. */
function notNeeded(file: WaiversFile, verdictFile: string): number[] {
  const uses = readVerdict(verdictFile).waivers ?? [];
  const unneeded = uses.filter(({ state }) => state === 'no longer needed');
  const isUnneeded = (waiver: Waiver) =>
    unneeded.some(({ state: _state, ids: _ids, ...used }) => isDeepStrictEqual(used, waiver));
  return file.waivers.flatMap((waiver, index) => (isUnneeded(waiver) ? [index] : []));
}
