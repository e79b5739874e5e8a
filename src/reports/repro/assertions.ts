import { commandFor, type Untold } from './breach-scripts.js';
import { type Assertion, toldBy } from './check-scripts.js';
import type { LogIndex } from './log.js';

/** The ways to tell that a requirement is broken, the first that the run has seen first; or why there is none. */
export function assertionsOf(log: LogIndex, id: string): readonly Assertion[] | Untold {
  const { own, failed, breaches } = log.of(id);
  const byChecks = failed.map(({ check }) => toldBy(check, (index) => log.exchanges.get(index)));
  const byBreaches = breaches.map(({ exchange: { index }, breach }) => {
    const shows = commandFor(index, breach);
    return typeof shows === 'string' ? [{ decisive: index, conditions: [{ at: index, shows }] }] : shows;
  });
  const all = [...byChecks, ...byBreaches];
  const told = all.flatMap((each) => ('why' in each ? [] : each));
  if (told.length === 0) return all.find((each) => 'why' in each) ?? { why: 'no answer of the log shows it' };
  return told.map((each) => {
    const last = Math.max(...each.conditions.map(({ at }) => at));
    // Where the state that was read is wrong, what was sent before it decides.
    const sent = own.findLast(({ index, exchange }) => index < last && exchange.request.method !== 'GET');
    return { decisive: sent?.index ?? last, ...each };
  });
}
