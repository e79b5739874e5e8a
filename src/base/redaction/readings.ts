/** A decoded character and its encoding's length in one number: objects would be too slow. */
export type Reading = number;

export const noReading: Reading = -1;

export const mostReadings = 3;

export const codeOf = (reading: Reading): number => reading >> 4;

export const lengthOf = (reading: Reading): number => reading & 15;

const percent = 0x25;
const ampersand = 0x26;
const equals = 0x3d;
export const backslash = 0x5c;
const letterU = 0x75;

/** The most backslashes of an escape. So a reading's length fits four bits. */
export const longestRun = 8;
const longestReference = 8;

const lineEnds = ['\r\n', '\n', '\\r\\n', '\\n'];

const escapes = new Map(
  Object.entries({ b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', '"': '"', '/': '/', "'": "'" }).map(
    ([letter, meaning]) => [letter.charCodeAt(0), meaning.charCodeAt(0)],
  ),
);

const references: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export const isMarker = (code: number): boolean =>
  code === percent || code === backslash || code === equals || code === ampersand;

/** Decodes the character at `at` in the nth way (from 0), if there is one. */
export function readingAt(text: string, at: number, nth: number): Reading {
  const code = text.charCodeAt(at);
  if (code === backslash) return escaped(text, at, nth);
  // The longer reading comes first, so that all of %2525 (a percent sign encoded twice) is replaced.
  if (code === percent && nth === 0) {
    return text.startsWith('25', at + 1) ? reading(hexAt(text, at + 3, 2), 5) : noReading;
  }
  if (code === percent && nth === 1) return reading(hexAt(text, at + 1, 2), 3);
  if (nth !== 0) return noReading;
  if (code === equals) return reading(hexAt(text, at + 1, 2), 3);
  return code === ampersand ? reference(text, at) : noReading;
}

/** Returns the length of a soft line break of quoted-printable, plain or JSON-escaped; 0 if there is none. */
export function softBreakAt(text: string, at: number): number {
  if (text.charCodeAt(at) !== equals) return 0;
  const next = text.charCodeAt(at + 1);
  if (next !== 0x0d && next !== 0x0a && next !== backslash) return 0;
  const end = lineEnds.find((each) => text.startsWith(each, at + 1));
  return end === undefined ? 0 : end.length + 1;
}

const reading = (code: number, length: number): Reading => (code < 0 ? noReading : (code << 4) | length);

function escaped(text: string, at: number, nth: number): Reading {
  // A JSON string writes a backslash as two, JSON within JSON as four.
  const most = nth > 0 ? nth * 2 : longestRun;
  let run = 1;
  while (run < most && text.charCodeAt(at + run) === backslash) run += 1;
  if (nth > 0) return run === most ? reading(backslash, most) : noReading;
  const next = text.charCodeAt(at + run);
  if (next === letterU) return reading(hexAt(text, at + run + 1, 4), run + 5);
  return reading(escapes.get(next) ?? -1, run + 1);
}

function reference(text: string, at: number): Reading {
  let end = at + 2;
  while (end < at + longestReference && text.charCodeAt(end) !== 0x3b) end += 1;
  if (text.charCodeAt(end) !== 0x3b) return noReading;
  const name = text.slice(at + 1, end);
  const length = end - at + 1;
  if (/^#[0-9]+$/.test(name)) return reading(Number(name.slice(1)), length);
  if (/^#x[0-9a-f]+$/i.test(name)) return reading(Number.parseInt(name.slice(2), 16), length);
  return reading(references[name]?.charCodeAt(0) ?? -1, length);
}

function hexAt(text: string, at: number, digits: number): number {
  let value = 0;
  for (let index = at; index < at + digits; index += 1) {
    const digit = hexDigit(text.charCodeAt(index));
    if (digit === -1) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
