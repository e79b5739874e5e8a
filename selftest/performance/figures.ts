import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.js';
import { jsonOf, objectOf, type Shaped, shapes } from '../../src/base/shape.js';

/** The latest figures of one profile: the goal in seconds, other times in milliseconds. */
const isFigures = objectOf({
  name: shapes.text,
  like: shapes.text,
  goalS: shapes.number,
  wallMs: shapes.number,
  /** All requests, one after the other. */
  floorMs: shapes.number,
  requests: shapes.number,
  mails: shapes.number,
  sessions: shapes.number,
  /** By the reason of the wait. */
  waits: shapes.mapOf(shapes.number),
  /** Tests alone, then those of each kind of lane. */
  path: shapes.mapOf(shapes.number),
});
export type Figures = Shaped<typeof isFigures>;

/** A line for each profile. */
export function readFigures(): readonly Figures[] {
  const file = join(packageRoot(), 'selftest', 'performance', 'figures.jsonl');
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const figures = jsonOf(line, isFigures);
    if (figures === undefined) throw new Error(`${file} holds no figures of npm run bench.`);
    return figures;
  });
}
