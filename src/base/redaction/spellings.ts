import type { Pattern } from './secret-index.js';

const shortestPiece = 7;

/** Returns the spellings that docs/safety.md promises. The search itself decodes single characters. */
export function patternsOf(value: string, what: string, whole: boolean): Pattern[] {
  const bytes = Buffer.from(value, 'utf8');
  const base64 = bytes.toString('base64');
  const unpadded = base64.replace(/=+$/, '');
  const spellings = new Set([value, base64, unpadded, bytes.toString('base64url'), bytes.toString('latin1')]);
  // Targets also accept a Base32 secret in lower case.
  const isBase32 = /^[A-Z2-7]{16,}$/.test(value);
  if (isBase32) spellings.add(value.toLowerCase());
  const key = bytesOfBits(isBase32 ? bitsOfBase32(value) : '');
  // A reversed code is only another number.
  if (!/^\d+$/.test(value)) spellings.add([...value].reverse().join(''));
  spellings.add([...value].join(' '));
  const within = [
    ...[0, 1, 2].flatMap((before) => withinBase64(bytes, before)),
    ...[base64, unpadded].flatMap((once) => base64Of(Buffer.from(once))),
    ...withinBase64(Buffer.from(unpadded), 0),
    ...digitSpellings(bytes),
    ...base32Of(bytes),
    ...digitSpellings(key),
    ...base64Of(key),
    ...withinBase64(key, 0),
  ];
  return [
    ...[...spellings].map((text) => ({ text, what, whole })),
    ...[...new Set(within)]
      .filter((text) => text.length >= shortestPiece && !spellings.has(text))
      .map((text) => ({ text, what, whole: false })),
  ];
}

/**
 * How bytes look inside a longer Base64 text. `before`: how many other bytes share the first group of three.
 */
function withinBase64(bytes: Buffer, before: number): string[] {
  const padded = Buffer.concat([Buffer.alloc(before), bytes]);
  const first = Math.ceil((before * 8) / 6);
  const last = Math.floor((padded.length * 8) / 6);
  const piece = padded.toString('base64').slice(first, last);
  return [piece, piece.replaceAll('+', '-').replaceAll('/', '_')];
}

function base64Of(bytes: Buffer): string[] {
  return [bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')];
}

function digitSpellings(bytes: Buffer): string[] {
  const hex = bytes.toString('hex').match(/../g) ?? [];
  const octal = [...bytes].map((byte) => byte.toString(8).padStart(3, '0'));
  const joined = ['', ':', ' '].map((between) => hex.join(between));
  return [...joined, ...joined.map((text) => text.toUpperCase()), octal.join(' '), octal.join('\\')];
}

/**
 * Base32 (RFC 4648 6) in upper and lower case; both also without the last character, because it may hold bits
 * of the next byte.
 */
function base32Of(bytes: Buffer): string[] {
  let [sure, bits, left] = ['', 0, 0];
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    for (left += 8; left >= 5; left -= 5) sure += alphabet.charAt((bits >>> (left - 5)) & 31);
  }
  const all = left === 0 ? sure : sure + alphabet.charAt((bits << (5 - left)) & 31);
  return [all, sure].flatMap((text) => [text, text.toLowerCase()]);
}

export const bitsOfBase32 = (text: string): string =>
  [...text].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');

/** Leaves out bits that don't fill a byte. */
export const bytesOfBits = (bits: string): Buffer =>
  Buffer.from((bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)));

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
