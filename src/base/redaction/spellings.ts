import type { Pattern } from './secret-index.js';

/** Shorter pieces of Base64 are common by accident. */
const shortestPiece = 7;

/**
 * The spellings of a value that are not an encoding of each character by itself; those are read as they come. What is
 * listed here, docs/safety.md promises.
 *
 * @param whole only where no letter or digit joins on
 */
export function patternsOf(value: string, what: string, whole: boolean): Pattern[] {
  const bytes = Buffer.from(value, 'utf8');
  const base64 = bytes.toString('base64');
  const unpadded = base64.replace(/=+$/, '');
  const spellings = new Set([value, base64, unpadded, bytes.toString('base64url'), bytes.toString('latin1')]);
  // A Base32 secret is taken in lower case too.
  const isBase32 = /^[A-Z2-7]{16,}$/.test(value);
  if (isBase32) spellings.add(value.toLowerCase());
  // A code backwards is but another number.
  if (!/^\d+$/.test(value)) spellings.add([...value].reverse().join(''));
  spellings.add([...value].join(' '));
  const within = [
    ...[0, 1, 2].flatMap((before) => withinBase64(bytes, before)),
    ...[base64, unpadded].flatMap((once) => base64Of(Buffer.from(once))),
    ...withinBase64(Buffer.from(unpadded), 0),
    ...inDigits(bytes),
    ...base32Of(bytes),
    ...(isBase32 ? ofKey(bytesOfBase32(value)) : []),
  ];
  return [
    ...[...spellings].map((text) => ({ text, what, whole })),
    ...[...new Set(within)]
      .filter((text) => text.length >= shortestPiece && !spellings.has(text))
      .map((text) => ({ text, what, whole: false })),
  ];
}

/**
 * What stands in a Base64 text for the bytes wherever they begin in it: in `Basic`, after a user's name. Of the first
 * and the last character only a part may be theirs; both are left out then.
 *
 * @param before how many bytes of a group of three come before
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

/** Each byte by itself: as hex, joined in the usual ways, and as the octal escapes of C and of shells. */
function inDigits(bytes: Buffer): string[] {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  const octal = [...bytes].map((byte) => byte.toString(8).padStart(3, '0'));
  const joined = ['', ':', ' '].map((between) => hex.join(between));
  return [...joined, ...joined.map((text) => text.toUpperCase()), octal.join(' '), octal.join('\\')];
}

/** RFC 4648, 6, in both cases of letters; also without the last character, of which only a part may be the value's. */
function base32Of(bytes: Buffer): string[] {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = (bits.match(/.{1,5}/g) ?? []).map(
    (five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)],
  );
  const all = letters.join('');
  const sure = bits.length % 5 === 0 ? all : all.slice(0, -1);
  return [all, sure].flatMap((text) => [text, text.toLowerCase()]);
}

/** The bytes of a TOTP secret, which is Base32 of them. */
function ofKey(key: Buffer): string[] {
  return [...inDigits(key), ...base64Of(key), ...withinBase64(key, 0)];
}

function bytesOfBase32(text: string): Buffer {
  const bits = [...text].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)));
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
