import type { RunEvent } from '../../src/base/model/event.js';

/** The mutants that an emulator reached, by the time in milliseconds since the epoch. */
export type Moments = readonly (readonly [number, readonly string[]])[];

export type Reach = ReadonlyMap<string, ReadonlySet<string>>;

/** Tests of a target run one by one, so a moment belongs to the test that last began or sent a request. */
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

export function durationsIn(events: readonly RunEvent[]): ReadonlyMap<string, number> {
  return new Map(
    events.flatMap((event) =>
      event.type === 'test ended' ? [[event.requirement, event.durationMs] as const] : [],
    ),
  );
}
