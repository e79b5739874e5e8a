import type { Finding } from '../../src/base/model/breach.js';
import type { Shown } from '../../src/base/model/check.js';
import type { EventBody, Exchanged, RunBegan, RunEvent } from '../../src/base/model/event.js';
import { planned } from '../verdict/sample.js';

export interface Seen {
  readonly operation?: string | null;
  readonly status?: number | null;
  readonly credential?: string;
  readonly mistake?: string | null;
  readonly undocumented?: readonly string[];
  readonly requirement?: string;
  readonly index?: number;
  readonly method?: string;
  readonly findings?: readonly Finding[];
}

const baseUrl = 'https://lab.example/v2';

export function exchanged(seen: Seen = {}): Exchanged {
  const { operation = 'GetMFAConfig', status = 200, method = 'GET', ...more } = seen;
  return {
    type: 'exchange',
    ...{ index: 0, requirement: 'area/one', credential: 'APIKeyHeader', mistake: null },
    ...{ findings: [], properties: [], enumValues: [], undocumented: [] },
    ...more,
    exchange: {
      operation,
      request: { method, url: `${baseUrl}/mfa-config`, headers: {} },
      ...(status === null ? { error: 'closed' } : { response: { status, headers: {} } }),
      startedAt: '2026-01-01T00:00:00.000Z',
      durationMs: 1,
    },
  };
}

export const shownAt = (index: number): Shown => ({
  exchange: index,
  operation: 'GetMFAConfig',
  method: 'GET',
  path: '/v2/mfa-config',
  status: 200,
});

export function began(ids: readonly string[], change: Partial<RunBegan> = {}): RunBegan {
  return {
    type: 'run began',
    schemaVersion: 2,
    suiteVersion: '0.1.0',
    target: { name: 'lab', baseUrl, tlsInsecure: false },
    release: '7.1.2_u3',
    contract: { source: 'spec/releases/7.1.2_u3.yaml', sha256: 'a'.repeat(64) },
    mode: 'full',
    seed: 1,
    planned: ids.map((id) => planned(id)),
    parts: { operations: [], responses: [], properties: [], enumValues: [], credentials: [], calls: [] },
    options: { strict: false, requireComplete: false },
    warnings: [],
    ...change,
  };
}

export function timed(bodies: readonly EventBody[]): RunEvent[] {
  return bodies.map((body, second) => ({ ...body, at: new Date(second * 1000).toISOString() }));
}

export function tested(requirement: string, ...between: readonly EventBody[]): EventBody[] {
  const failed = between.some(({ type }) => type.endsWith('failed'));
  return [
    { type: 'test began', requirement },
    ...between,
    { type: 'test ended', requirement, status: failed ? 'failed' : 'passed', durationMs: 5 },
  ];
}

export const ended: readonly EventBody[] = [
  { type: 'restored', restored: true, residue: [] },
  { type: 'run ended', interrupted: null },
];
