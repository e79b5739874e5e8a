import { printable } from '../../base/redaction/printable.js';
import { counted, wrap } from '../../base/words.js';
import { shortVerdict } from '../../verdict/derive/completeness.js';
import { type Change, minuteOf, runName } from './changes.js';
import type { Snapshot } from './snapshot.js';
import { flakySentence, standingSentence, type Trend, type TrendRun, undecidedSentence } from './trend.js';

const driftTitle = "Contradicts the vendor's statement";

export function renderCompare(
  before: Snapshot,
  after: Snapshot,
  changes: readonly Change[],
  drift: readonly string[],
  width: number,
): string {
  const head = [before, after].map(
    (run, index) =>
      `${index === 0 ? 'before' : 'now   '}  ${line(run.target)}: ${line(runName(run))}: ${shortVerdict(run)}`,
  );
  const texts = changes.map(({ text }) => text);
  const body = texts.length === 0 ? ['Nothing changed.'] : bullets(texts, width);
  const drifted = drift.length === 0 ? [] : ['', driftTitle, ...bullets(drift, width)];
  return `${[...head, '', ...body, ...drifted].join('\n')}\n`;
}

export function renderTrend(trend: Trend, width: number): string {
  const { target, runs, latest, drift, failing, flaky, undecided, facts } = trend;
  const news = latest.map(({ text }) => text);
  const sections: readonly (readonly [title: string, sentences: readonly string[]])[] = [
    ['Since the run before', runs.length > 1 && news.length === 0 ? ['Nothing changed.'] : news],
    [driftTitle, drift],
    ['Failing', failing.map(standingSentence)],
    ['Flaky', flaky.map(flakySentence)],
    ['Not decided', undecided.map(undecidedSentence)],
    ['Facts that changed earlier', facts.map(({ at, text }) => `${minuteOf(at)}: ${text}`)],
  ];
  const first = runs[0]?.startedAt ?? '';
  const last = runs.at(-1)?.startedAt ?? '';
  const span = runs.length === 1 ? minuteOf(first) : `${minuteOf(first)} to ${minuteOf(last)}`;
  return `${[
    `${line(target)}: ${counted(runs.length, 'run')}, ${span} UTC`,
    '',
    ...runs.map(row),
    ...sections.flatMap(([title, sentences]) =>
      sentences.length === 0 ? [] : ['', title, ...bullets(sentences, width)],
    ),
  ].join('\n')}\n`;
}

const widestWord = 'does not conform'.length;

function row(run: TrendRun): string {
  const { startedAt, release, failed, waived, inconclusive, broke, mended } = run;
  const counts = Object.entries({ failed, waived, inconclusive, broke, fixed: mended });
  const parts = counts.flatMap(([word, count]) => (count > 0 ? [`${count} ${word}`] : []));
  return `  ${minuteOf(startedAt)}  ${line(release).padEnd(8)}  ${shortVerdict(run).padEnd(widestWord)}  ${parts.join(', ')}`.trimEnd();
}

function bullets(sentences: readonly string[], width: number): string[] {
  return sentences.flatMap((sentence) => {
    const [first = '', ...rest] = wrap(line(sentence), width, '    ');
    return [`  - ${first.trimStart()}`, ...rest];
  });
}

const line = (text: string): string => printable(text).replaceAll('\n', ' ');
