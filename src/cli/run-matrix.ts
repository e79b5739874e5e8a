import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from '../base/model/verdict.js';
import { columnOf } from '../reports/many/column.js';
import { merge } from '../reports/many/merge.js';
import type { Planned } from '../reports/many/planned.js';
import { wholeRun } from '../reports/many/shard.js';
import { matrixLine, renderMatrixSummary } from '../reports/matrix/console.js';
import { writeMatrix } from '../reports/matrix/write.js';
import type { RunCommand } from './run-options.js';
import { fromHere, say, terminal } from './terminal.js';

export function reportMatrix(verdicts: readonly Verdict[], planned: Planned, command: RunCommand): void {
  const { out, quiet, json } = command;
  const own = planned.targets.filter(({ shard }) => shard === planned.shard.index);
  const plan = { ...planned, shard: wholeRun, targets: own.map(({ name }) => ({ name, shard: 1 })) };
  const columns = verdicts.map((verdict) => columnOf(verdict));
  const { matrix } = merge({ columns, plans: [{ file: '', plan }], problems: [] }, (name) =>
    reportIn(out, name),
  );
  const files = writeMatrix(matrix, out);
  if (json) return;
  if (quiet) say(matrixLine(matrix));
  else say(`\n${renderMatrixSummary(matrix, { ...terminal(), outDir: fromHere(out), files, brief: true })}`);
}

export function reportIn(out: string, name: string): string | null {
  return existsSync(join(out, name, 'index.html')) ? `${name}/index.html` : null;
}
