import { bitsOfBase32, bytesOfBits } from '../../base/redaction/spellings.js';

/** Decoded Base32: the bytes, or a description of the mistake that does not reveal the text. */
export type Base32Result =
  | {
      readonly bytes: Uint8Array;
      /** Deviations from the canonical form (RFC 4648 3.5, no padding); empty: none. */
      readonly deviations: readonly string[];
      readonly problem?: never;
    }
  | { readonly problem: string; readonly bytes?: never; readonly deviations?: never };

/** Characters outside the alphabet, the most frequent mistakes first. */
const classes: readonly (readonly [RegExp, string])[] = [
  [/[a-z]/, 'lower-case letters'],
  [/[0189]/, 'the digits 0, 1, 8 or 9'],
  [/[ \t\r\n]/, 'white space'],
  [/-/, 'hyphens'],
  [/=/, 'padding before the end'],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: any ASCII character not named above
  [/[\x00-\x08\x0b\x0c\x0e-\x1f!-,./:-<>-@[-`{-\x7f]/, 'other ASCII characters'],
  [/[^\p{ASCII}]/u, 'non-ASCII characters'],
];

/**
 * Decodes Base32 strictly (RFC 4648 6): upper-case A-Z and 2-7, with correct padding or none. It corrects
 * nothing, since authenticator apps correct differently. Stray bits and padding become deviations.
 */
export function decodeBase32(text: string): Base32Result {
  const letters = text.replace(/=*$/, '');
  const padding = text.length - letters.length;
  if (letters === '') return { problem: 'is empty' };
  if (!/^[A-Z2-7]*$/.test(letters)) {
    const found = classes.filter(([pattern]) => pattern.test(letters)).map(([, name]) => name);
    return { problem: `holds ${listed(found)}, where Base32 has A-Z and 2-7 only` };
  }
  if ([1, 3, 6].includes(letters.length % 8)) {
    return {
      problem: `is ${letters.length} characters long, a length that no number of bytes gives in Base32`,
    };
  }
  if (padding > 0 && (padding > 6 || text.length % 8 !== 0)) {
    return {
      problem: `ends in ${padding} padding characters where ${(8 - (letters.length % 8)) % 8} are due`,
    };
  }
  const bits = bitsOfBase32(letters);
  const deviations: string[] = [];
  if (padding > 0) deviations.push('is padded');
  if (bits.slice(bits.length - (bits.length % 8)).includes('1')) {
    deviations.push('has stray bits after the last byte');
  }
  return { bytes: bytesOfBits(bits), deviations };
}

/** Whether the text is the canonical form of its bytes: no padding, no stray bits. */
export function isCanonicalBase32(text: string): boolean {
  return decodeBase32(text).deviations?.length === 0;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
