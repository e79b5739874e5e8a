import type { Exchange } from '../../src/base/model/exchange.js';
import {
  type PlannedRequirement,
  type RawOutcome,
  type RunResults,
  rawKinds,
} from '../../src/base/model/results.js';
import { levels, type Outcome, type Verdict } from '../../src/base/model/verdict.js';
import { deriveVerdict } from '../../src/verdict/derive/derive.js';
import { concerned } from '../waivers/sample.js';

export function results(change: Partial<RunResults> = {}): RunResults {
  return {
    suiteVersion: '0.1.0',
    target: { name: 'lab-7', baseUrl: 'https://10.2.0.7/v2', tlsInsecure: false },
    release: '7.1.2_u3',
    contract: { source: 'spec/releases/7.1.2_u3.yaml', sha256: 'ab'.repeat(32) },
    mode: 'full',
    seed: 1,
    startedAt: '2026-11-25T00:00:00.000Z',
    durationMs: 12_345,
    planned: [planned('area/one')],
    lanes: 1,
    raw: [raw('area/one')],
    restored: true,
    residue: [],
    facts: {},
    waits: [],
    retries: { '429': 0, '503': 0 },
    coverage: { operations: {}, responses: {}, properties: {}, enumValues: {}, credentials: {} },
    options: { strict: false, requireComplete: false },
    ...change,
  };
}

export function derived(change: Partial<RunResults> = {}): Verdict {
  return deriveVerdict(results(change));
}

const ids = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'].map((name) => `area/${name}`);

/**
 * A requirement for each word, from area/one on: `pass`, `should fail`. A `missing` one has no outcome,
 * a `waived` one fails with a waiver, an `absent` one is not part of the run.
 */
export function runOf(words: string, change: Partial<RunResults> = {}): RunResults {
  const parts = words
    .split(', ')
    .filter(Boolean)
    .flatMap((word, at) => {
      const level = levels.find((each) => word.startsWith(`${each} `)) ?? 'must';
      const kind = word.replace(`${level} `, '');
      return kind === 'absent' ? [] : [{ id: ids[at] ?? '', level, kind }];
    });
  const waivedIds = parts.flatMap(({ id, kind }) => (kind === 'waived' ? [id] : []));
  return results({
    planned: parts.map(({ id, level }) => planned(id, { level })),
    raw: parts.flatMap(({ id, kind }) => {
      const known = rawKinds.find((each) => each === kind) ?? 'fail';
      return kind === 'missing' ? [] : [raw(id, { kind: known })];
    }),
    ...(waivedIds.length > 0 && { waivers: [concerned({ fits: waivedIds })] }),
    ...change,
  });
}

export function planned(id: string, change: Partial<PlannedRequirement> = {}): PlannedRequirement {
  return {
    id,
    level: 'must',
    title: `Text of ${id}.`,
    source: `Source of ${id}`,
    operations: ['GetMFAConfig'],
    ...change,
  };
}

export function raw(id: string, change: Partial<RawOutcome> = {}): RawOutcome {
  const kind = change.kind ?? 'pass';
  return {
    id,
    kind,
    reason: kind === 'pass' ? '' : `${kind} it is`,
    reproduce: '',
    exchanges: [],
    durationMs: 10,
    ...change,
  };
}

/** An outcome of a verdict; a failure if the change names no other outcome. */
export function outcomeOf(id: string, change: Partial<Outcome> = {}): Outcome {
  const { kind: _, ...rest } = raw(id, { reason: '', durationMs: 1 });
  return { ...planned(id), ...rest, outcome: 'fail', ...change };
}

export function exchange(url = 'https://10.2.0.7/v2/mfa-config'): Exchange {
  return {
    operation: 'GetMFAConfig',
    request: { method: 'GET', url, headers: { accept: 'application/json' } },
    response: { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' },
    startedAt: '2026-11-25T00:00:01.000Z',
    durationMs: 8,
  };
}
