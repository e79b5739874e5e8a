import type { Outcome, Verdict } from '../../base/model/verdict.js';
import { cutText as cut } from '../../base/words.js';
import { completenessOf } from '../../verdict/derive/completeness.js';
import { exitCode } from '../../verdict/derive/exit-code.js';
import { verdictLine, waiverText } from '../forms/verdict-words.js';
import type { MatrixTarget } from './matrix.js';

/** A verdict's part of a matrix, without exchanges and coverage, so that hundreds fit into memory. */
export interface Column {
  readonly target: Omit<MatrixTarget, 'report'>;
  readonly cells: readonly Cell[];
  readonly file: string;
  /** Copies of a file have the same hash. */
  readonly sha256: string;
}

export type Cell = Pick<Outcome, 'id' | 'level' | 'title' | 'source' | 'outcome' | 'reason'>;

const longestReason = 400;
/** Longer ids, titles and URLs are cut: verdicts from elsewhere may hold huge ones. */
const longestWord = 300;

export function columnOf(verdict: Verdict, file = '', sha256 = ''): Column {
  const { release, mode, gate, scope, restored, startedAt, durationMs, summary } = verdict;
  const { name, baseUrl, tlsInsecure } = verdict.target;
  return {
    file,
    sha256,
    target: {
      ...{ name, baseUrl: cut(baseUrl, longestWord), tlsInsecure, release, mode, gate },
      exitCode: exitCode([verdict]),
      headline: cut(verdictLine(verdict), longestReason),
      ...{ scope, complete: completenessOf(verdict).complete, restored, startedAt, durationMs, summary },
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
