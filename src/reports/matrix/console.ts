import { printable } from '../../base/redaction/printable.js';
import { counted, shortened } from '../../base/words.js';
import { type ShortVerdict, shortVerdict, tones } from '../../verdict/derive/completeness.js';
import { exitMeaning } from '../../verdict/derive/exit-code.js';
import type { SummaryOptions } from '../forms/summary.js';
import { inSections, type Terminal, terminal } from '../forms/terminal.js';
import type { Matrix, MatrixRow } from '../many/matrix.js';

interface MatrixSummaryOptions extends Pick<SummaryOptions, 'colour' | 'width' | 'outDir' | 'files'> {
  readonly brief: boolean;
}

/** More targets would push the verdict off the screen. The reports list all. */
const shownTargets = 40;
const shownFailures = 20;
const shownNames = 4;

export function renderMatrixSummary(matrix: Matrix, options: MatrixSummaryOptions): string {
  const at = terminal(options.colour, options.width);
  const problems = matrix.problems.map(({ text }) => text);
  return inSections([
    [at.ink[tones[matrixWord(matrix)]](matrixLine(matrix))],
    options.brief ? [] : targets(matrix, at),
    failures(matrix, at),
    listed('Missing or broken:', problems, at),
    listed('Note:', matrix.notes, at),
    [
      `Written to ${printable(options.outDir)}: ${options.files.join(', ')}`,
      // A run prints the exit code and its reason elsewhere.
      ...(options.brief ? [] : [exitLine(matrix)]),
    ],
  ]);
}

export function matrixLine(matrix: Matrix): string {
  const problems = matrix.problems.length - matrix.missing.length;
  const parts = matrixParts(matrix, counted(matrix.targets.length + matrix.missing.length, 'target'));
  return `${matrixWord(matrix)}: ${[...parts, ...(problems > 0 ? [counted(problems, 'problem')] : [])].join(', ')}`;
}

/** @param always whether to name verdicts that no target has */
export function matrixParts({ targets, missing }: Matrix, all: string, always = false): string[] {
  const of = (word: ShortVerdict) => targets.filter((target) => shortVerdict(target) === word).length;
  const [partial, bad, open] = [of('no breach found'), of('does not conform'), of('inconclusive')];
  return [
    `${of('conforms')} of ${all} conform`,
    ...(partial > 0 ? [`no breach found on ${partial}, but not all MUST requirements checked`] : []),
    ...(bad > 0 || always ? [`${bad} ${bad === 1 ? 'does' : 'do'} not conform`] : []),
    ...(open > 0 || always ? [`${open} inconclusive`] : []),
    ...(missing.length > 0 ? [`${missing.length} missing`] : []),
  ];
}

export function matrixWord({ gate, targets }: Pick<Matrix, 'gate' | 'targets'>): ShortVerdict {
  return shortVerdict({ gate, complete: targets.every(({ complete }) => complete) });
}

function targets({ targets: all, missing }: Matrix, at: Terminal): string[] {
  const rows = [
    ...all.map(({ name, release, headline, restored }) => [
      printable(name),
      release,
      `${at.line(headline)}${restored ? '' : '; NOT RESTORED to the state it was found in'}`,
    ]),
    ...missing.map(({ name, why }) => [printable(name), '', `missing: ${printable(why)}`]),
  ];
  const width = (column: number) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0));
  const [first, second] = [width(0), width(1)];
  const shown = rows.slice(0, shownTargets);
  const lines = shown.map(([name = '', release = '', text = '']) =>
    `  ${name.padEnd(first)}  ${release.padEnd(second)}  ${text}`.trimEnd(),
  );
  return rows.length > shown.length ? [...lines, `  and ${rows.length - shown.length} more`] : lines;
}

function failures({ requirements, targets: all }: Matrix, { ink }: Terminal): string[] {
  const failed = requirements.flatMap((row) => {
    const names = failedOn(row);
    return row.level === 'must' && names.length > 0 ? [{ id: row.id, names }] : [];
  });
  if (failed.length === 0) return [];
  const lines = failed.slice(0, shownFailures).map(({ id, names }) => {
    const isEverywhere = names.length === all.length && all.length > 1;
    return `  ${printable(id)}: ${isEverywhere ? 'all targets' : shortened(names.map(printable), shownNames)}`;
  });
  const left = failed.length > shownFailures ? [`  and ${failed.length - shownFailures} more`] : [];
  return [ink.bad(`Failed: ${failed.length} must`), ...lines, ...left];
}

function failedOn({ reasons }: MatrixRow): string[] {
  return reasons.flatMap(({ outcome, targets: names }) => (outcome === 'fail' ? names : [])).sort();
}

function exitLine(matrix: Matrix): string {
  const { exitCode, gate } = matrix;
  const meaning =
    exitCode === 0 && gate !== 'conforms'
      ? 'by --baseline or --gate of the runs'
      : exitMeaning(exitCode, matrixWord(matrix) === 'conforms');
  return `Exit code: ${exitCode} (${meaning})`;
}

function listed(title: string, texts: readonly string[], { ink, wrapped }: Terminal): string[] {
  if (texts.length === 0) return [];
  return [ink.warn(title), ...texts.flatMap((text) => wrapped(`- ${text}`, '  '))];
}
