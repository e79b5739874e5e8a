import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.js';
import { jsonOf, objectOf, type Shaped, shapes } from '../../src/base/shape.js';

/** The latest figures of one profile. The goal is in seconds, other times are in milliseconds. */
const isFigures = objectOf({
  name: shapes.text,
  like: shapes.text,
  goalS: shapes.number,
  wallMs: shapes.number,
  /** The time of all requests, one after the other. */
  floorMs: shapes.number,
  requests: shapes.number,
  mails: shapes.number,
  sessions: shapes.number,
  waits: shapes.mapOf(shapes.number),
  /** The parts of the critical path, in order, and the time of the support user's tests beside them. */
  path: shapes.mapOf(shapes.number),
  longest: shapes.listOf(objectOf({ requirement: shapes.text, ms: shapes.number })),
  /** The lengths of all runs, the shortest first. The other figures are of the run of median length. */
  runs: shapes.listOf(shapes.number),
});
export type Figures = Shaped<typeof isFigures>;

export function readFigures(): readonly Figures[] {
  const file = join(packageRoot(), 'selftest', 'performance', 'figures.jsonl');
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const figures = jsonOf(line, isFigures);
    if (figures === undefined) throw new Error(`${file} holds no figures of npm run bench.`);
    return figures;
  });
}
