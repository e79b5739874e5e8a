import { decidingAnswer } from '../../base/model/check.js';
import type { Exchanged } from '../../base/model/event.js';
import type { Explained, ToldExchange } from '../../base/model/explained.js';
import { actual, expected } from '../../base/wording/breach.js';
import { actualOf, expectedOf } from '../../base/wording/check.js';
import type { LogIndex } from './log.js';
import { assertionsOf } from './script.js';
import { stable, told } from './told.js';

/** Of a long test the beginning and the end tell what it does. */
const shownFirst = 6;
const shownLast = 3;
/** Up to the answer that decides. */
const shownBefore = 4;
/** Of them and what they need, those nearest to it. */
const mostBefore = 6;
/** In characters. */
const longestText = 300;

/** All that the test of a requirement sends, by the log of a run. */
export function sentIn(log: LogIndex, id: string): ToldExchange[] {
  return told(withHandedOut(log.of(id).own, log), log);
}

/** The same, shortened to what tells what the test does. */
export function passesIn(log: LogIndex, id: string): Pick<Explained, 'passes' | 'leftOut'> {
  const lines = sentIn(log, id);
  const leftOut = lines.length - shownFirst - shownLast;
  if (leftOut <= 1) return { passes: lines };
  return { passes: [...lines.slice(0, shownFirst), ...lines.slice(-shownLast)], leftOut };
}

/** What makes a requirement fail, by the log of a run against a fault; undefined where it did not. */
export function failsIn(log: LogIndex, id: string, fault: string): Explained['fails'] | undefined {
  const of = log.of(id);
  const [failed] = of.failed;
  const [breach] = of.breaches;
  if (failed !== undefined) {
    const words = (text: string) => stable(text).slice(0, longestText);
    return {
      fault,
      expected: words(expectedOf(failed)),
      actual: words(actualOf(failed)),
      exchanges: leadingTo(lastOf(log, id), of.own, log),
    };
  }
  const broken = log.exchanges.get(breach?.exchange ?? -1);
  if (breach === undefined || broken === undefined) return undefined;
  const words = { expected: expected(breach.breach), actual: stable(actual(breach.breach)) };
  return { fault, ...words, exchanges: told([broken], log) };
}

/** The exchanges that decide: what the failure is about, and what shows it. */
function lastOf(log: LogIndex, id: string): readonly number[] {
  const of = log.of(id);
  const assertions = assertionsOf(log, id);
  const [assertion] = 'why' in assertions ? [] : assertions;
  if (assertion !== undefined) return [assertion.decisive, ...assertion.conditions.map(({ at }) => at)];
  const about =
    (of.failed[0] === undefined ? undefined : decidingAnswer(of.failed[0]))?.exchange ?? of.own.at(-1)?.index;
  return about === undefined ? [] : [about];
}

function leadingTo(deciding: readonly number[], own: readonly Exchanged[], log: LogIndex): ToldExchange[] {
  const last = Math.max(...deciding);
  const until = own.filter(({ index }) => index <= last);
  const first = until.findIndex(({ index }) => deciding.includes(index));
  const from = Math.max(0, first - shownBefore);
  const lines = told(withHandedOut(until.slice(from), log), log);
  return lines.slice(-mostBefore);
}

/** With what handed out the sessions and keys that they use. */
function withHandedOut(exchanges: readonly Exchanged[], log: LogIndex): Exchanged[] {
  const all = new Map<number, Exchanged>();
  const add = (exchange: Exchanged): void => {
    if (all.has(exchange.index)) return;
    all.set(exchange.index, exchange);
    for (const origin of exchange.again?.origins ?? []) {
      const source = 'exchange' in origin ? log.exchanges.get(origin.exchange) : undefined;
      if (source !== undefined) add(source);
    }
  };
  for (const exchange of exchanges) add(exchange);
  return [...all.values()].sort((a, b) => a.index - b.index);
}
