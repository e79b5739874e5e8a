import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { orExplain } from '../../base/errors.js';
import { makeFolder, replaceFile } from '../../base/files.js';
import { suiteVersion } from '../../base/package-root.js';
import { checkBy, parseJsonFile } from '../../base/spec-schema.js';
import type { Shard } from './shard.js';

/** The plan of one shard of a run; published as spec/planned.schema.json. */
export interface Planned {
  readonly schemaVersion: 1;
  readonly suite: { readonly name: 'mfa-conformance'; readonly version: string };
  readonly shard: Shard;
  readonly startedAt: string;
  /** Identifies the run across its shards; null if unknown. */
  readonly run: string | null;
  readonly targets: readonly { readonly name: string; readonly shard: number }[];
}

export const isPlannedFile = (name: string): boolean => /^planned-\d+-of-\d+(?:\.\d+)?\.json$/.test(name);

/** @param copy distinguishes plans of different runs in one folder */
export function plannedFileOf({ index, count }: Shard, copy?: number): string {
  return `planned-${index}-of-${count}${copy === undefined ? '' : `.${copy}`}.json`;
}

const checked = checkBy<Planned>('planned.schema.json', 'plan');

export function parsePlanned(text: string, place: string): Planned {
  return checked(parseJsonFile(text, place, 'plan'), place);
}

export function plannedNow(
  shard: Shard,
  split: ReadonlyMap<string, number>,
  env: NodeJS.ProcessEnv,
): Planned {
  return {
    schemaVersion: 1,
    suite: { name: 'mfa-conformance', version: suiteVersion() },
    shard,
    startedAt: new Date().toISOString(),
    run: runVariables.flatMap((name) => (env[name] ? `${name}=${env[name]}` : []))[0] ?? null,
    targets: [...split]
      .map(([name, index]) => ({ name, shard: index }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

export function writePlanned(planned: Planned, out: string): void {
  orExplain(`Nothing can be written to ${out} (--out)`, () => {
    makeFolder(out);
    const sameRun = new RegExp(`-of-${planned.shard.count}\\.json$`);
    for (const name of readdirSync(out)) {
      if (isPlannedFile(name) && !sameRun.test(name)) rmSync(join(out, name), { force: true });
    }
    replaceFile(join(out, plannedFileOf(planned.shard)), `${JSON.stringify(planned, null, 2)}\n`);
  });
}

/** These identify a run on all its machines: the suite's own variable, then those of CI systems. */
const runVariables = ['MFA_CONFORMANCE_RUN', 'GITHUB_RUN_ID', 'CI_PIPELINE_ID', 'BUILD_TAG'] as const;
