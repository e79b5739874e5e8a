import { decidingAnswer } from '../../src/base/model/check.js';
import type { Exchanged } from '../../src/base/model/event.js';
import type { Explained, ToldExchange } from '../../src/base/model/explained.js';
import { actual, expected } from '../../src/base/wording/breach.js';
import { actualOf, expectedOf } from '../../src/base/wording/check.js';
import { decidingIn } from '../../src/reports/repro/check-scripts.js';
import type { LogIndex } from '../../src/reports/repro/log.js';
import { assertionsOf } from '../../src/reports/repro/script.js';
import { stable, told } from '../../src/reports/repro/told.js';

const shownFirst = 6;
const shownLast = 3;
const shownBefore = 4;
const mostBefore = 6;
const longestText = 300;

export function sentIn(log: LogIndex, id: string): ToldExchange[] {
  return told(withHandedOut(log.of(id).own, log), log);
}

export function passesIn(log: LogIndex, id: string): Pick<Explained, 'passes' | 'leftOut'> {
  const lines = sentIn(log, id);
  const leftOut = lines.length - shownFirst - shownLast;
  if (leftOut <= 1) return { passes: lines };
  return { passes: [...lines.slice(0, shownFirst), ...lines.slice(-shownLast)], leftOut };
}

/** The exchanges that make a requirement fail, from the log of a run against a fault; undefined if it passed. */
export function failsIn(log: LogIndex, id: string, fault: string): Explained['fails'] | undefined {
  const { own, failed, breaches } = log.of(id);
  const [check] = failed;
  if (check !== undefined) {
    const words = (text: string) => stable(text).slice(0, longestText);
    const assertions = assertionsOf(log, id);
    const deciding =
      'why' in assertions
        ? [decidingAnswer(check)?.exchange ?? own.at(-1)?.index ?? -1]
        : assertions.slice(0, 1).flatMap(decidingIn);
    const exchanges = leadingTo(deciding, own, log);
    return { fault, expected: words(expectedOf(check)), actual: words(actualOf(check)), exchanges };
  }
  const [{ breach, exchange } = {}] = breaches;
  const broken = log.exchanges.get(exchange ?? -1);
  if (breach === undefined || broken === undefined) return undefined;
  const words = { expected: expected(breach), actual: stable(actual(breach)) };
  return { fault, ...words, exchanges: told([broken], log) };
}

function leadingTo(deciding: readonly number[], own: readonly Exchanged[], log: LogIndex): ToldExchange[] {
  const until = own.filter(({ index }) => index <= Math.max(...deciding));
  const first = until.findIndex(({ index }) => deciding.includes(index));
  return told(withHandedOut(until.slice(Math.max(0, first - shownBefore)), log), log).slice(-mostBefore);
}

function withHandedOut(exchanges: readonly Exchanged[], log: LogIndex): Exchanged[] {
  const all = new Set(exchanges);
  // The loop also visits the entries that it adds.
  for (const { again } of all)
    for (const origin of again?.origins ?? []) {
      const source = 'exchange' in origin ? log.exchanges.get(origin.exchange) : undefined;
      if (source !== undefined) all.add(source);
    }
  return [...all].sort((a, b) => a.index - b.index);
}
