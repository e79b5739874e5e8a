import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.js';

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

export function readFigures(): readonly Figures[] {
  const file = join(packageRoot(), 'selftest', 'performance', 'figures.json');
  const all: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return Object.values(Object(all)).map((row): Figures => {
    const value = new Map<string, unknown>(Object.entries(Object(row)));
    const number = (name: string) => Number(value.get(name));
    return {
      name: String(value.get('name')),
      like: String(value.get('like')),
      ...{ goalS: number('goalS'), wallMs: number('wallMs'), floorMs: number('floorMs') },
      ...{ requests: number('requests'), mails: number('mails'), sessions: number('sessions') },
      waits: Object.fromEntries(
        Object.entries(Object(value.get('waits'))).map(([why, ms]) => [why, Number(ms)]),
      ),
    };
  });
}
