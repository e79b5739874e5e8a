import { describe, expect, test } from 'vitest';
import { Authenticator } from '../../src/wire/otp/authenticator.js';
import { decodeBase32, parseKeyUri } from '../../src/wire/otp/key-uri.js';
import { rfc4648 } from './vectors.js';

const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const good = `otpauth://totp/Lab:admin?secret=${secret}`;

describe('parseKeyUri', () => {
  test('fills in the defaults', () => {
    const { keyUri, problems } = parseKeyUri(good);

    expect(problems).toEqual([]);
    expect(keyUri).toMatchObject({
      label: 'Lab:admin',
      labelIssuer: 'Lab',
      account: 'admin',
      secretBits: 160,
      secretDeviations: [],
      algorithm: 'SHA1',
      digits: 6,
      period: 30,
    });
    expect(keyUri).not.toHaveProperty('issuer');
    expect(keyUri?.secret.reveal()).toBe(secret);
  });

  test('reads the declared parameters', () => {
    const uri = `${good}&issuer=Lab%20Seven&algorithm=SHA512&digits=8&period=60&image=x`;

    const declared = { issuer: 'Lab Seven', algorithm: 'SHA512', digits: 8, period: 60 };
    expect(parseKeyUri(uri).keyUri).toMatchObject(declared);
  });

  test.each([
    ['OTPAUTH://TOTP/admin?secret=', { label: 'admin', account: 'admin' }],
    ['otpauth://totp/A%20B%3A%20b%40x.example?secret=', { labelIssuer: 'A B', account: 'b@x.example' }],
    ['otpauth://totp/J%C3%BCrgen?period=15&secret=', { account: 'Jürgen', period: 15 }],
    ['otpauth://totp/a:b?digits=7&secret=', { digits: 7 }],
  ])('reads %s', (start, wanted) => {
    const { keyUri, problems } = parseKeyUri(start + secret);

    expect(problems).toEqual([]);
    expect(keyUri).toMatchObject(wanted);
  });

  test('a padded secret is read, and reported as padded', () => {
    const deviations = (padded: string) =>
      parseKeyUri(`otpauth://totp/a?secret=${padded}`).keyUri?.secretDeviations;

    expect(['MZXW6YQ=', 'MZXW6YQ%3D'].map(deviations)).toEqual([['is padded'], ['is padded']]);
  });

  test.each([
    ['', 'uri', /no scheme/],
    [`https://totp/a?secret=${secret}`, 'uri', /scheme .* not otpauth/],
    [`otpauth:totp/a?secret=${secret}`, 'uri', /no \/\//],
    [`otpauth://hotp/a?secret=${secret}`, 'uri', /hotp/],
    [`otpauth://totp:80/a?secret=${secret}`, 'uri', /not totp/],
    [`otpauth://totp/?secret=${secret}`, 'uri', /no label/],
    [`otpauth://totp?secret=${secret}`, 'uri', /no label/],
    [`otpauth://totp/Lab:?secret=${secret}`, 'uri', /no account/],
    [`otpauth://totp/:admin?secret=${secret}`, 'uri', /no issuer before/],
    [`otpauth://totp/a:b:c?secret=${secret}`, 'uri', /more than one colon/],
    [`otpauth://totp/Big Corp:a?secret=${secret}`, 'uri', /raw space/],
    [`otpauth://totp/Jürgen?secret=${secret}`, 'uri', /non-ASCII/],
    [`otpauth://totp/LOCAL\\a?secret=${secret}`, 'uri', /holds \\ raw/],
    [`otpauth://totp/a%zz?secret=${secret}`, 'uri', /% without two/],
    [`otpauth://totp/a%FF?secret=${secret}`, 'uri', /label is not percent-encoded UTF-8/],
    [`otpauth://totp/a?secret=${secret}&issuer=%FF`, 'uri', /parameter is not percent-encoded UTF-8/],
    [`otpauth://totp/a?secret=${secret}\n`, 'uri', /control characters/],
    [`otpauth://totp/a?secret=${secret}#x`, 'uri', /fragment/],
    ['otpauth://totp/a', 'uri', /secret is missing/],
    [`otpauth://totp/a?Secret=${secret}`, 'uri', /secret is missing/],
    ['otpauth://totp/a?secret=', 'uri', /secret is empty/],
    [`otpauth://totp/a?secret=${secret.toLowerCase()}`, 'uri', /lower-case/],
    [`otpauth://totp/a?secret=${secret}&secret=${secret}`, 'uri', /secret is there more than once/],
    [`${good}&algorithm=sha1`, 'parameters', /algorithm \(sha1\)/],
    [`${good}&algorithm=MD5`, 'parameters', /algorithm \(MD5\)/],
    [`${good}&digits=9`, 'parameters', /digits \(9\)/],
    [`${good}&digits=06`, 'parameters', /digits \(06\)/],
    [`${good}&digits=`, 'parameters', /digits \(empty\)/],
    [`${good}&period=0`, 'parameters', /period \(0\)/],
    [`${good}&period=-30`, 'parameters', /period \(-30\)/],
    [`${good}&period=30.5`, 'parameters', /period \(30\.5\)/],
    [`${good}&period=99999999999`, 'parameters', /period/],
    [`${good}&digits=6&digits=8`, 'parameters', /digits is there more than once/],
    [`${good}&digits=${secret}`, 'parameters', /of 32 characters/],
  ])('refuses %s', (uri, kind, text) => {
    const { problems } = parseKeyUri(uri);

    expect(problems.map((problem) => problem.text).join('\n')).toMatch(text);
    expect(problems.find((problem) => text.test(problem.text))?.kind).toBe(kind);
    expect(JSON.stringify(problems)).not.toMatch(new RegExp(secret, 'i'));
  });

  test.each([
    [`otpauth://totp/a b?digits=8&secret=${secret}`, { digits: 8 }],
    [`otpauth://totp/?period=60&secret=${secret}`, { period: 60 }],
  ])('leaves %s usable for codes', (uri, wanted) => {
    expect(parseKeyUri(uri).keyUri).toMatchObject(wanted);
  });

  test.each([secret.toLowerCase(), 'jbsw-y3dp%20EHPK3PXPJBSWY3DPEHPK3PXP', `${secret}%3D`])(
    'makes codes by the secret %s, and reports its form',
    (odd) => {
      const { keyUri, problems } = parseKeyUri(`otpauth://totp/a?secret=${odd}`);
      const right = new Authenticator({ secret });

      expect(problems.map(({ kind }) => kind)).toEqual(['uri']);
      expect(keyUri && Authenticator.fromKeyUri(keyUri).codeAt(1)).toBe(right.codeAt(1));
    },
  );

  test('leaves nothing usable if a parameter is wrong', () => {
    for (const uri of [`${good}&digits=5`, 'otpauth://totp/a', 'otpauth://totp/a?secret=01'])
      expect(parseKeyUri(uri)).not.toHaveProperty('keyUri');
  });

  test('reports all problems at once with their kinds', () => {
    const { problems } = parseKeyUri('otpauth://hotp/a b?secret=abc1&digits=5&period=0');

    expect(problems.map(({ kind }) => kind)).toEqual(['uri', 'uri', 'uri', 'parameters', 'parameters']);
  });
});

test.each(rfc4648)('decodeBase32 reads %s', (text, bytes) => {
  const bare = text.replaceAll('=', '');

  expect(Buffer.from(decodeBase32(text).bytes ?? []).toString()).toBe(bytes);
  expect(Buffer.from(decodeBase32(bare).bytes ?? []).toString()).toBe(bytes);
  expect(decodeBase32(bare).deviations).toEqual([]);
  expect(decodeBase32(text).deviations).toEqual(text === bare ? [] : ['is padded']);
});

test.each([
  ['', /is empty/],
  ['====', /is empty/],
  ['mzxw6ytb', /lower-case letters/],
  ['MZXW0YTB', /the digits 0, 1, 8 or 9/],
  ['MZXW 6YTB', /white space/],
  ['MZXW-6YTB', /hyphens/],
  ['MZ=W6YTB', /padding before the end/],
  ['MZXW/YTB', /other ASCII/],
  ['MZXWéYTB', /non-ASCII/],
  ['mzxw-6yt8', /lower-case letters, the digits 0, 1, 8 or 9 and hyphens/],
  ['MZX', /3 characters long/],
  ['M', /1 characters long/],
  ['MZXW6Y', /6 characters long/],
  ['MZXW6=', /1 padding characters where 3 are due/],
  ['MZXW6YQ==', /2 padding characters where 1 are due/],
  ['MZXW6YTB========', /8 padding characters where 0 are due/],
])('decodeBase32 refuses %j in words that do not show it', (text, problem) => {
  const result = decodeBase32(text);

  expect(result.bytes).toBeUndefined();
  expect(result.problem).toMatch(problem);
  for (const run of text.match(/[A-Z2-7]{4,}/g) ?? []) expect(result.problem).not.toContain(run);
});

test('decodeBase32 reports stray bits', () => {
  expect(decodeBase32('MZ').deviations).toEqual(['has stray bits after the last byte']);
  expect(decodeBase32('MY').deviations).toEqual([]);
  expect(decodeBase32('MY======').deviations).toEqual(['is padded']);
});
