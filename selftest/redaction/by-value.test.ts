import { describe, expect, test } from 'vitest';
import { Redactor } from '../../src/base/redaction/redactor.js';
import { growth } from '../tool/growth.js';
import { rows } from '../tool/rows.js';

function knowing(...secrets: readonly (readonly [value: string, what: string])[]): Redactor {
  const redactor = new Redactor();
  for (const [value, what] of secrets) redactor.add(value, what);
  return redactor;
}

const nasty = 'p@ss "w\\rd"/<é&%=25>\'€';
const uri = 'otpauth://totp/Lab%207:admin?secret=JBSWY3DPEHPK3PXPJBSWY3DP&issuer=Lab%207';
const pem = '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\nEFAASC+/==\n-----END KEY-----\n';
const odd = ['%25%2525%', '\\\\\\\\n\\u', '++ ++', '= = ='];
const values = ['hunter2hunter2', nasty, uri, pem, 'aaaa', ...odd, 'ключ-к-дому', '🔑🔑'];

const json = (text: string) => JSON.stringify(text).slice(1, -1);
const octets = (text: string, prefix: string) =>
  [...Buffer.from(text)].map((octet) => prefix + octet.toString(16).toUpperCase().padStart(2, '0')).join('');
const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
const ascii = (text: string) => text.replace(/[^\x20-\x7e]/g, escaped);
const lower = (text: string) => text.toLowerCase();

/** Quoted-printable as a mailer writes it: lines of 20 characters, so that soft breaks fall everywhere. */
function quotedPrintable(text: string, lineEnd: string): string {
  const tokens = [...Buffer.from(text)].map((octet) =>
    octet === 0x3d || octet < 0x20 || octet > 0x7e
      ? `=${octet.toString(16).toUpperCase().padStart(2, '0')}`
      : String.fromCharCode(octet),
  );
  let line = '';
  let written = '';
  for (const token of tokens) {
    if (line.length + token.length > 19) {
      written += `${line}=${lineEnd}`;
      line = '';
    }
    line += token;
  }
  return written + line;
}

const named: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };
const entities = (text: string) => text.replace(/[<>&"']/g, (char) => named[char] ?? '&#39;');

const bytewise = (text: string, base: number, width: number) =>
  [...Buffer.from(text)].map((byte) => byte.toString(base).padStart(width, '0'));
const btoa8 = (text: string) => Buffer.from(text).toString('base64');

/** Base32 by RFC 4648, section 6, without padding, computed with a big integer. */
function base32(text: string): string {
  const hex = Buffer.from(text).toString('hex');
  const bits = hex.length * 4;
  const width = Math.ceil(bits / 5);
  const number = BigInt(`0x${hex}`) << BigInt(width * 5 - bits);
  return number
    .toString(32)
    .padStart(width, '0')
    .replace(/./g, (digit) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(digit, 32)] ?? '');
}

const encodings: readonly (readonly [name: string, encode: (text: string) => string])[] = [
  ['raw', (text) => text],
  ['URL component', encodeURIComponent],
  ['URL component, lower case', (text) => encodeURIComponent(text).replace(/%../g, lower)],
  ['every octet in percent', (text) => octets(text, '%')],
  ['form', (text) => new URLSearchParams({ v: text }).toString().slice(2)],
  ['URL component twice', (text) => encodeURIComponent(encodeURIComponent(text))],
  ['JSON', json],
  ['JSON in ASCII', (text) => ascii(json(text))],
  ['JSON with escaped slashes', (text) => json(text).replaceAll('/', '\\/')],
  ['JSON, all as \\u', (text) => text.split('').map(escaped).join('')],
  ['JSON within JSON', (text) => json(json(text))],
  ['URL within JSON', (text) => json(encodeURIComponent(text))],
  ['Base64', (text) => Buffer.from(text).toString('base64')],
  ['Base64 without padding', (text) => Buffer.from(text).toString('base64').replace(/=+$/, '')],
  ['base64url', (text) => Buffer.from(text).toString('base64url')],
  ['Base64 in a URL', (text) => encodeURIComponent(Buffer.from(text).toString('base64'))],
  ['quoted-printable, CRLF', (text) => quotedPrintable(text, '\r\n')],
  ['quoted-printable, LF', (text) => quotedPrintable(text, '\n')],
  ['quoted-printable within JSON', (text) => json(quotedPrintable(text, '\r\n'))],
  ['XML', entities],
  ['hex', (text) => Buffer.from(text).toString('hex')],
  ['hex in capitals', (text) => Buffer.from(text).toString('hex').toUpperCase()],
  ['hex with colons', (text) => bytewise(text, 16, 2).join(':')],
  ['hex with spaces', (text) => bytewise(text, 16, 2).join(' ')],
  ['octal escapes', (text) => `\\${bytewise(text, 8, 3).join('\\')}`],
  ['octal escapes within JSON', (text) => json(`\\${bytewise(text, 8, 3).join('\\')}`)],
  ['octal with spaces', (text) => bytewise(text, 8, 3).join(' ')],
  ['spaced', (text) => [...text].join(' ')],
  ['backwards', (text) => [...text].reverse().join('')],
  ['Base32', base32],
  ['Base32 in lower case', (text) => base32(text).toLowerCase()],
  ['Base64 twice', (text) => btoa(Buffer.from(text).toString('base64'))],
  ['Base64 twice without padding', (text) => btoa(btoa8(text).replace(/=+$/, '')).replace(/=+$/, '')],
  ['read as Latin-1', (text) => Buffer.from(text).toString('latin1')],
];

describe.each(encodings)('as %s', (_name, encode) => {
  test.each(values)('%j is found and replaced, all of it', (value) => {
    const redactor = knowing([value, 'password']);
    const text = `before ${encode(value)} between:${encode(value)}; after`;

    expect(redactor.leaksIn(text)).toEqual(['password']);
    expect(redactor.redact(text)).toMatch(
      /^before \\*\[password\](?:=|%3D)* between:\\*\[password\](?:=|%3D)*; after$/,
    );
    expect(redactor.leaksIn(redactor.redact(text))).toEqual([]);
  });
});

describe('several values', () => {
  // Known values, each with its kind.
  test.each(rows`
    the longest counts if one begins with the other | secret short, secret-and-more long | secret secret-and-more secret-and | [short] [long] [short]-and
    overlapping values leave no rest of the first | abcd first, cdefgh second | xabcdefghx | x[second]x
    overlapping values leave no rest of the second | abcdef first, efgh second | xabcdefghx | x[first]x
    neighbours keep their own names | abcd first, efgh second | abcdefgh | [first][second]
    values under four characters stay | abc password, 12 code | abc 12 abcabc | abc 12 abcabc
    nine digits are a value like any other | 123456789 number | x1234567890 | x[number]0
    a TOTP secret counts in lower case too | JBSWY3DPEHPK3PXPJBSW secret | jbswy3dpehpk3pxpjbsw | [secret]
  `)('%s', (_, known, text, redacted) => {
    const pairs = known.split(', ').map((each) => each.split(' '));

    expect(knowing(...pairs.map(([value = '', what = '']) => [value, what] as const)).redact(text)).toBe(
      redacted,
    );
  });

  test('the same value keeps its first name; each name is reported once', () => {
    const redactor = knowing(['abcd', 'first'], ['abcd', 'second'], ['efgh', 'first']);

    expect(redactor.leaksIn('abcd efgh abcd')).toEqual(['first']);
  });

  test('a value learned later is found from then on', () => {
    const redactor = knowing(['abcd', 'first']);
    expect(redactor.redact('abcd efgh')).toBe('[first] efgh');

    redactor.add('efgh', 'second');

    expect(redactor.redact('abcd efgh')).toBe('[first] [second]');
  });
});

test('other values: values under four characters are no leaks', () => {
  expect(knowing(['abc', 'password'], ['', 'password'], ['12', 'code']).leaksIn('abc 12')).toEqual([]);
});

test('other values: nearly the value', () => {
  const redactor = knowing(['hunter2hunter2', 'password'], [nasty, 'password']);
  const near = ['hunter2hunter', 'Hunter2hunter2', 'hunter2%hunter2', 'hunter2\\uhunter2', nasty.slice(1)];

  for (const text of [...near, '%', '\\', '=', '&', '']) {
    expect(redactor.redact(text)).toBe(text);
    expect(redactor.leaksIn(text)).toEqual([]);
  }
});

test('other values: the word in a placeholder', () => {
  const redactor = knowing(['password', 'password'], ['pass', 'pass phrase']);
  const once = redactor.redact('my password, a pass');

  expect(once).toBe('my [password], a [pass phrase]');
  expect(redactor.redact(once)).toBe(once);
  expect(redactor.leaksIn(once)).toEqual([]);
  expect(redactor.leaksIn('[my password]')).toEqual(['password']);
});

test.each([
  ...['code 123456.', 'code:123456\r\n', 'a\\n123456\\n', '<b>123456</b>', 'код123456', 'MTIzNDU2'],
  ...'123456 "123456" [1,123456,7] code=123456&x=1 code%3D123456%26 code=3D123456 c_123456_'.split(' '),
  ...['x\\u0020123456', '%31%32%33%34%35%36'],
])('a code is found in %j', (text) => {
  expect(knowing(['123456', 'code']).leaksIn(text)).toEqual(['code']);
  expect(knowing(['123456', 'code']).redact(text)).toContain('[code]');
});

test.each(
  '1234567 0123456 a123456 123456b 0.123456 123456.5 id=12123456 %41123456 xMTIzNDU2 12345'.split(' '),
)('a code is not found in %j', (text) => {
  expect(knowing(['123456', 'code']).leaksIn(text)).toEqual([]);
  expect(knowing(['123456', 'code']).redact(text)).toBe(text);
});

test.each(rows`
    otpauth://totp/Lab:admin?secret=ABCDEFGH234567&issuer=Lab | otpauth://totp/Lab:admin?secret=[totpSecretKey]&issuer=Lab
    otpauth:\\/\\/totp\\/x?issuer=Lab\\u0026secret=ABCDEFGH | otpauth:\\/\\/totp\\/x?issuer=Lab\\u0026secret=[totpSecretKey]
    otpauth%3A%2F%2Ftotp%2Fx%3Fsecret%3DABCDEFGH%26a | otpauth%3A%2F%2Ftotp%2Fx%3Fsecret%3D[totpSecretKey]%26a
    wanted otpauth://totp/, got otpauth://hotp/ | wanted otpauth://totp/, got otpauth://hotp/
  `)('TOTP secrets of an unknown Key URI: %s', (text, wanted) => {
  expect(new Redactor().redact(text)).toBe(wanted);
});

const runs = [1, 2, 3, 8, 9, 16, 17, 31, 32, 33, 40, 41, 42, 500];

test.each([`${'\\'.repeat(8)}x-secret`, 'x-secret', '"x-secret', '\nx-secret', '\\'.repeat(6)])(
  '%j is found even after many backslashes',
  (value) => {
    const redactor = knowing([value, 'password']);
    const inJson = JSON.stringify(value).slice(1, -1);
    for (const run of runs) {
      for (const spelled of [value, inJson, JSON.stringify(inJson).slice(1, -1)]) {
        const redacted = redactor.redact(`begin ${'\\'.repeat(run)}${spelled} end`);

        expect(redacted).toContain('[password]');
        expect(redacted).not.toContain('x-secret');
        expect(redacted).not.toContain(value);
      }
    }
  },
);

const bulk = 'The quick brown fox: {"name":"lab \\"7\\"","path":"/a/b","n":123456789},';

test('time: 3,300 secrets in a body of 1 MB cost little more than two', () => {
  const text = bulk.repeat(1_000_000 / bulk.length);
  const redacting = (secrets: number) => {
    const redactor = new Redactor();
    for (let n = 0; n < secrets; n += 1) redactor.add(`s3cret/${n}"${'x'.repeat(n % 40)}`, 'password');
    redactor.leaksIn('warm up');
    return () => redactor.redactBody(text, 'application/json');
  };

  expect(growth(redacting(2), redacting(3300), 10)).toBeLessThan(10);
});

const opening = ['"', '"password":"', '"password":[', 'otpauth:', 'password='];

test.each(['\\', '%25', '=\r\n', '&#', '[', 'aaaa', ...opening])('time: a body of %j is linear', (piece) => {
  const values = ['aaaaaaaa', `${'\\'.repeat(8)}x`, '%%%%%%%%x', '========x'];
  const redactor = knowing(...values.map((value) => [value, 'value'] as const));
  const redacting = (length: number) => {
    const text = piece.repeat(length / piece.length);
    return () => redactor.redactBody(text);
  };

  expect(growth(redacting(12_500), redacting(200_000), 64)).toBeLessThan(64);
});
