import { uriDecoded } from '../shape.js';

export const secretHeaders: readonly string[] = [
  ...['apikey', 'authorization', 'proxy-authorization', 'cookie', 'set-cookie'],
  ...['session-id', 'x-session', 'x-session-id', 'x-auth-token', 'x-access-token'],
];

/** Properties whose values are always secret, each with the secret's kind. */
export const secretProperties: Readonly<Record<string, string>> = {
  password: 'password',
  currentPassword: 'password',
  supportUserPassword: 'password',
  otpCode: 'code',
  otp: 'code',
  mfaCode: 'code',
  totpCode: 'code',
  totpSecretKey: 'TOTP secret',
  totpUri: 'TOTP URI',
  sessionId: 'session id',
  accessToken: 'access token',
  privateKey: 'private key',
  referenceId: 'reference id',
};

/** Letter case does not matter. */
export const secretNames: readonly string[] = [
  ...Object.keys(secretProperties),
  ...['session-id', 'access_token', 'certificate', 'apiKey'],
];

const byLowerCase = new Map(secretNames.map((name) => [name.toLowerCase(), name]));
const alternatives = secretNames.join('|');

const property = new RegExp(`(\\\\{0,8})"(${alternatives})\\1"\\s*:\\s*`, 'gi');
/** Names that may hold an escaped letter, such as "pass\u0077ord". */
const escapedProperty = /"((?:[^"\\]|\\u[0-9a-f]{4}){4,120})"\s*:\s*/gi;
/** The separators may be encoded, as in a URL within a URL or in JSON. */
const parameter = new RegExp(
  `(^|[?&;\\s]|\\\\u0026|%(?:25)?(?:3f|26))(${alternatives})(=|\\\\u003d|%(?:25)?3d)([^&;\\s"'<>#]*)`,
  'gi',
);
const keyUriSecret = /(otpauth(?::|%3a)[^\s"'<>]{1,300}?secret(?:=|%3d))([a-z2-7]+)/gi;

type IsPlaceholder = (text: string) => boolean;

/** The JSON may be cut off, broken, or inside a JSON string. */
export function redactProperties(text: string, isPlaceholder: IsPlaceholder): string {
  const plain = replaceValues(text, property, (match) => match[2], isPlaceholder);
  if (!plain.includes('\\u')) return plain;
  return replaceValues(plain, escapedProperty, (match) => unescaped(match[1] ?? ''), isPlaceholder);
}

export function redactParameters(text: string, isPlaceholder: IsPlaceholder): string {
  return text.replace(
    parameter,
    (whole: string, before: string, name: string, equals: string, value: string) =>
      value === '' || isPlaceholder(value) ? whole : `${before}${name}${equals}${placeholder(name)}`,
  );
}

export function redactForm(text: string, isPlaceholder: IsPlaceholder): string {
  const pairs = text.split('&').map((pair) => {
    const equals = pair.indexOf('=');
    const written = pair.slice(0, Math.max(0, equals));
    const plain = uriDecoded(written.replaceAll('+', ' ')) ?? written;
    const name = byLowerCase.get(plain.toLowerCase());
    const value = pair.slice(equals + 1);
    if (name === undefined || value === '' || isPlaceholder(value)) return pair;
    return `${pair.slice(0, equals)}=${placeholder(name)}`;
  });
  return pairs.join('&');
}

export const redactKeyUris = (text: string): string =>
  text.replace(keyUriSecret, (_whole, before: string) => `${before}[totpSecretKey]`);

const placeholder = (name: string): string => `[${byLowerCase.get(name.toLowerCase()) ?? name}]`;

function replaceValues(
  text: string,
  names: RegExp,
  nameOf: (match: RegExpExecArray) => string | undefined,
  isPlaceholder: IsPlaceholder,
): string {
  const parts: string[] = [];
  let done = 0;
  for (const match of text.matchAll(names)) {
    const name = byLowerCase.get((nameOf(match) ?? '').toLowerCase());
    const start = match.index + match[0].length;
    if (name === undefined || match.index < done) continue;
    // In JSON within a JSON string, the quotes of names and values have equally many backslashes.
    const backslashes = match[0].startsWith('\\') ? (match[1] ?? '') : '';
    const quote = `${backslashes}"`;
    const end = endOfValue(text, start, quote);
    const value = text.slice(start, end);
    const closed = value.length > quote.length && value.endsWith(quote);
    const inner = value.startsWith(quote)
      ? value.slice(quote.length, closed ? -quote.length : undefined)
      : value;
    if (inner === '' || /^(?:null|true|false)$/.test(value) || isPlaceholder(inner)) continue;
    parts.push(
      text.slice(done, start),
      `${quote}[${name}]${value.startsWith(quote) && !closed ? '' : quote}`,
    );
    done = end;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(done);
}

/** If the value is cut off, returns the end of the text. */
function endOfValue(text: string, start: number, quote: string): number {
  if (text.startsWith(quote, start)) return endOfString(text, start + quote.length, quote.length - 1);
  const first = text[start];
  if (first !== '{' && first !== '[') {
    const token = /[,}\]\s\\]/g;
    token.lastIndex = start;
    return token.exec(text)?.index ?? text.length;
  }
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text.startsWith(quote, at)) at = endOfString(text, at + quote.length, quote.length - 1) - 1;
    else if (text[at] === '{' || text[at] === '[') depth += 1;
    else if (text[at] === '}' || text[at] === ']') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

function endOfString(text: string, start: number, backslashes: number): number {
  for (let at = text.indexOf('"', start); at !== -1; at = text.indexOf('"', at + 1)) {
    let run = 0;
    while (at - run > start && text[at - run - 1] === '\\') run += 1;
    if (backslashes === 0 ? run % 2 === 0 : run <= backslashes) return at + 1;
  }
  return text.length;
}

function unescaped(name: string): string {
  return name.replace(/\\u([0-9a-f]{4})/gi, (_whole, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
