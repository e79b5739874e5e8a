import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.js';
import { jsonOf, objectOf, shapedLike, shapes } from '../../src/base/shape.js';

/** The latest figures of one profile; times in milliseconds. */
export interface Figures {
  readonly name: string;
  readonly like: string;
  /** Seconds. */
  readonly goalS: number;
  readonly wallMs: number;
  /** All requests, one after the other. */
  readonly floorMs: number;
  readonly requests: number;
  readonly mails: number;
  readonly sessions: number;
  /** By the reason of the wait. */
  readonly waits: Readonly<Record<string, number>>;
}

const isFigures = shapedLike<Figures>(
  objectOf<Figures>({
    ...{ name: shapes.text, like: shapes.text, goalS: shapes.number, wallMs: shapes.number },
    ...{ floorMs: shapes.number, requests: shapes.number, mails: shapes.number, sessions: shapes.number },
    waits: shapes.mapOf(shapes.number),
  }),
);

/** A line for each profile. */
export function readFigures(): readonly Figures[] {
  const file = join(packageRoot(), 'selftest', 'performance', 'figures.jsonl');
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const figures = jsonOf(line, isFigures);
      if (figures === undefined) throw new Error(`${file} holds no figures of npm run bench.`);
      return figures;
    });
}
