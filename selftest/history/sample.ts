import type { Compared, Snapshot } from '../../src/reports/history/snapshot.js';

const whole = (of: Compared['outcome'] | Compared): Compared =>
  typeof of === 'string' ? { outcome: of, digest: '' } : of;

export function snapshot(
  outcomes: Readonly<Record<string, Compared['outcome'] | Compared>>,
  change: Partial<Snapshot> = {},
): Snapshot {
  return {
    target: 'lab-7',
    release: '7.1.2_u3',
    suite: '0.1.0',
    startedAt: '2026-11-24T02:00:00.000Z',
    durationMs: 1000,
    mode: 'full',
    gate: 'conforms',
    complete: true,
    cause: '',
    outcomes: new Map(Object.entries(outcomes).map(([id, of]) => [id, whole(of)])),
    facts: {},
    ...change,
  };
}
