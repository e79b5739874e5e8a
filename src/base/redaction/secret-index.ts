import {
  backslash,
  codeOf,
  isMarker,
  lengthOf,
  longestRun,
  markers,
  mostReadings,
  noReading,
  readingAt,
  softBreakAt,
} from './readings.js';

export interface Pattern {
  readonly text: string;
  readonly what: string;
  /** Match only without adjacent letters or digits: short numbers occur by accident. */
  readonly whole: boolean;
}

export interface Hit {
  readonly start: number;
  readonly end: number;
  readonly what: string;
}

const space = 0x20;
const plus = 0x2b;

/** Patterns with the same first two characters: many, if they are numbers. */
class Group {
  readonly #all: Pattern[] = [];
  readonly #byThird = new Map<number, Pattern[]>();

  add(pattern: Pattern): void {
    this.#all.push(pattern);
    for (const third of spellings(pattern.text.charCodeAt(2))) {
      const group = this.#byThird.get(third);
      if (group === undefined) this.#byThird.set(third, [pattern]);
      else group.push(pattern);
    }
  }

  /** The patterns that fit the third character, or all if one of the three may be encoded. */
  mayBeginAt(text: string, at: number): readonly Pattern[] {
    const third = text.charCodeAt(at + 2);
    if (isMarker(text.charCodeAt(at)) || isMarker(text.charCodeAt(at + 1)) || isMarker(third))
      return this.#all;
    return this.#byThird.get(third) ?? [];
  }
}

/** The length of a beginning, in characters. */
const beginLength = 4;

/** A bit set of beginnings: among thousands of patterns, pairs of characters rule out too little. */
class Beginnings {
  readonly #bits = new Uint32Array(1 << 15);
  #anyShort = false;

  add(text: string): void {
    if (text.length < beginLength) this.#anyShort = true;
    for (const first of spellings(text.charCodeAt(0)))
      for (const second of spellings(text.charCodeAt(1)))
        for (const third of spellings(text.charCodeAt(2)))
          for (const fourth of spellings(text.charCodeAt(3))) this.#set(hashOf(first, second, third, fourth));
  }

  /** True if no pattern begins here. Encoded characters never rule a pattern out. */
  ruleOut(text: string, at: number, first: number, second: number): boolean {
    if (this.#anyShort || isMarker(first) || isMarker(second)) return false;
    const third = text.charCodeAt(at + 2);
    const fourth = text.charCodeAt(at + 3);
    if (isMarker(third) || isMarker(fourth)) return false;
    const hash = hashOf(first, second, third, fourth);
    return ((this.#bits[hash >>> 5] ?? 0) & (1 << (hash & 31))) === 0;
  }

  #set(hash: number): void {
    this.#bits[hash >>> 5] = (this.#bits[hash >>> 5] ?? 0) | (1 << (hash & 31));
  }
}

/** A hash of 20 bits. */
function hashOf(first: number, second: number, third: number, fourth: number): number {
  const mixed = Math.imul(Math.imul(Math.imul(first, 0x01000193) ^ second, 0x01000193) ^ third, 0x01000193);
  return Math.imul(mixed ^ fourth, 0x9e3779b1) >>> 12;
}

/**
 * Finds any of many patterns in a text in one pass; each character may be encoded.
 * A table of first pairs rules out nearly every place, so the number of patterns hardly matters for the time.
 */
export class SecretIndex {
  /** By the low bytes of two code units: 1 if a pattern may begin with them, encoded or not. */
  readonly #worthALook = new Uint8Array(1 << 16);
  /** Patterns by the low bytes of their first two code units. */
  readonly #patterns = new Map<number, Group>();

  readonly #beginnings = new Beginnings();

  /** No pattern begins this many backslashes or more before the end of their run; see {@link #pastRun}. */
  #deepRun = longestRun + 1;

  /** The groups already tried at the current place. */
  readonly #tried: number[] = [];

  constructor() {
    for (const marker of markers) this.#worthALook.fill(1, slot(marker, 0), slot(marker, 0xff) + 1);
  }

  /** @param patterns of at least two characters */
  add(patterns: readonly Pattern[]): void {
    for (const pattern of patterns) {
      this.#beginnings.add(pattern.text);
      const { length: run } = /^\\*/.exec(pattern.text)?.[0] ?? '';
      const mostOfRun = run === pattern.text.length ? Number.POSITIVE_INFINITY : 4 * run;
      this.#deepRun = Math.max(this.#deepRun, mostOfRun + longestRun + 1);
      for (const first of spellings(pattern.text.charCodeAt(0))) {
        for (const second of spellings(pattern.text.charCodeAt(1))) {
          this.#worthALook[slot(first, second)] = 1;
          for (const marker of markers) this.#worthALook[slot(first, marker)] = 1;
          const group = this.#patterns.get(slot(first, second)) ?? new Group();
          group.add(pattern);
          this.#patterns.set(slot(first, second), group);
        }
      }
    }
  }

  /** Hits in the order of the text. Overlapping ones are merged and named by the longest. */
  find(text: string): Hit[] {
    const worthALook = this.#worthALook;
    const hits: Hit[] = [];
    let longest = 0;
    let second = text.charCodeAt(0);
    for (let at = 0; at + 1 < text.length; at += 1) {
      const first = second;
      second = text.charCodeAt(at + 1);
      if (worthALook[slot(first, second)] === 0) continue;
      if (first === backslash && second === backslash) {
        const past = this.#pastRun(text, at);
        if (past > at) {
          at = past - 1;
          second = backslash;
          continue;
        }
      }
      if (this.#beginnings.ruleOut(text, at, first, second)) continue;
      const found = this.#longestAt(text, at, first);
      if (found === undefined) continue;
      const last = hits.at(-1);
      const length = found.end - found.start;
      if (last === undefined || last.end <= found.start) {
        hits.push(found);
        longest = length;
        continue;
      }
      const what = length > longest ? found.what : last.what;
      longest = Math.max(length, longest);
      hits[hits.length - 1] = { start: last.start, end: Math.max(last.end, found.end), what };
    }
    return hits;
  }

  /**
   * Skips the part of a run of backslashes where no match can begin. A backslash of a value is written as at most
   * four, and an escape has at most {@link longestRun}: a match that begins earlier would still be inside the run.
   */
  #pastRun(text: string, at: number): number {
    if (at + this.#deepRun >= text.length || text.charCodeAt(at + this.#deepRun) !== backslash) return at;
    let end = at + 2;
    while (text.charCodeAt(end) === backslash) end += 1;
    return Math.max(at, end - this.#deepRun);
  }

  /** The longest match that begins here, for every reading of the first character. */
  #longestAt(text: string, at: number, first: number): Hit | undefined {
    this.#tried.length = 0;
    let best = this.#longestWith(text, at, first, at + 1, undefined);
    if (!isMarker(first)) return best;
    for (let nth = 0; nth < mostReadings; nth += 1) {
      const reading = readingAt(text, at, nth);
      if (reading === noReading) continue;
      best = this.#longestWith(text, at, codeOf(reading), at + lengthOf(reading), best);
    }
    return best;
  }

  /** The longest match for one reading of the first character; `next` is the place of the second. */
  #longestWith(
    text: string,
    at: number,
    first: number,
    next: number,
    best: Hit | undefined,
  ): Hit | undefined {
    const second = text.charCodeAt(next);
    let longest = this.#longestOf(text, at, first, second, best);
    if (!isMarker(second)) return longest;
    const soft = softBreakAt(text, next);
    const places = soft === 0 ? [next] : [next, next + soft];
    if (soft > 0) longest = this.#longestOf(text, at, first, text.charCodeAt(next + soft), longest);
    for (const place of places) {
      for (let nth = 0; nth < mostReadings; nth += 1) {
        const reading = readingAt(text, place, nth);
        if (reading !== noReading) longest = this.#longestOf(text, at, first, codeOf(reading), longest);
      }
    }
    return longest;
  }

  #longestOf(
    text: string,
    at: number,
    first: number,
    second: number,
    best: Hit | undefined,
  ): Hit | undefined {
    const key = slot(first, second);
    const group = this.#patterns.get(key);
    // Different readings may lead to the same group, which matches the same text each time.
    if (group === undefined || this.#tried.includes(key)) return best;
    this.#tried.push(key);
    let longest = best;
    for (const pattern of group.mayBeginAt(text, at)) {
      const end = endOfMatch(text, at, pattern.text);
      if (end === -1 || (longest !== undefined && longest.end >= end)) continue;
      if (pattern.whole && !standsAlone(text, at, end)) continue;
      longest = { start: at, end, what: pattern.what };
    }
    return longest;
  }
}

/** Forms write a space as a plus sign. */
function spellings(code: number): readonly number[] {
  return code === space ? [space, plus] : [code];
}

function slot(first: number, second: number): number {
  return ((first & 0xff) << 8) | (second & 0xff);
}

/** True without an adjacent letter, digit or decimal fraction: a hit inside a longer word or number is an accident. */
function standsAlone(text: string, start: number, end: number): boolean {
  if (/^(?:[A-Za-z0-9]|\.\d)/.test(text.slice(end, end + 2))) return false;
  const before = text.slice(Math.max(0, start - 6), start);
  const encoded = encodedAtEnd(before);
  if (encoded !== undefined) return !/[A-Za-z0-9]/.test(encoded);
  return !/(?:[A-Za-z0-9]|\d\.)$/.test(before);
}

/**
 * The encoded character before a place, whose last letters or digits don't count as adjacent: `%3D`, `\n`, `\u003d`.
 * Quoted-printable counts only with a letter (`=3D`): `=20` before digits probably begins a longer number.
 */
function encodedAtEnd(before: string): string | undefined {
  if (/\\[bfnrt]$/.test(before)) return ' ';
  const hex = /(?:%([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|=([0-9][A-F]|[A-F][0-9A-F]))$/.exec(before);
  const code = hex?.[1] ?? hex?.[2] ?? hex?.[3];
  return code === undefined ? undefined : String.fromCharCode(Number.parseInt(code, 16));
}

/**
 * The end of a pattern that begins at `start` in any encoding, or -1. A character such as % may begin an encoded
 * character or stand for itself, so both are tried. `known` holds failed places and keeps the search polynomial.
 */
function endOfMatch(text: string, start: number, pattern: string, from = 0, known?: Set<number>): number {
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
