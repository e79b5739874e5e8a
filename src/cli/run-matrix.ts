import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Verdict } from '../base/model/verdict.js';
import { colourWanted } from '../base/words.js';
import { columnOf } from '../reports/many/column.js';
import { merge } from '../reports/many/merge.js';
import type { Planned } from '../reports/many/planned.js';
import { matrixLine, renderMatrixSummary } from '../reports/matrix/console.js';
import { writeMatrix } from '../reports/matrix/write.js';
import type { RunCommand } from './run-options.js';
import { say } from './terminal.js';

/** The matrix of a run of several targets; of one shard, where it is one. Written, and told in short. */
export function reportMatrix(verdicts: readonly Verdict[], planned: Planned, command: RunCommand): void {
  const { out, quiet, json } = command;
  const own = planned.targets.filter(({ shard }) => shard === planned.shard.index);
  const plan = {
    ...planned,
    shard: { index: 1, count: 1 },
    targets: own.map(({ name }) => ({ name, shard: 1 })),
  };
  const columns = verdicts.map((verdict) => ({ file: '', column: columnOf(verdict), sha256: '' }));
  const { matrix } = merge({ columns, plans: [{ file: '', plan }], problems: [] }, (name) =>
    reportIn(out, name),
  );
  const files = writeMatrix(matrix, out);
  if (json) return;
  if (quiet) {
    say(matrixLine(matrix));
    return;
  }
  const outDir = relative(process.cwd(), out) || '.';
  say(`\n${renderMatrixSummary(matrix, { ...terminal(), outDir, files, brief: true })}`);
}

/** A target's report in the folder of its name, as the matrix links to it. */
export function reportIn(out: string, name: string): string | null {
  return existsSync(join(out, name, 'index.html')) ? `${name}/index.html` : null;
}

export function terminal(): { readonly colour: boolean; readonly width: number } {
  const colour = colourWanted(process.stdout.isTTY === true);
  return { colour, width: process.stdout.columns ?? 100 };
}
