import { bySize, groupBy } from '../../base/group.js';
import type { Outcome, OutcomeKind, Verdict } from '../../base/model/verdict.js';
import { counted, cut, duration, onOneLine, shortened } from '../../base/words.js';
import { tones } from '../../verdict/derive/completeness.js';
import { otherWarnings } from '../../verdict/derive/warnings.js';
import { hasTrouble, troubleText } from '../../verdict/waivers/apply.js';
import { type ChangesSince, minuteOf } from '../history/changes.js';
import type { ReportExtras } from './extras.js';
import { measuredInWords } from './facts.js';
import { mdBlock, mdCode, mdLink, mdText } from './markdown-text.js';
import { isKnownFailure } from './run-problems.js';
import {
  differenceFromMust,
  failuresOf,
  followWords,
  type Trouble,
  troublesOf,
  undecidedOf,
} from './troubles.js';
import { countWords, residueHeading, statementText, verdictLine, verdictWord } from './verdict-words.js';

/** Stays below GitHub's limit for comments, 65,536 characters. */
const mostBytes = 60_000;
const inFull = 20;
const inShort = 20;
const namedIds = 4;
const longestReason = 800;
const longestLine = 300;
/** The page omits longer commands, since a part of a command is useless. */
const longestCommands = 2000;

/** Renders a page for a CI job's summary or a pull request. A target's text appears literally. */
export function renderMarkdown(verdict: Verdict, { changes }: ReportExtras = {}): string {
  const of = (kind: OutcomeKind) => verdict.outcomes.filter(({ outcome }) => outcome === kind);
  const troubles = troublesOf(verdict);
  const failures = failuresOf(troubles, (outcome) => !isKnownFailure(outcome, verdict));
  const { leading, advisory } = failures;
  const known = of('fail').filter((outcome) => isKnownFailure(outcome, verdict));
  const notRun = bySize(of('not run'), ({ reason }) => reason);
  return fitted([
    `## ${mark(verdict)} ${mdText(verdict.target.name)}: ${mdText(verdictLine(verdict))}`,
    overview(verdict),
    ...(changes === undefined ? [] : changed(changes)),
    ...section(failures.heading, leading.slice(0, inFull).flatMap(failure), leading.length - inFull),
    ...listed(failures.advisoryHeading, advisory, short),
    ...listed(`Known failures, as in the baseline: ${known.length}`, known, short),
    ...undecided(troubles, of('inconclusive').length),
    ...waived(verdict, of('waived')),
    ...grouped(`Not run: ${of('not run').length}`, notRun),
    ...facts(verdict),
    ...residue(verdict),
  ]);
}

function mark(verdict: Verdict): string {
  if (!verdict.restored) return '🛑';
  const tone = tones[verdictWord(verdict)];
  const result = verdict.gating?.result ?? { good: 'pass', bad: 'fail', warn: 'inconclusive' }[tone];
  if (result === 'pass' && tone === 'warn') return '⚠️';
  return { pass: '✅', fail: '❌', inconclusive: '⚠️' }[result] ?? '⚠️';
}

function overview(verdict: Verdict): string {
  const { target, release, contract, mode, seed, startedAt, durationMs, suite } = verdict;
  const counts = countWords(verdict);
  const outcomes = Object.values({ ...counts, fail: `**${counts.fail}**` });
  const statement = statementText(verdict);
  const insecure = target.tlsInsecure ? ' **TLS not verified**' : '';
  const when = `${minuteOf(startedAt)} UTC, took ${duration(durationMs)}`;
  const rows: readonly (readonly [string, string])[] = [
    ['Target', `${mdText(target.name)} ${mdCell(target.baseUrl)}${insecure}`],
    ['Release', `${mdText(release)} ${mdText(`(${contract.source})`)}`],
    ...(statement === undefined ? [] : [['Statement', lineOf(statement)] as const]),
    ['Run', `${mdText(mode)}, seed ${seed}, ${when}, suite ${mdText(suite.version)}`],
    ['Outcomes', outcomes.join(', ')],
    ...(verdict.gating?.notes ?? []).map((note) => ['Baseline', lineOf(note)] as const),
    ...(verdict.gate !== 'inconclusive' && verdict.cause !== ''
      ? [['Gate', mdText(cut(verdict.cause, longestReason))] as const]
      : []),
    ...otherWarnings(verdict).map((warning) => ['Warning', `**${lineOf(warning)}**`] as const),
    ...(verdict.restored
      ? []
      : [['State', '**The target was not restored to the state it was found in**'] as const]),
  ];
  return ['| | |', '|---|---|', ...rows.map(([name, text]) => `| ${name} | ${text} |`)].join('\n');
}

/** A code span in a table can't contain a pipe. */
const mdCell = (text: string): string => (text.includes('|') ? mdText(text) : mdCode(text));

function changed({ since, broke, mended, facts: measured, other }: ChangesSince): string[] {
  const all = [...broke, ...mended, ...measured, ...other];
  return listed(`Since ${mdText(since)}`, all.length === 0 ? ['Nothing changed.'] : all, lineOf);
}

function section(title: string, blocks: readonly string[], left = 0): string[] {
  const own = blocks.filter((block) => block !== '');
  if (own.length === 0) return [];
  return [`### ${title}`, ...own, ...(left > 0 ? [`and ${left} more in verdict.json`] : [])];
}

function listed<T>(title: string, items: readonly T[], itemOf: (item: T) => string): string[] {
  const shown = items.slice(0, inShort).map((item) => `- ${itemOf(item)}`);
  return section(title, [shown.join('\n')], items.length - inShort);
}

const lineOf = (text: string): string => mdText(cut(text, longestLine));

function failure({ failure: outcome, follows }: Required<Trouble>): string[] {
  const { id, title, reason, source, reproduce } = outcome;
  return [
    `**${mdCode(id)}**${differenceFromMust(outcome)} ${lineOf(title)}`,
    mdBlock(cut(reason, longestReason)),
    `Source: ${lineOf(source)}`,
    ...(reproduce === '' || reproduce.length > longestCommands ? [] : [mdBlock(reproduce)]),
    ...(follows.length === 0 ? [] : [`**${followWords(follows.length)}**: ${ids(follows)}`]),
  ];
}

function short({ id, reason }: Outcome): string {
  return `${mdCode(id)}: ${mdText(cut(onOneLine(reason.slice(0, 10 * longestLine)), longestLine))}`;
}

function grouped(
  title: string,
  groups: readonly (readonly [text: string, outcomes: readonly Outcome[]])[],
): string[] {
  const items = groups
    .slice(0, inShort)
    .map(([text, group]) => `- ${group.length}: ${lineOf(text)}: ${ids(group)}`);
  const left = groups.slice(inShort).reduce((sum, [, group]) => sum + group.length, 0);
  return section(title, [items.join('\n')], left);
}

/** Leaves out failures, which the page has already listed. */
function undecided(troubles: readonly Trouble[], all: number): string[] {
  if (all === 0) return [];
  const { heading, causes } = undecidedOf(troubles, all);
  if (causes.length === 0) return section(heading, ['See above.']);
  const groups = causes.map(({ text, follows }) => [text, follows] as const);
  return grouped(heading, groups);
}

function waived(verdict: Verdict, outcomes: readonly Outcome[]): string[] {
  const groups = groupBy(outcomes, ({ waiver }) => {
    const { reason = '', owner = '', issue = '', expires = '' } = waiver ?? {};
    return `until ${mdText(expires)}, ${lineOf(owner)}, ${mdLink(cut(issue, longestLine), issue)}: ${lineOf(reason)}`;
  });
  const items = [...groups].map(([text, group]) => `${ids(group)} ${text}`);
  const stale = (verdict.waivers ?? [])
    .filter(hasTrouble)
    .map((use) => `**Needs attention:** ${lineOf(troubleText(use))}`);
  return listed(`Waived: ${outcomes.length}`, [...items, ...stale], (item) => item);
}

function ids(group: readonly Outcome[]): string {
  const names = group.map(({ id }) => mdCode(id));
  return shortened(names, namedIds);
}

function facts(verdict: Verdict): string[] {
  const measured = measuredInWords(verdict.facts);
  const rows = measured.map(({ label, text }) => `| ${lineOf(label)} | ${lineOf(text)} |`);
  if (rows.length === 0) return [];
  const table = ['| what | measured |', '| --- | --- |', ...rows.slice(0, inShort)].join('\n');
  return section('Measured', [table], rows.length - inShort);
}

function residue(verdict: Verdict): string[] {
  const left = verdict.residue;
  return listed(`${residueHeading(verdict)}: ${counted(left.length, 'thing')}`, left, lineOf);
}

/** Keeps as many whole blocks as fit, so that no fence stays open. */
function fitted(blocks: readonly string[]): string {
  const kept: string[] = [];
  let bytes = 0;
  for (const block of blocks) {
    bytes += Buffer.byteLength(block) + 2;
    kept.push(bytes > mostBytes ? 'The page is full: see verdict.json for the rest.' : block);
    if (bytes > mostBytes) break;
  }
  return `${kept.join('\n\n')}\n`;
}
