import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isTooCommon, SecretSearch } from '../../src/base/redaction/search.js';
import { zipOf } from '../../src/reports/bundle/zip.js';
import { temporaryFolder } from '../cli/suite.js';

const password = 'p/a"ss=wörd+ 7';
const token = 'dG9rZW4tb2YtdGhlLXJ1bg';
const code = '482913';
const values = new Map(Object.entries({ [password]: 'password', [token]: 'token', [code]: 'code' }));
values.set('hunter2', 'password');

function searched(files: Readonly<Record<string, string | Buffer>>, known = values, vocabulary = '') {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const search = new SecretSearch(known, vocabulary);
  search.searchPath(folder);
  const { artefacts, leaks } = search.result;
  return { artefacts, leaks: leaks.map(({ file, what }) => [file.slice(folder.length + 1), what]) };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const quotedPrintable = (text: string) =>
  [...Buffer.from(text)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');

const zip = (files: Readonly<Record<string, string | Buffer>>) =>
  zipOf(Object.entries(files).map(([name, content]) => ({ name, bytes: Buffer.from(content) })));

describe('a secret is found', () => {
  test.each([
    ['as it is', 'a.txt', `x ${password} y`],
    ['in a URL', 'a.log', `GET /?p=${encodeURIComponent(password)}`],
    ['in JSON', 'a.json', JSON.stringify({ p: password })],
    ['in JSON in JSON', 'a.json', JSON.stringify({ body: JSON.stringify({ p: password }) })],
    ['in Base64', 'a.xml', `<p>${base64(password)}</p>`],
    ['in Base64 after a name', 'a.txt', `Basic ${base64(`admin:${password}`)}`],
    ['in Base64 after another name', 'a.txt', `Basic ${base64(`operator:${password}`)}`],
    ['in Base64 after a third name', 'a.txt', `Basic ${base64(`viewer2:${password}`)}`],
    ['in quoted-printable', 'a.eml', quotedPrintable(password)],
    ['with something after it', 'a.md', `${password}-not`],
    ['in a program', 'a.js', `const p=${JSON.stringify(password)};`],
    [
      "in a page's data",
      'a.html',
      `<script>d("x","${base64(JSON.stringify({ at: '2026', deep: { p: password } }))}")</script>`,
    ],
  ])('%s', (_, name, content) => {
    expect(searched({ [name]: content }).leaks).toEqual([[name, 'password']]);
  });

  test('in a folder below, in a zip, in a zip in it, and in gzip', () => {
    const inner = zip({ 'deep.txt': password });
    const outer = zip({ 'c.txt': 'clean', 'd.txt': token, 'e.zip': inner });

    const { artefacts, leaks } = searched({ 'a/b.zip': outer, 'f.gz': gzipSync(token) });

    expect(leaks).toEqual([
      ['a/b.zip/d.txt', 'token'],
      ['a/b.zip/e.zip/deep.txt', 'password'],
      ['f.gz/content', 'token'],
    ]);
    expect(artefacts).toBe(2);
  });

  test('in the name of a file', () => {
    expect(searched({ [`${token}.txt`]: '' }).leaks).toHaveLength(1);
  });

  test('an unreadable archive is not clean', () => {
    const { leaks } = searched({ 'a.zip': zip({ 'c.txt': password }).subarray(0, 60) });

    expect(leaks).toEqual([['a.zip', expect.stringMatching(/unknown content/)]]);
  });
});

test.each([
  ['a.txt', `code ${code}.`],
  ['a.json', JSON.stringify({ message: `wrong: ${code}` })],
  ['a.jsonl', `{}\n${JSON.stringify({ body: JSON.stringify({ otpCode: code }) })}\n`],
  ['a.html', `<p>${code}</p>`],
  ['a.html', `<script type="application/json">{"a":"${code}"}</script>`],
  ['a.html', `<script>d("${base64(JSON.stringify({ pad: 'x'.repeat(60), a: code }))}")</script>`],
  ['a.xml', `<failure message="${code}"/>`],
])('a code is found in %s: %s', (name, content) => {
  expect(searched({ [name]: content }).leaks).toEqual([[name, 'code']]);
});

test.each([
  ['a.json', `{"durationMs":${code},"at":1${code}123,"id":"a${code}"}`],
  ['a.xml', `<testcase time="12.${code}" timestamp="2026-11-25T03:26:28.${code}Z"/>`],
  ['a.html', `<style>a{color:#${code}}</style><p style="color:#${code}">x</p><script>f(${code})</script>`],
  ['a.css', `a{z-index:${code}}`],
  ['a.js', `if(n>${code})f()`],
  ['a.svg', `<path fill="#${code}"/>`],
  ['a.txt', `${code}1 x${code} 0.${code}`],
])('similar texts are no codes in %s: %s', (name, content) => {
  expect(searched({ [name]: content }).leaks).toEqual([]);
});

const known = new Map([['4821', 'mailed code']]);

test.each([
  ['a.txt', 'Your code is: 4821.'],
  ['a.json', JSON.stringify({ body: JSON.stringify({ otpCode: '4821' }) })],
  ['a.jsonl', `${JSON.stringify({ url: '/x?mfaCode=4821' })}\n`],
  ['a.html', '<p>one-time code <b>4821</b></p>'],
])('a code of few digits is found near words for codes, in %s: %s', (name, content) => {
  expect(searched({ [name]: content }, known).leaks).toEqual([[name, 'mailed code']]);
});

test.each([
  ['a.json', JSON.stringify({ taskLogId: '41e380e4-a38c-4821-b263-0a523fd08168', port: ':4821/v2' })],
  ['a.html', '<p>took 4821 ms</p>'],
  ['a.txt', 'the code was refused, see RFC 4821-1 and code 48210'],
])('a code of few digits does not match inside another number, in %s: %s', (name, content) => {
  expect(searched({ [name]: content }, known).leaks).toEqual([]);
});

test('weak secrets: short ones count only as whole words', () => {
  expect(searched({ 'a.txt': 'hunter2', 'b.txt': 'hunter22' }).leaks).toEqual([['a.txt', 'password']]);
});

test('weak secrets: words that reports contain anyway are not searched for', () => {
  const known = new Map(Object.entries({ password: 'password', cluster: 'API key' }));

  const { leaks } = searched({ 'a.json': '{"password":"cluster"}' }, known, 'cluster password');

  expect(leaks).toEqual([]);
  const common = ['cluster', 'abc', 'hunter2'].filter((value) => isTooCommon(value, 'the cluster'));
  expect(common).toEqual(['cluster', 'abc']);
});
