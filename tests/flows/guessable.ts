import { expect, type Quantity } from '../../fixtures/index.js';

/** Returns an upper bound of the random bits in each text: the shortest length, times the bits of a character. */
export function bitsOf(texts: readonly string[]): number {
  const alphabet = new Set(texts.join('')).size;
  return Math.min(...texts.map(({ length }) => length)) * Math.log2(alphabet);
}

export const leastBits = 64;

// The bounds for what varies are lower: in a few samples, some positions are equal by chance.
const leastVaryingBits = 56;
/** For secrets of 128 bits. */
export const leastSecretBits = 100;

interface Guessable {
  readonly bits: number;
  readonly what: Quantity;
}

/** @param least how many bits of each text must be unpredictable to somebody who knows the other texts */
export function expectRandom(
  texts: readonly string[],
  names: readonly string[],
  least = leastVaryingBits,
): void {
  const { bits, what } = randomBits(texts, names);
  expect(Math.round(bits)).toBeAtLeast(least, what);
}

/** Returns an upper bound of the unpredictable bits in texts: the smallest of several estimates, with its name. */
export function randomBits(texts: readonly string[], names: readonly string[]): Guessable {
  const inText = bitsOfText(texts, names);
  const looks: Guessable[] = [{ bits: bitsThatVary(texts), what: 'bits' }];
  if (inText !== undefined) looks.push({ bits: inText, what: 'bits of text' });
  if (areEquallyFar(texts)) looks.push({ bits: 0, what: 'bits at equal distances' });
  return looks.reduce((least, look) => (look.bits < least.bits ? look : least));
}

/** Estimates bits by the positions at which the texts vary. Infinity for fewer than three texts of equal length. */
function bitsThatVary(texts: readonly string[]): number {
  const units = [...new Set(texts)].map((text) => text.replace(/^(.+?)\1+$/, '$1'));
  const alike = units.filter(({ length }) => length === units[0]?.length);
  if (alike.length < 3) return Number.POSITIVE_INFINITY;
  const places = Array.from(alike[0] ?? '', (_, at) => new Set(alike.map((text) => text[at])));
  const varying = places.filter(({ size }) => size > 1);
  return varying.length * Math.log2(new Set(varying.flatMap((each) => [...each])).size || 1);
}

function areEquallyFar(texts: readonly string[]): boolean {
  const digits = [...new Set(texts)].map((text) => text.replaceAll('-', ''));
  const radix = [/^\d+$/, /^[\da-f]+$/i].findIndex((of) => digits.every((text) => of.test(text)));
  if (radix < 0 || digits.length < 3) return false;
  const numbers = digits.map((text) => BigInt(radix === 0 ? text : `0x${text}`));
  return new Set(numbers.slice(1).map((next, n) => next - (numbers[n] ?? next))).size === 1;
}

const encodings = [
  { of: /^(?:[\da-f]{2})+$/i, as: 'hex' },
  { of: /^[\w+/-]+={0,2}$/, as: 'base64' },
] as const;

export const printable = /^[\x20-\x7e]+$/;

/** Matches a date and time, or seconds or milliseconds since 1970. */
const times = /\d{4}-\d\d-\d\dT[\d:.]+Z?|(?<!\d)1\d{9}(?:\d{3})?(?!\d)/g;

/** Returns the bits of the decoded texts without names, times and shared words; undefined if one can't be decoded. */
function bitsOfText(texts: readonly string[], names: readonly string[]): number | undefined {
  if (new Set(texts).size < texts.length) return undefined;
  for (const { of, as } of encodings) {
    if (!texts.every((text) => of.test(text))) continue;
    const decoded = texts.map((text) => Buffer.from(text, as).toString('latin1'));
    if (decoded.every((text) => printable.test(text))) return Math.min(...distinct(decoded, names));
  }
  return undefined;
}

function distinct(texts: readonly string[], names: readonly string[]): readonly number[] {
  const words = texts.map((text) => {
    const bare = names.reduce((rest, name) => rest.replaceAll(name, ' '), text.replace(times, ' '));
    return [...new Set(bare.split(/[^\da-z]+/i))];
  });
  return words.map((own, n) => {
    const others = new Set(words.flatMap((each, m) => (m === n ? [] : each)));
    const rest = own.filter((word) => !others.has(word)).join('');
    const alphabet = /^\d*$/.test(rest) ? 10 : /^[\da-f]*$/i.test(rest) ? 16 : 36;
    return rest.length * Math.log2(alphabet);
  });
}
