import {
  backslash,
  codeOf,
  isMarker,
  lengthOf,
  mostReadings,
  noReading,
  readingAt,
  softBreakAt,
} from './readings.js';

const space = 0x20;
const plus = 0x2b;

/**
 * Where a pattern ends that begins at `start` in whatever encoding, or -1 where it doesn't. A character that can
 * begin an encoded one may also stand for itself: then each way is tried, and `known`, the places tried in vain,
 * keeps that from becoming exponential.
 */
export function endOfMatch(
  text: string,
  start: number,
  pattern: string,
  from = 0,
  known?: Set<number>,
): number {
  let at = start;
  let failed = known;
  for (let index = from; index < pattern.length; index += 1) {
    const code = text.charCodeAt(at);
    const wanted = pattern.charCodeAt(index);
    if (!isMarker(code)) {
      if (code !== wanted && !(code === plus && wanted === space)) return -1;
      at += 1;
      continue;
    }
    const state = at * 0x10000 + index;
    if (failed?.has(state)) return -1;
    let inVain = false;
    for (const way of waysOn(text, at, pattern, index)) {
      failed ??= new Set();
      inVain = true;
      const end = endOfMatch(text, way.at, pattern, way.index, failed);
      if (end !== -1) return end;
    }
    if (inVain) failed?.add(state);
    if (code !== wanted || code === backslash) return -1;
    at += 1;
  }
  return at;
}

interface Way {
  readonly at: number;
  readonly index: number;
}

const noWays: readonly Way[] = [];

/** Where a match may go on if the marker here is more than itself; of backslashes, also if it is itself. */
function waysOn(text: string, at: number, pattern: string, index: number): readonly Way[] {
  const wanted = pattern.charCodeAt(index);
  let ways: Way[] | undefined;
  if (text.charCodeAt(at) === backslash && wanted === backslash) ways = backslashes(text, at, pattern, index);
  else {
    for (let nth = 0; nth < mostReadings; nth += 1) {
      const reading = readingAt(text, at, nth);
      if (reading === noReading || codeOf(reading) !== wanted) continue;
      ways ??= [];
      ways.push({ at: at + lengthOf(reading), index: index + 1 });
    }
  }
  // Nobody breaks a line twice in one place, or before a value: following that would only cost time.
  const soft = index === 0 ? 0 : softBreakAt(text, at);
  if (soft === 0 || softBreakAt(text, at + soft) > 0) return ways ?? noWays;
  return [...(ways ?? noWays), { at: at + soft, index }];
}

/** A run of backslashes is as long as in the value, twice so in a JSON string, four times in one within another. */
function backslashes(text: string, at: number, pattern: string, index: number): Way[] {
  const run = runOf(pattern, index, pattern.length);
  const found = runOf(text, at, run * 4);
  const ways = [4, 2, 1]
    .filter((times) => found >= run * times)
    .map((times) => ({ at: at + run * times, index: index + run }));
  const reading = readingAt(text, at, 0);
  if (reading === noReading || codeOf(reading) !== backslash) return ways;
  // `\\u005c` is a backslash rather than one with a u after it.
  return [{ at: at + lengthOf(reading), index: index + 1 }, ...ways];
}

function runOf(text: string, at: number, most: number): number {
  let run = 0;
  while (run < most && text.charCodeAt(at + run) === backslash) run += 1;
  return run;
}
