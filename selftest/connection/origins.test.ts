import { expect, test } from 'vitest';
import { Redactor } from '../../src/base/redaction/redactor.js';
import { Secret } from '../../src/base/secret.js';
import { Origins } from '../../src/target/connection/origins.js';
import { Authenticator } from '../../src/wire/otp/authenticator.js';
import { parseKeyUri } from '../../src/wire/otp/key-uri.js';

const login = { method: 'POST', url: '/users/sessions', headers: { 'Content-Type': 'application/json' } };

const originsOf = (redactor = new Redactor()) => new Origins(() => 0, redactor);

function again(origins: Origins, json: object, more: { readonly madeUp?: true } = {}) {
  const request = { ...login, body: Buffer.from(JSON.stringify(json)) };
  return origins.again({ request, json, ...more }, 0);
}

/** How the suite records the body of a made-up login with a known password. */
function written(members: Readonly<Record<string, unknown>>): string | undefined {
  const redactor = new Redactor();
  redactor.add('correct horse', 'password');
  const origins = originsOf(redactor);
  origins.ofTargetFile(new Secret('correct horse'), 'OTHER_PW');
  const json = { username: 'bob', password: 'correct horse', ...members };
  return again(origins, json, { madeUp: true })?.body;
}

test.each([
  ['null', { otpCode: null }, true],
  ['the word null', { otpCode: 'null' }, true],
  ['zeros', { otpCode: '000000' }, true],
  ['a comparison', { otpCode: { $ne: '' } }, true],
  ['another member', { skipMfa: true }, true],
  ['an empty password', { password: '' }, true],
  ['a code', { otpCode: '271828' }, false],
  ['a code in a list', { otpCode: ['111111', '271828'] }, false],
  ['a code with blanks', { otpCode: '2 7 1 8 2 8' }, false],
  ['a code in full-width digits', { otpCode: '２７１８２８' }, false],
  ['a code as a number', { mfaCode: 271828 }, false],
  ['a password in another form', { password: 'CORRECT HORSE' }, false],
  ['a part of one', { password: 'correct' }, false],
  ['a key', { privateKey: 'MIIE' }, false],
])('a made-up request with %s is kept for scripts if it holds no secret', (_what, members, isKept) => {
  const json = { username: 'bob', password: '{{OTHER_PW}}', ...members };

  expect(written(members)).toBe(isKept ? JSON.stringify(json) : undefined);
});

test.each([
  ['the code', (code: string) => code, '{{code-1}}'],
  ['more after it', (code: string) => `${code}5`, '{{code-1}}5'],
  ['twice', (code: string) => code + code, '{{code-1}}{{code-1}}'],
  ['in two groups', (code: string) => `${code.slice(0, 3)}-${code.slice(3)}`, '{{apart-2}}'],
  ['a part of it', (code: string) => code.slice(0, 5), '{{part-2}}'],
  ['wrong in one digit', (code: string) => `${(Number(code[0]) + 3) % 10}${code.slice(1)}`, '{{near-2}}'],
])('a script computes a code of a key: %s', (_what, form, expected) => {
  const uri = 'otpauth://totp/Lab:bob?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Lab';
  const { keyUri } = parseKeyUri(uri);
  if (keyUri === undefined) throw new Error('It is no key URI.');
  const authenticator = Authenticator.fromKeyUri(keyUri);
  const origins = originsOf();
  origins.handedOut(3, 'CreateTotpKey', { totpUri: uri });
  const code = authenticator.codeAt(0);
  origins.made(code, authenticator, 0);

  const made = again(origins, { username: 'bob', otpCode: form(code) });

  expect(made?.body).toBe(JSON.stringify({ username: 'bob', otpCode: expected }));
  expect(made?.origins.map(({ name }) => name)).toContain('totpUri-3');
});

const bytes = (body: string, type = 'application/json') => {
  const request = { ...login, headers: { 'Content-Type': type }, body: Buffer.from(body) };
  return originsOf().again({ request, json: undefined }, 0)?.body;
};

test('malformed JSON of any length is kept if no secret can be in it', () => {
  for (const body of ['{"enabled":', `{"x":${'['.repeat(5000)}`]) expect(bytes(body)).toBe(body);
});

test('malformed JSON is not kept if a secret can be in it', () => {
  expect(bytes('{"username":"bob","password":"pass')).toBeUndefined();
  expect(bytes('username=bob&pass%77ord=abcdef', 'application/x-www-form-urlencoded')).toBeUndefined();
});

test('a password in capitals is derived from the right one', () => {
  const origins = originsOf();
  origins.ofTargetFile(new Secret('Correct-Horse'), 'OTHER_PW');
  const made = again(origins, { username: 'bob', password: 'CORRECT-HORSE' });

  expect(made?.body).toBe('{"username":"bob","password":"{{recased-1}}"}');
  expect(made?.origins).toEqual([
    { name: 'OTHER_PW', kind: 'target file' },
    { name: 'recased-1', kind: 'recased', of: 'OTHER_PW', case: 'upper' },
  ]);
});

test('a name that was tried as a password stays a name', () => {
  const origins = originsOf();
  origins.isPlain(['admin']);
  again(origins, { username: 'admin', password: 'admin' });

  expect(again(origins, { username: 'admin', password: 'no password' })?.body).toBe(
    '{"username":"admin","password":"xx xxxxxxxx"}',
  );
});

test('a scheme that was sent as a credential stays a scheme', () => {
  const origins = originsOf();
  const fieldOf = (Authorization: string) => {
    const request = { method: 'GET', url: '/mfa-config', headers: { Authorization } };
    return origins.again({ request, json: undefined }, 0)?.headers;
  };
  fieldOf('Bearer');

  expect(fieldOf('Bearer some-token')).toEqual({ Authorization: 'Bearer xxxx-xxxxx' });
});
