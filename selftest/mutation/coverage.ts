import type { RunEvent } from '../../src/base/model/event.js';

/** Which mutants an emulator reached in which millisecond (epoch). */
export type Moments = readonly (readonly [number, readonly string[]])[];

/** Which requirements reached a mutant, by the mutant's id; none for what was reached before and after the tests only. */
export type Reach = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Which requirements reached which mutants: each moment belongs to the test that was the last to begin, or to send. A
 * target's tests run one after another.
 */
export function reachOf(moments: Moments, events: readonly RunEvent[]): Reach {
  const beginnings = events
    .flatMap((event) => {
      if (event.type === 'test began') return [{ at: Date.parse(event.at), requirement: event.requirement }];
      if (event.type !== 'exchange') return [];
      return [{ at: Date.parse(event.exchange.startedAt), requirement: event.requirement }];
    })
    .sort((a, b) => a.at - b.at);
  const reach = new Map<string, Set<string>>();
  let next = 0;
  let now = '';
  for (const [at, mutants] of [...moments].sort(([a], [b]) => a - b)) {
    for (let began = beginnings[next]; began !== undefined && began.at <= at; began = beginnings[next]) {
      now = began.requirement;
      next += 1;
    }
    for (const mutant of mutants) {
      const requirements = reach.get(mutant) ?? new Set();
      if (now !== '') requirements.add(now);
      reach.set(mutant, requirements);
    }
  }
  return reach;
}

/** What the tests of the requirements took, in milliseconds. */
export function durationsIn(events: readonly RunEvent[]): ReadonlyMap<string, number> {
  return new Map(
    events.flatMap((event) =>
      event.type === 'test ended' ? [[event.requirement, event.durationMs] as const] : [],
    ),
  );
}
