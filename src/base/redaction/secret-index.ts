import {
  backslash,
  codeOf,
  isMarker,
  lengthOf,
  longestRun,
  mostReadings,
  noReading,
  readingAt,
  softBreakAt,
} from './readings.js';

export interface Pattern {
  readonly text: string;
  readonly what: string;
  /** Matches only without adjacent letters or digits: short numbers occur by accident. */
  readonly whole: boolean;
}

export interface Hit {
  readonly start: number;
  readonly end: number;
  readonly what: string;
}

const space = 0x20;
const plus = 0x2b;

const beginLength = 4;

/** Four characters later, the hash holds nothing of this one. */
const mixed = (hash: number, code: number) => (hash << 8) ^ code;

/** Finds many patterns in one pass, in any encoding. A table of beginnings rules out nearly every place. */
export class SecretIndex {
  /** The patterns by the hash of their first four characters. */
  readonly #patterns = new Map<number, Pattern[]>();
  /** The hashes of their first two characters. */
  readonly #pairs = new Set<number>();

  /** The longest run of backslashes after the beginning of a match; see {@link #pastRun}. */
  #deepRun = longestRun + 1;

  /** @param patterns of at least four characters */
  add(patterns: readonly Pattern[]): void {
    for (const pattern of patterns) {
      const { length: run } = /^\\*/.exec(pattern.text)?.[0] ?? '';
      const mostOfRun = run === pattern.text.length ? Number.POSITIVE_INFINITY : 4 * run;
      this.#deepRun = Math.max(this.#deepRun, mostOfRun + longestRun + 1);
      for (const begin of spellingsOf(pattern.text.slice(0, beginLength))) {
        const pair = mixed(begin.charCodeAt(0), begin.charCodeAt(1));
        this.#pairs.add(pair);
        const hash = mixed(mixed(pair, begin.charCodeAt(2)), begin.charCodeAt(3));
        const others = this.#patterns.get(hash);
        if (others === undefined) this.#patterns.set(hash, [pattern]);
        else others.push(pattern);
      }
    }
  }

  /** Overlapping hits become one, named after the longest. */
  find(text: string): Hit[] {
    const hits: Hit[] = [];
    let longest = 0;
    let lastMarker = -1;
    let hash = 0;
    for (let at = 1 - beginLength; at + 1 < text.length; at += 1) {
      const code = text.charCodeAt(at + beginLength - 1);
      hash = mixed(hash, code);
      if (isMarker(code)) lastMarker = at + beginLength - 1;
      if (at < 0) continue;
      const isEncoded = lastMarker >= at;
      const candidates = isEncoded ? this.#encodedAt(text, at, 0, 0) : this.#beginningWith(hash);
      const found = candidates.length === 0 ? undefined : longestOf(candidates, text, at);
      if (found === undefined) {
        if (text.charCodeAt(at) === backslash) at = Math.max(at, this.#pastRun(text, at) - 1);
        continue;
      }
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
   * In a long run of backslashes, returns the first place where a match may begin. A match that began earlier
   * would also end within the run.
   */
  #pastRun(text: string, at: number): number {
    if (at + this.#deepRun >= text.length || text.charCodeAt(at + this.#deepRun) !== backslash) return at;
    let end = at + 2;
    while (text.charCodeAt(end) === backslash) end += 1;
    return Math.max(at, end - this.#deepRun);
  }

  #beginningWith(hash: number): readonly Pattern[] {
    return this.#patterns.get(hash) ?? none;
  }

  /** `hash`: of the `count` characters decoded before `start`. */
  #encodedAt(text: string, start: number, count: number, hash: number): readonly Pattern[] {
    let [at, plain] = [start, hash];
    for (let n = count; n < beginLength; n += 1) {
      if (n === 2 && !this.#pairs.has(plain)) return none;
      const code = text.charCodeAt(at);
      if (isMarker(code)) return this.#fromMarker(text, at, n, plain);
      plain = mixed(plain, code);
      at += 1;
    }
    return this.#beginningWith(plain);
  }

  #fromMarker(text: string, at: number, count: number, hash: number): readonly Pattern[] {
    let found = this.#encodedAt(text, at + 1, count + 1, mixed(hash, text.charCodeAt(at)));
    for (let nth = 0; nth < mostReadings; nth += 1) {
      const reading = readingAt(text, at, nth);
      if (reading === noReading) continue;
      const next = at + lengthOf(reading);
      found = joined(found, this.#encodedAt(text, next, count + 1, mixed(hash, codeOf(reading))));
    }
    const soft = count === 0 ? 0 : softBreakAt(text, at);
    if (soft === 0 || softBreakAt(text, at + soft) > 0) return found;
    return joined(found, this.#encodedAt(text, at + soft, count, hash));
  }
}

/** Several readings of the text may lead to the same pattern. */
function joined(one: readonly Pattern[], other: readonly Pattern[]): readonly Pattern[] {
  if (one.length === 0 || other.length === 0) return one.length === 0 ? other : one;
  return [...new Set([...one, ...other])];
}

const none: readonly Pattern[] = [];

function longestOf(candidates: readonly Pattern[], text: string, at: number): Hit | undefined {
  let longest: Hit | undefined;
  for (const { text: pattern, what, whole } of candidates) {
    const end = endOfMatch(text, at, pattern);
    if (end === -1 || (longest !== undefined && longest.end >= end)) continue;
    if (whole && !standsAlone(text, at, end)) continue;
    longest = { start: at, end, what };
  }
  return longest;
}

/** A form writes each space as a plus sign. */
function spellingsOf(begin: string): readonly string[] {
  const at = begin.indexOf(' ');
  if (at === -1) return [begin];
  const rests = spellingsOf(begin.slice(at + 1));
  return [' ', '+'].flatMap((each) => rests.map((rest) => begin.slice(0, at) + each + rest));
}

function standsAlone(text: string, start: number, end: number): boolean {
  if (/^(?:[A-Za-z0-9]|\.\d)/.test(text.slice(end, end + 2))) return false;
  const before = text.slice(Math.max(0, start - 6), start);
  const encoded = encodedAtEnd(before);
  if (encoded !== undefined) return !/[A-Za-z0-9]/.test(encoded);
  return !/(?:[A-Za-z0-9]|\d\.)$/.test(before);
}

/**
 * Returns the character that an encoding at the end of the text stands for, such as `%3D`: its letters are
 * not adjacent text. Not for `=` and two digits, which may begin a longer number.
 */
function encodedAtEnd(before: string): string | undefined {
  if (/\\[bfnrt]$/.test(before)) return ' ';
  const hex = /(?:%([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|=([0-9][A-F]|[A-F][0-9A-F]))$/.exec(before);
  const code = hex?.[1] ?? hex?.[2] ?? hex?.[3];
  return code === undefined ? undefined : String.fromCharCode(Number.parseInt(code, 16));
}

/** A % may stand for itself or begin an encoded character. `known`: failed places, to stay polynomial. */
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

/** Returns where a match may continue if an encoding begins here. Includes plain backslashes. */
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
  // Encoders don't break a line twice in one place, or before a value.
  const soft = index === 0 ? 0 : softBreakAt(text, at);
  if (soft === 0 || softBreakAt(text, at + soft) > 0) return ways ?? noContinuations;
  return [...(ways ?? noContinuations), { at: at + soft, index }];
}

/** JSON writes each backslash of a value as two, and JSON within JSON as four. */
function backslashes(text: string, at: number, pattern: string, index: number): Continuation[] {
  const run = runOf(pattern, index, pattern.length);
  const found = runOf(text, at, run * 4);
  const ways = [4, 2, 1]
    .filter((times) => found >= run * times)
    .map((times) => ({ at: at + run * times, index: index + run }));
  const reading = readingAt(text, at, 0);
  if (reading === noReading || codeOf(reading) !== backslash) return ways;
  // `\\u005c` is an encoded backslash rather than a plain backslash before a u.
  return [{ at: at + lengthOf(reading), index: index + 1 }, ...ways];
}

function runOf(text: string, at: number, most: number): number {
  let run = 0;
  while (run < most && text.charCodeAt(at + run) === backslash) run += 1;
  return run;
}
