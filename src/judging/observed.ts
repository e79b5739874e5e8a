import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Exchange } from '../model/exchange.js';
import type { Finding } from './judge.js';

/**
 * What one exchange adds to the picture of the whole run. Written line by line as it happens, so that a worker
 * that is replaced after a failure doesn't take it along. Redacted: it holds what an {@link Exchange} may hold.
 */
export interface Observation {
  readonly requirement: string;
  readonly operation: string | null;
  /** Null: no answer came. */
  readonly status: number | null;
  readonly credential: string;
  readonly mistake: string | null;
  readonly findings: readonly Finding[];
  readonly properties: readonly string[];
  readonly enumValues: readonly string[];
  /** What the document doesn't know; see undocumentedIn. */
  readonly undocumented: readonly string[];
  /** Kept where there are findings or no answer. */
  readonly exchange: Exchange | null;
}

export class ObservationLog {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  add(observation: Observation): void {
    appendFileSync(this.#file, `${JSON.stringify(observation)}\n`);
  }

  all(): Observation[] {
    if (!existsSync(this.#file)) return [];
    return readFileSync(this.#file, 'utf8').split('\n').flatMap(parseLine);
  }
}

/** A line cut off by a kill is left out: what it told is lost, not wrong. */
function parseLine(line: string): Observation[] {
  if (line === '') return [];
  try {
    const value: unknown = JSON.parse(line);
    return isObservation(value) ? [value] : [];
  } catch {
    return [];
  }
}

function isObservation(value: unknown): value is Observation {
  return (
    typeof value === 'object' &&
    value !== null &&
    'requirement' in value &&
    'status' in value &&
    'findings' in value &&
    Array.isArray(value.findings) &&
    'properties' in value &&
    Array.isArray(value.properties) &&
    'enumValues' in value &&
    Array.isArray(value.enumValues) &&
    'undocumented' in value &&
    Array.isArray(value.undocumented)
  );
}
