import { describe, expect, test } from 'vitest';
import { secretHeaders, secretNames } from '../../src/base/redaction/positions.js';
import { Redactor } from '../../src/base/redaction/redactor.js';
import { rows } from '../tool/rows.js';

const redactor = new Redactor();
const body = (text: string, type?: string) => redactor.redactBody(text, type);

test.each(secretHeaders)('headers: %s, in any case', (name) => {
  for (const written of [name, name.toUpperCase()]) {
    const redacted = redactor.redactHeaders({ [written]: 'Bearer x', accept: '*/*' });
    expect(redacted).toEqual({ [written]: `[${name}]`, accept: '*/*' });
  }
});

test('headers: an empty value stays empty', () => {
  expect(redactor.redactHeaders({ apiKey: '' })).toEqual({ apiKey: '' });
});

test('headers: others by value and by parameter', () => {
  const knowing = new Redactor();
  knowing.add('s3cret-value', 'session id');

  expect(knowing.redactHeaders({ location: '/x?sessionId=abc', 'x-echo': 'is s3cret-value' })).toEqual({
    location: '/x?sessionId=[sessionId]',
    'x-echo': 'is [session id]',
  });
});

describe('properties of JSON', () => {
  test.each(secretNames)('%s, at any depth, in any case', (name) => {
    const text = JSON.stringify({ a: [{ [name]: 'x"y\\' }], [name.toUpperCase()]: 'z', b: 1 }, null, 2);

    const mark = `[${name}]`;
    expect(JSON.parse(body(text))).toEqual({ a: [{ [name]: mark }], [name.toUpperCase()]: mark, b: 1 });
  });

  test.each([
    ['{"otpCode":123456,"a":1}', '{"otpCode":"[otpCode]","a":1}'],
    ['{"password": ["a", "}"], "a": 1}', '{"password": "[password]", "a": 1}'],
    ['{"certificate":{"pem":"x","n":{"y":"]"}},"a":1}', '{"certificate":"[certificate]","a":1}'],
    ['{"pass\\u0077ord":"x"}', '{"pass\\u0077ord":"[password]"}'],
    ['{"password" :\n "x"}', '{"password" :\n "[password]"}'],
    ['{"password":"x","password":"y"}', '{"password":"[password]","password":"[password]"}'],
    ['{"a":"password","password":"x"}', '{"a":"password","password":"[password]"}'],
  ])('%s', (text, wanted) => {
    expect(body(text)).toBe(wanted);
  });

  test.each([
    ...['{"password":null}', '{"otpCode":""}', '{"password":true}', '{"passwordHint":"x"}'],
    ...['{"a":"password: x"}', '{"password":"[password]"}'],
  ])('nothing to hide in %s', (text) => {
    expect(body(text)).toBe(text);
  });

  test.each(rows`
    cut off in the value | {"a":1,"password":"hunt | {"a":1,"password":"[password]
    cut off after an escape | {"password":"hunt\\ | {"password":"[password]
    cut off in a list | {"password":["hunt","er | {"password":"[password]"
    cut off in a number | {"otpCode":123 | {"otpCode":"[otpCode]"
    not quoted | {"password": hunter2, "a": 1} | {"password": "[password]", "a": 1}
    in the midst of other text | Error: bad body {"password":"x"} refused | Error: bad body {"password":"[password]"} refused
    in a JSON string | {"message":"got {\\"password\\":\\"hunter2\\",\\"a\\":1}"} | {"message":"got {\\"password\\":\\"[password]\\",\\"a\\":1}"}
    in a JSON string, with quotes in the value | {"message":"{\\"password\\": \\"hun\\\\\\"ter\\", \\"a\\":1}"} | {"message":"{\\"password\\": \\"[password]\\", \\"a\\":1}"}
    in a JSON string, as a number | {"message":"{\\"otpCode\\":123456}"} | {"message":"{\\"otpCode\\":\\"[otpCode]\\"}"}
  `)('%s', (_what, text, wanted) => {
    expect(body(text)).toBe(wanted);
  });
});

describe('forms and query strings', () => {
  test.each([
    ['username=a&password=b%26c&x=1', 'username=a&password=[password]&x=1'],
    ['PASSWORD=b', 'PASSWORD=[password]'],
    ['pass%77ord=b&x=1', 'pass%77ord=[password]&x=1'],
    ['password=&x=%', 'password=&x=%'],
    ['%E0%=1&otpCode=123', '%E0%=1&otpCode=[otpCode]'],
    ['{"password":"sent as a form"}', '{"password":"[password]"}'],
  ])('a form: %s', (text, wanted) => {
    expect(body(text, 'application/x-www-form-urlencoded; charset=utf-8')).toBe(wanted);
  });

  test('a form with another declared type', () => {
    expect(body('a=1&password=b&c=2', 'application/json')).toBe('a=1&password=[password]&c=2');
  });

  test.each([
    ['https://h/v2/x?otpCode=123456&a=1#f', 'https://h/v2/x?otpCode=[otpCode]&a=1#f'],
    ['https://h/v2/x?a=1&apikey=k', 'https://h/v2/x?a=1&apikey=[apiKey]'],
    ['https://user:pa@ss@h:1/v2', 'https://user:[password]@h:1/v2'],
    ['https://h:8443/v2/users/sessions?sid=S-1', 'https://h:8443/v2/users/sessions?sid=S-1'],
    ['https://[::1]:8443/v2@x', 'https://[::1]:8443/v2@x'],
    [
      'https://h/x?to=%2Fv2%3Fa%26access_token%3Dabc',
      'https://h/x?to=%2Fv2%3Fa%26access_token%3D[access_token]',
    ],
    ['https://h/x?to=%252Fv2%253FotpCode%253D12', 'https://h/x?to=%252Fv2%253FotpCode%253D[otpCode]'],
  ])('a URL: %s', (url, wanted) => {
    expect(redactor.redactUrl(url)).toBe(wanted);
  });

  test.each([
    ['{"link":"/x?a=1\\u0026otpCode=123456"}', '{"link":"/x?a=1\\u0026otpCode=[otpCode]"}'],
    ['{"link":"/x?a=1\\u0026password\\u003db"}', '{"link":"/x?a=1\\u0026password\\u003d[password]"}'],
    ['<a href="/x?a=1&amp;apikey=k">', '<a href="/x?a=1&amp;apikey=[apiKey]">'],
  ])('a URL in a body: %s', (text, wanted) => {
    expect(body(text, 'application/json')).toBe(wanted);
  });

  test('a known value anywhere in a URL', () => {
    const knowing = new Redactor();
    knowing.add('a/b c+d', 'session id');

    expect(knowing.redactUrl('https://h/a%2Fb%20c%2Bd?x=a/b+c%2bd')).toBe(
      'https://h/[session id]?x=[session id]',
    );
  });
});

const long = 'x'.repeat(4090);

test.each(rows`
  stays whole up to 4,096 characters | ${`${long}123456`} | ${`${long}123456`}
  is cut, and says how long it was | ${'x'.repeat(5000)} | ${`${long}xxxxxx… (5000 characters in all)`}
  leaves no half of a secret across the cut | ${`${long}hunter2hunter2yy`} | ${`${long}[passw… (4106 characters in all)`}
  halves no character | ${`${long}xxxxx🔑yyyyyyyyyy`} | ${`${long}xxxxx… (4107 characters in all)`}
`)('a long body %s', (_, text = '', redacted = '') => {
  const knowing = new Redactor();
  knowing.add('hunter2hunter2', 'password');

  expect(knowing.redactBody(text)).toBe(redacted);
});

test.each([
  ['GET http://127.0.0.1/v2/mfa-config?session-id=a-value-1', 'session-id', 'a-value-1'],
  ['GET http://127.0.0.1/v2/mfa-config?access_token=a-value-2&x=1', 'access_token', 'a-value-2'],
  ['sent {"username":"bob","password":"a-value-3"}', 'password', 'a-value-3'],
])('output of another process shows no secret by position: %s', (line, name, value) => {
  const shown = new Redactor().redactPrinted(line);

  expect(shown).not.toContain(value);
  expect(shown).toContain(`[${name}]`);
});
