/** What of a text is random at most, by its length and the characters that all of its kind are made of. */
export function bitsOf(texts: readonly string[]): number {
  const alphabet = new Set(texts.join('')).size;
  return Math.min(...texts.map(({ length }) => length)) * Math.log2(alphabet);
}

/** What a text may be an encoding of. */
const encodings = [
  { of: /^(?:[\da-f]{2})+$/i, as: 'hex' },
  { of: /^[\w+/-]+={0,2}$/, as: 'base64' },
] as const;

const printable = /^[\x20-\x7e]+$/;

/** A date and time, or seconds or milliseconds since 1970. */
const times = /\d{4}-\d\d-\d\dT[\d:.]+Z?|(?<!\d)1\d{9}(?:\d{3})?(?!\d)/g;

/**
 * The same of what texts are an encoding of, without the names and times in it, and without the words that stand in more
 * than one. Bytes that are random are no printable text in every one: by chance in none of many millions.
 *
 * @returns undefined where they are no encoding of text, or nothing differs from one to the next
 */
export function bitsOfText(texts: readonly string[], names: readonly string[]): number | undefined {
  if (new Set(texts).size < texts.length) return undefined;
  for (const { of, as } of encodings) {
    if (!texts.every((text) => of.test(text))) continue;
    const decoded = texts.map((text) => Buffer.from(text, as).toString('latin1'));
    if (decoded.every((text) => printable.test(text))) return Math.min(...distinct(decoded, names));
  }
  return undefined;
}

/** Of each text the bits of the words that no other has. */
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
