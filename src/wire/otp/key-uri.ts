import { defined } from '../../base/defined.js';
import { bitsOfBase32, bytesOfBits } from '../../base/redaction/spellings.js';
import { Secret } from '../../base/secret.js';
import { uriDecoded } from '../../base/shape.js';

const algorithms = ['SHA1', 'SHA256', 'SHA512'] as const;
const lengths = [6, 7, 8] as const;
export type OtpAlgorithm = (typeof algorithms)[number];
export type OtpDigits = (typeof lengths)[number];

/** The readable content of an otpauth://totp/ URI, with defaults. */
export interface KeyUri {
  /** Percent-decoded. Undefined if malformed. */
  readonly label?: string;
  /** Before the label's colon, if any. */
  readonly labelIssuer?: string;
  readonly account?: string;
  readonly issuer?: string;
  /** As in the URI, in any case, with spaces and hyphens. */
  readonly secret: Secret;
  readonly secretBits: number;
  /** Differences from canonical Base32 (padding, stray bits), in words. */
  readonly secretDeviations: readonly string[];
  readonly algorithm: OtpAlgorithm;
  readonly digits: OtpDigits;
  /** Seconds. */
  readonly period: number;
}

/** `parameters`: a bad algorithm, digits or period, or one repeated (not the secret). `uri`: all others. */
interface KeyUriProblem {
  readonly kind: 'uri' | 'parameters';
  /** Never shows the secret. */
  readonly text: string;
}

export type OtpParameters = Pick<KeyUri, 'secret' | 'algorithm' | 'digits' | 'period'>;

/** @returns `keyUri` if codes can be made, even from a malformed URI, so that only its own requirement fails */
export function parseKeyUri(uri: string) {
  const problems: KeyUriProblem[] = [];
  const wrong = (kind: KeyUriProblem['kind'], text: string): undefined => {
    problems.push({ kind, text });
    return undefined;
  };

  for (const text of characterProblems(uri)) wrong('uri', text);
  const parts = /^([^:/?#]*):(\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(uri);
  if (parts === null) {
    wrong('uri', 'The URI has no scheme.');
    return { problems };
  }
  const [, scheme = '', , host, path = '', query = '', fragment] = parts;
  if (scheme.toLowerCase() !== 'otpauth') wrong('uri', 'The scheme of the URI is not otpauth.');
  if (host === undefined) wrong('uri', 'The URI has no // after its scheme.');
  else if (host.toLowerCase() === 'hotp')
    wrong('uri', 'The URI is for counter-based codes (hotp), not for totp.');
  else if (host.toLowerCase() !== 'totp')
    wrong('uri', 'The type of the URI, the part after otpauth://, is not totp.');
  if (fragment !== undefined) wrong('uri', 'The URI has a fragment (#), which belongs to no parameter.');

  const label = readLabel(path, wrong);
  const parameters = readQuery(query, wrong);
  const secret = readSecret(parameters.get('secret'), wrong);
  const algorithm = oneOf(algorithms, 'algorithm', parameters.get('algorithm') ?? 'SHA1', wrong);
  const digits = oneOf(lengths, 'digits', parameters.get('digits') ?? '6', wrong);
  const period = readPeriod(parameters.get('period'), wrong);

  if (!secret || !algorithm || !digits || !period) return { problems };
  const issuer = defined({ issuer: parameters.get('issuer') });
  const keyUri: KeyUri = { ...label, ...secret, ...issuer, algorithm, digits, period };
  return { keyUri, problems };
}

type Wrong = (kind: KeyUriProblem['kind'], text: string) => undefined;

function characterProblems(uri: string): string[] {
  const problems: string[] = [];
  if (uri.includes(' ')) problems.push('The URI holds a raw space; it must be written %20.');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\x00-\x1f\x7f]/.test(uri)) problems.push('The URI holds control characters.');
  if (/[^\p{ASCII}]/u.test(uri))
    problems.push('The URI holds non-ASCII characters; they must be percent-encoded.');
  const others = new Set(uri.match(/["<>\\^`{|}[\]]/g));
  if (others.size > 0) {
    problems.push(`The URI holds ${[...others].join(' ')} raw; RFC 3986 wants that percent-encoded.`);
  }
  if (/%(?![0-9A-Fa-f]{2})/.test(uri))
    problems.push('The URI holds a % without two hexadecimal digits after it.');
  return problems;
}

function readLabel(path: string, wrong: Wrong) {
  const label = uriDecoded(path.replace(/^\//, ''));
  if (label === undefined) return wrong('uri', 'The label is not percent-encoded UTF-8.');
  if (label === '') return wrong('uri', 'The URI has no label.');
  const parts = label.split(':');
  if (parts.length > 2)
    return wrong('uri', 'The label has more than one colon, so issuer and account are unclear.');
  const account = (parts.at(-1) ?? '').trimStart();
  if (account === '') return wrong('uri', 'The label names no account.');
  const [labelIssuer] = parts;
  if (parts.length === 1 || labelIssuer === undefined) return { label, account };
  if (labelIssuer === '') return wrong('uri', 'The label has a colon but no issuer before it.');
  return { label, labelIssuer, account };
}

function readQuery(query: string, wrong: Wrong): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of query.slice(1).split('&').filter(Boolean)) {
    const equals = pair.indexOf('=');
    const name = uriDecoded(equals < 0 ? pair : pair.slice(0, equals));
    const value = uriDecoded(equals < 0 ? '' : pair.slice(equals + 1));
    if (name === undefined || value === undefined) {
      wrong('uri', 'A parameter is not percent-encoded UTF-8.');
    } else if (!parameters.has(name)) {
      parameters.set(name, value);
    } else if (known.includes(name)) {
      wrong(name === 'secret' ? 'uri' : 'parameters', `The parameter ${name} is there more than once.`);
    }
  }
  return parameters;
}

const known = ['secret', 'issuer', 'algorithm', 'digits', 'period'];

function readSecret(text: string | undefined, wrong: Wrong) {
  if (text === undefined) return wrong('uri', 'The parameter secret is missing.');
  const { deviations = [], problem } = decodeBase32(text);
  if (problem !== undefined) wrong('uri', `The parameter secret ${problem}.`);
  const { bytes } = decodeTyped(text);
  return bytes && { secret: new Secret(text), secretBits: bytes.length * 8, secretDeviations: deviations };
}

function oneOf<T>(allowed: readonly T[], name: string, text: string, wrong: Wrong): T | undefined {
  const found = allowed.find((each) => String(each) === text);
  const problem = `The parameter ${name} ${shown(text)} is none of ${listed(allowed.map(String))}.`;
  return found ?? wrong('parameters', problem);
}

function readPeriod(text = '30', wrong: Wrong): number | undefined {
  // Ten digits are over a century. A longer number would not be exact as milliseconds.
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  return wrong(
    'parameters',
    `The parameter period ${shown(text)} is not a positive whole number of seconds.`,
  );
}

/** A long value may be a misplaced secret. */
function shown(value: string): string {
  if (value === '') return '(empty)';
  return /^[\w.+-]{1,12}$/.test(value) ? `(${value})` : `(of ${value.length} characters)`;
}

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

/** Writes a secret in canonical letters. Targets may show it in lower case and in groups. */
export const asTyped = (secret: string): string => secret.replace(/[\s-]/g, '').toUpperCase();

/** Reads a secret as authenticator apps do: case, spaces, hyphens and padding don't matter. */
export const decodeTyped = (secret: string) => decodeBase32(asTyped(secret).replaceAll('=', ''));

/** `deviations`: padding and stray bits. Corrects nothing: authenticator apps correct in different ways. */
export function decodeBase32(text: string) {
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

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
