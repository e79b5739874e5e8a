import { join } from 'node:path';
import type { Command } from 'commander';
import { ConfigurationError } from '../../base/errors.js';
import { didYouMean } from '../../input/config-file/nearest.js';
import { renderNightsPage } from '../../reports/forms/html/nights.js';
import { changesBetween } from '../../reports/history/changes.js';
import { historyFile, readHistory } from '../../reports/history/history.js';
import { type Snapshot, snapshotOf } from '../../reports/history/snapshot.js';
import { driftOf, trendsOf } from '../../reports/history/trend.js';
import { renderCompare, renderTrend } from '../../reports/history/words.js';
import { readVerdict } from '../../verdict/derive/read.js';
import { readStatement } from '../../verdict/statement/read.js';
import { write } from '../output-files.js';
import { wholeNumber } from '../run-options.js';
import { complain, say } from '../terminal.js';
import { argument } from './options.js';

const widthOf = () => process.stdout.columns ?? 100;

const runOf = ({ target, release, startedAt, gate }: Snapshot) => ({ target, release, startedAt, gate });

export function addHistory(program: Command): void {
  program
    .command('compare')
    .description('compare two verdicts: requirements that broke or were fixed, facts that changed')
    .argument('<before>', "a verdict.json, or a run's output folder")
    .argument('<after>', 'the later one')
    .option('--statement <file>', "compare with this vendor's statement (default: that of the later run)")
    .option('--json', 'as a JSON object', false)
    .action((before: string, after: string, { statement, json }) => {
      const was = snapshotOf(readVerdict(before));
      const is = snapshotOf(readVerdict(after, was.target));
      const changes = changesBetween(was, is);
      const drift = driftOf(is, statement === undefined ? undefined : readStatement(statement).claims);
      if (!json) return say(renderCompare(was, is, changes, drift, widthOf()));
      say(JSON.stringify({ before: runOf(was), after: runOf(is), changes, drift }, null, 2));
    });

  program
    .command('trend')
    .description('show the last runs of the targets: requirements that broke or are flaky')
    .option('--last <n>', 'the last N runs of each target', argument(wholeNumber(1)), 14)
    .option('--target <name>', 'one target only')
    .option('--out <dir>', `folder of reports that holds ${historyFile}`, 'reports')
    .option('--html <file>', 'also a page with a column per night and a row per requirement that changed')
    .option('--json', 'as a JSON array', false)
    .action(({ last, target, out, json, html }) => {
      const file = join(out, historyFile);
      const { runs, unread } = readHistory(file);
      const chosen = target === undefined ? runs : runs.filter((run) => run.target === target);
      if (chosen.length === 0) throw new ConfigurationError(nothingIn(file, runs, target));
      if (unread > 0) complain(`warning: ${file}: ${unread} lines could not be read, and are left out.`);
      if (html !== undefined) write(html, renderNightsPage(chosen, last));
      const trends = trendsOf(chosen, last);
      if (json) return say(JSON.stringify(trends, null, 2));
      say(trends.map((trend) => renderTrend(trend, widthOf())).join('\n'));
    });
}

function nothingIn(file: string, runs: readonly Snapshot[], name: string | undefined): string {
  if (name === undefined || runs.length === 0) return `${file} holds no run that this version can read.`;
  const known = [...new Set(runs.map(({ target }) => target))].sort();
  return `${file} holds no run on ${name}${didYouMean(name, known) || `; there are ${known.join(', ')}`}`;
}
