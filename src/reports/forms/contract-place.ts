import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Outcome, Verdict } from '../../base/model/verdict.js';
import { packageRoot } from '../../base/package-root.js';

export interface ContractPlace {
  readonly source: string;
  /** Counted from 1; undefined if the document is not available. */
  readonly line: number | undefined;
}

const documents = new Map<string, readonly string[] | undefined>();

export function contractPlace({ contract }: Pick<Verdict, 'contract'>, outcome: Outcome): ContractPlace {
  const { source } = contract;
  const lines = linesOf(source);
  for (const operation of outcome.operations) {
    const named = new RegExp(`operationId["']?\\s*:\\s*["']?${operation}\\b`);
    const at = lines?.findIndex((line) => named.test(line)) ?? -1;
    if (at >= 0) return { source, line: at + 1 };
  }
  return { source, line: lines === undefined ? undefined : 1 };
}

function linesOf(source: string): readonly string[] | undefined {
  if (documents.has(source)) return documents.get(source);
  const file = [resolve(source), join(packageRoot(), source)].find((each) => existsSync(each));
  const lines = file === undefined ? undefined : readFileSync(file, 'utf8').split('\n');
  documents.set(source, lines);
  return lines;
}
