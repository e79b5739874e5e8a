import { bySize } from '../../base/group.js';
import type { Outcome, OutcomeKind, Verdict } from '../../base/model/verdict.js';
import { printable } from '../../base/redaction/printable.js';
import { cut, duration, programName } from '../../base/words.js';
import { completenessOf, tones } from '../../verdict/derive/completeness.js';
import { exitCode, exitMeaning } from '../../verdict/derive/exit-code.js';
import { warningsOf } from '../../verdict/derive/warnings.js';
import { hasTrouble, troubleText } from '../../verdict/waivers/apply.js';
import type { ChangesSince } from '../history/changes.js';
import { measuredInWords } from './facts.js';
import { inSections, type Terminal, terminal } from './terminal.js';
import {
  differenceFromMust,
  failuresOf,
  followWords,
  namesOf,
  type Trouble,
  troublesOf,
  undecidedOf,
} from './troubles.js';
import {
  countWords,
  lanesIn,
  repeatedWords,
  residueHeading,
  statementText,
  verdictLine,
  verdictWord,
  waitedMs,
  waitGroups,
  waiverText,
} from './verdict-words.js';

export interface SummaryOptions {
  readonly colour: boolean;
  readonly width: number;
  readonly outDir: string;
  readonly files: readonly string[];
  readonly scripts?: ReadonlyMap<string, string>;
  readonly changes?: ChangesSince;
  readonly secrets?: { readonly clean: boolean; readonly lines: readonly string[] };
  readonly targetFile?: string;
  readonly exit?: string;
}

/** More failures would push the verdict off the screen. The reports list all. */
const shownFailures = 20;
const longestReason = 4000;
const longestAdvice = 600;
const shownChanges = 12;
const narrowest = 40;
const indent = '     ';

/** Renders a run for a terminal. The first and the last line show the verdict. */
export function renderSummary(verdict: Verdict, options: SummaryOptions): string {
  const { outDir, files, exit } = options;
  const at = terminal(options.colour, Math.max(options.width, narrowest));
  const of = (kind: OutcomeKind) => verdict.outcomes.filter(({ outcome }) => outcome === kind);
  const notRun = of('not run');
  const troubles = troublesOf(verdict);
  const headline = at.ink[tones[verdictWord(verdict)]](at.line(verdictLine(verdict)));
  return inSections([
    [headline],
    header(verdict, at),
    changed(options.changes, at),
    failures(troubles, options, at),
    undecided(troubles, of('inconclusive').length, at),
    waived(verdict, at),
    grouped(at.ink.strong(`Not run: ${notRun.length}`), notRun, ({ reason }) => reason, at),
    facts(verdict, at),
    state(verdict, options, at),
    files.length === 0 ? [] : [`Written to ${printable(outDir)}: ${files.map(printable).join(', ')}`],
    secrets(options, at),
    [exit ?? `Exit code of this target: ${exitCode([verdict])} (${exitReason(verdict)})`, headline],
  ]);
}

function header(verdict: Verdict, at: Terminal): string[] {
  const { target, contract } = verdict;
  const row = (name: string, text: string) => `${name.padEnd(9)} ${at.line(text)}`;
  const { waived, ...counts } = countWords(verdict);
  const { notRun, notApplicable, ...decided } = counts;
  const seldom = verdict.summary.waived > 0 ? [waived] : [];
  const parts = [...Object.values(decided), ...seldom, notRun, notApplicable];
  const statement = statementText(verdict);
  const took = `took ${duration(verdict.durationMs)}${lanesIn(verdict)}`;
  const said = verdict.gate !== 'inconclusive' && verdict.cause !== '';
  return [
    row('target', `${target.name}  ${target.baseUrl}`),
    ...(verdict.warnings ?? warningsOf(verdict)).flatMap((warning) =>
      at.behind('WARNING   ', warning, ' '.repeat(10)).map(at.ink.bad),
    ),
    row('release', `${verdict.release}  (${contract.source}, sha256 ${contract.sha256.slice(0, 12)})`),
    ...(contractWords(contract) === '' ? [] : [row('contract', contractWords(contract))]),
    ...(statement === undefined ? [] : [row('statement', statement)]),
    row('run', `${verdict.mode}, seed ${verdict.seed}, ${verdict.startedAt}, ${took}`),
    row('outcomes', parts.join(', ')),
    ...(said ? at.wrapped(verdict.cause, '') : []),
  ];
}

function changed(changes: ChangesSince | undefined, at: Terminal): string[] {
  if (changes === undefined) return [];
  const { since, broke, mended, facts, other } = changes;
  const all = [...broke, ...mended, ...facts, ...other];
  const left = all.length - shownChanges;
  return [
    at.ink.strong(`Since ${printable(since)}`),
    ...(all.length === 0 ? ['   - Nothing changed.'] : []),
    ...all
      .slice(0, shownChanges)
      .flatMap((text, index) =>
        at.behind('   - ', text, indent).map(index < broke.length ? at.ink.bad : at.ink.plain),
      ),
    ...(left > 0 ? [`   and ${left} more: ${programName()} compare lists all`] : []),
  ];
}

function contractWords({ missing = [], differing = [] }: Verdict['contract']): string {
  return [
    ...(missing.length > 0 ? [`lacks ${missing.join(', ')}`] : []),
    ...(differing.length > 0 ? [`differs from the release in ${differing.join(', ')}`] : []),
  ].join('; ');
}

function failures(troubles: readonly Trouble[], options: SummaryOptions, at: Terminal): string[] {
  const { heading, leading, advisory, advisoryHeading } = failuresOf(troubles);
  const roomForShoulds = Math.max(0, shownFailures - leading.length);
  const lines: string[] = [];
  if (leading.length > 0) {
    lines.push(at.ink.bad(heading));
    for (const [index, { failure, follows }] of leading.slice(0, shownFailures).entries()) {
      lines.push('', ...inFull(failure, index + 1, options, at));
      if (follows.length > 0)
        lines.push(
          ...at.wrapped(`${followWords(follows.length)}: ${namesOf(follows)}`, indent).map(at.ink.warn),
        );
    }
  }
  if (advisory.length > 0 && roomForShoulds > 0) {
    lines.push(...(lines.length > 0 ? [''] : []), at.ink.warn(advisoryHeading));
    lines.push(...advisory.slice(0, roomForShoulds).flatMap((outcome) => inShort(outcome, options, at)));
  }
  const left = leading.length + advisory.length - shownFailures;
  if (left > 0) lines.push('', `and ${left} more in ${printable(options.outDir)}`);
  return lines;
}

function undecided(troubles: readonly Trouble[], all: number, at: Terminal): string[] {
  if (all === 0) return [];
  const { heading, causes } = undecidedOf(troubles, all);
  const groups = causes.map(({ follows }) => [follows[0]?.reason ?? '', follows] as const);
  return [at.ink.warn(heading), ...groupLines(groups, at)];
}

function inFull(outcome: Outcome, number: number, options: SummaryOptions, at: Terminal): string[] {
  return [
    `${`${number}.`.padStart(4)} ${at.ink.strong(printable(outcome.id))}${differenceFromMust(outcome)}`,
    ...at.wrapped(outcome.title, indent),
    ...at.wrapped(cut(outcome.reason, longestReason), `${indent}| `),
    ...at.wrapped(`source: ${outcome.source}`, indent).map(at.ink.faint),
    // Unwrapped, so that users can copy it.
    ...(outcome.reproduce === ''
      ? []
      : [`${indent}${printable(outcome.reproduce).replaceAll('\n', `\n${indent}`)}`]),
    ...scriptLine(outcome, options),
  ];
}

function scriptLine({ id }: Outcome, { scripts, outDir }: SummaryOptions): string[] {
  const file = scripts?.get(id);
  return file === undefined ? [] : [`${indent}reproduce: sh ${printable(`${outDir}/${file}`)}`];
}

function inShort(outcome: Outcome, options: SummaryOptions, at: Terminal): string[] {
  return [
    `   - ${printable(outcome.id)}`,
    ...at.wrapped(outcome.title, indent),
    ...at.wrapped(cut(outcome.reason, longestAdvice), `${indent}| `),
    ...scriptLine(outcome, options),
  ];
}

type Groups = readonly (readonly [reason: string, outcomes: readonly Outcome[]])[];

function grouped(
  heading: string,
  outcomes: readonly Outcome[],
  reasonOf: (outcome: Outcome) => string,
  at: Terminal,
): string[] {
  return outcomes.length === 0 ? [] : [heading, ...groupLines(bySize(outcomes, reasonOf), at)];
}

function groupLines(groups: Groups, at: Terminal): string[] {
  return groups.flatMap(([reason, outcomes]) => [
    ...at.behind(`${String(outcomes.length).padStart(4)} `, cut(reason, longestReason), indent),
    ...at.wrapped(namesOf(outcomes), indent).map(at.ink.faint),
  ]);
}

function waived(verdict: Verdict, at: Terminal): string[] {
  const outcomes = verdict.outcomes.filter(({ outcome }) => outcome === 'waived');
  const stale = (verdict.waivers ?? [])
    .filter(hasTrouble)
    .flatMap((use) => at.wrapped(`- ${troubleText(use)}`, '   '));
  return [
    ...grouped(at.ink.warn(`Waived: ${outcomes.length}`), outcomes, ({ waiver }) => waiverText(waiver), at),
    ...(stale.length === 0 ? [] : [at.ink.warn('Waivers that need attention'), ...stale]),
  ];
}

function facts(verdict: Verdict, at: Terminal): string[] {
  const known = measuredInWords(verdict.facts);
  const widest = Math.max(0, ...known.map(({ label }) => label.length));
  const lines = known.flatMap(({ label, text }) =>
    at.behind(`  ${at.line(label).padEnd(widest)}  `, text, ' '.repeat(widest + 4)),
  );
  const { waits, retries } = verdict;
  const waited = waitGroups(waits).map(({ what, ms }) => `${what} ${duration(ms)}`);
  const repeated = repeatedWords(retries);
  return [
    ...(lines.length > 0 ? [at.ink.strong('Measured'), ...lines] : []),
    ...(waits.length > 0 ? [`Waited ${duration(waitedMs(waits))} in all: ${waited.join(', ')}`] : []),
    ...(repeated === '' ? [] : [`Requests repeated because the target asked for it: ${repeated}`]),
  ];
}

function state(verdict: Verdict, { targetFile = 'TARGET-FILE' }: SummaryOptions, { ink, wrapped }: Terminal) {
  const residue = verdict.residue.flatMap((text) => wrapped(`- ${text}`, '  '));
  const left = residue.length === 0 ? [] : [`${residueHeading(verdict)}:`, ...residue];
  if (verdict.restored) return ['The target is in the state it was found in.', ...left];
  return [
    ink.bad('THE TARGET WAS NOT RESTORED TO THE STATE IT WAS FOUND IN'),
    '  Something that this run changed is still changed. Restore it with',
    `    ${programName()} restore -t ${printable(targetFile)}`,
    '  and list all targets that are not restored with',
    `    ${programName()} restore`,
    ...left,
  ];
}

function secrets({ secrets }: SummaryOptions, { ink }: Terminal): string[] {
  if (secrets === undefined) return [];
  const colour = secrets.clean ? ink.good : ink.bad;
  return secrets.lines.map(printable).map((line, index) => (index === 0 ? colour(line) : line));
}

export function exitReason(verdict: Verdict): string {
  const code = exitCode([verdict]);
  const { gating } = verdict;
  if (gating === undefined || !verdict.restored || exitCode([{ ...verdict, gating: undefined }]) === code)
    return exitMeaning(code, completenessOf(verdict).complete);
  return gating.policy === 'none' ? '--gate none: nothing gates' : `--gate new: ${gateWords(gating.result)}`;
}

function gateWords(result: 'pass' | 'fail' | 'inconclusive'): string {
  if (result === 'pass') return 'nothing fails that did not fail in the baseline';
  return result === 'fail' ? 'something fails that did not in the baseline' : 'inconclusive';
}
