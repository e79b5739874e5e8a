import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResults } from '../../src/base/model/results.js';
import type { Verdict } from '../../src/base/model/verdict.js';
import { findVerdicts } from '../../src/reports/many/find.js';
import { type Merged, merge } from '../../src/reports/many/merge.js';
import { plannedFileOf } from '../../src/reports/many/planned.js';
import { derived, planned, raw } from '../verdict/sample.js';

const runStart = '2026-11-25T00:00:00.000Z';

/** A verdict on a target. `fails` are the slugs that fail, of area/one, area/two and area/three. */
export function verdictOn(
  name: string,
  fails: readonly string[] = [],
  change: Partial<RunResults> = {},
): Verdict {
  const ids = ['one', 'two', 'three'];
  return derived({
    target: { name, baseUrl: `https://${name}.example/v2`, tlsInsecure: false },
    startedAt: '2026-11-25T00:01:00.000Z',
    planned: ids.map((id) => planned(`area/${id}`)),
    raw: ids.map((id) =>
      raw(`area/${id}`, fails.includes(id) ? { kind: 'fail', reason: `${id} is wrong` } : {}),
    ),
    ...change,
  });
}

export function leave(folder: string, ...verdicts: readonly Verdict[]): string {
  for (const verdict of verdicts) {
    const own = join(folder, verdict.target.name);
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'verdict.json'), JSON.stringify(verdict));
  }
  return folder;
}

/** Writes the plan of a shard. @param shards the shard of each target, by name */
export function plan(
  folder: string,
  index: number,
  count: number,
  shards: Readonly<Record<string, number>>,
  run: string | null = null,
): string {
  mkdirSync(folder, { recursive: true });
  const content = {
    schemaVersion: 1,
    suite: { name: 'mfa-conformance', version: '0.1.0' },
    shard: { index, count },
    startedAt: runStart,
    run,
    targets: Object.entries(shards).map(([name, shard]) => ({ name, shard })),
  };
  writeFileSync(join(folder, plannedFileOf({ index, count })), JSON.stringify(content));
  return folder;
}

export function mergeOf(...folders: readonly string[]): Merged {
  return merge(findVerdicts(folders), () => null);
}
