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
 * The end of a pattern that begins at `start` in any encoding, or -1. A character such as % may begin an encoded
 * character or stand for itself, so both are tried. `known` holds failed places and keeps the search polynomial.
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
    for (const way of continuations(text, at, pattern, index)) {
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

interface Continuation {
  readonly at: number;
  readonly index: number;
}

const noContinuations: readonly Continuation[] = [];

/** The places where a match may continue if the marker here encodes something. Plain backslashes are included. */
function continuations(text: string, at: number, pattern: string, index: number): readonly Continuation[] {
  const wanted = pattern.charCodeAt(index);
  let ways: Continuation[] | undefined;
  if (text.charCodeAt(at) === backslash && wanted === backslash) ways = backslashes(text, at, pattern, index);
  else {
    for (let nth = 0; nth < mostReadings; nth += 1) {
      const reading = readingAt(text, at, nth);
      if (reading === noReading || codeOf(reading) !== wanted) continue;
      ways ??= [];
      ways.push({ at: at + lengthOf(reading), index: index + 1 });
    }
  }
  // Encoders don't break a line twice in one place or before a value, so such breaks are not followed.
  const soft = index === 0 ? 0 : softBreakAt(text, at);
  if (soft === 0 || softBreakAt(text, at + soft) > 0) return ways ?? noContinuations;
  return [...(ways ?? noContinuations), { at: at + soft, index }];
}

/** A JSON string doubles the backslashes of a value; JSON within JSON has four times as many. */
function backslashes(text: string, at: number, pattern: string, index: number): Continuation[] {
  const run = runOf(pattern, index, pattern.length);
  const found = runOf(text, at, run * 4);
  const ways = [4, 2, 1]
    .filter((times) => found >= run * times)
    .map((times) => ({ at: at + run * times, index: index + run }));
  const reading = readingAt(text, at, 0);
  if (reading === noReading || codeOf(reading) !== backslash) return ways;
  // `\\u005c` is an encoded backslash; prefer that to a plain one before a u.
  return [{ at: at + lengthOf(reading), index: index + 1 }, ...ways];
}

function runOf(text: string, at: number, most: number): number {
  let run = 0;
  while (run < most && text.charCodeAt(at + run) === backslash) run += 1;
  return run;
}
