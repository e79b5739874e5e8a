import type { Level, OutcomeKind, Verdict } from '../../base/model/verdict.js';
import { completenessOf } from '../../verdict/derive/completeness.js';
import { exitCode } from '../../verdict/derive/exit-code.js';
import { verdictLine, waiverText } from '../forms/verdict-words.js';
import type { MatrixTarget } from './matrix.js';

/** What of a verdict goes into a matrix: no exchanges, no coverage, so that hundreds fit into memory. */
export interface Column {
  readonly target: Omit<MatrixTarget, 'report'>;
  readonly cells: readonly Cell[];
}

export interface Cell {
  readonly id: string;
  readonly level: Level;
  readonly title: string;
  readonly source: string;
  readonly outcome: OutcomeKind;
  readonly reason: string;
}

/** Of a reason, in characters. The whole of it is in the target's own report. */
const longestReason = 400;
/** Of a title or a name, which a verdict from elsewhere may have in any length. */
const longestWord = 300;

export function columnOf(verdict: Verdict): Column {
  const { target, release, mode, gate, scope, restored, startedAt, durationMs, summary } = verdict;
  return {
    target: {
      name: target.name,
      baseUrl: cut(target.baseUrl, longestWord),
      tlsInsecure: target.tlsInsecure,
      release,
      mode,
      gate,
      exitCode: exitCode([verdict]),
      headline: cut(verdictLine(verdict), longestReason),
      scope,
      complete: completenessOf(verdict).complete,
      restored,
      startedAt,
      durationMs,
      summary,
    },
    cells: verdict.outcomes.map(({ id, level, title, source, outcome, reason, waiver }) => ({
      id: cut(id, longestWord),
      level,
      title: cut(title, longestWord),
      source: cut(source, longestWord),
      outcome,
      reason: cut(outcome === 'waived' ? `${waiverText(waiver)}\n${reason}` : reason, longestReason),
    })),
  };
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length)} … (${text.length - length} more characters)`;
}
