// biome-ignore-all lint/suspicious/noTemplateCurlyInString: target files hold ${VAR}
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTarget } from '../../src/input/target-file/read.js';
import { temporaryFolder } from '../cli/suite.js';
import { rows } from '../tool/rows.js';
import { complaint, env, good, head } from './complaint.js';
import { messageOf } from './files.js';

const empty = 'the file is empty: it needs at least baseUrl and accounts';
const noMapping = 'the file is not a mapping (key: value): it needs at least baseUrl and accounts';

describe('a file that can not be read', () => {
  test('is named with the reason', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'folder.yaml'));
    symlinkSync(join(folder, 'loop.yaml'), join(folder, 'loop.yaml'));
    const said = (name: string) =>
      messageOf(() => readTarget(join(folder, name), env)).replace(`${folder}/`, '');

    expect(said('missing.yaml')).toBe('missing.yaml: no such file');
    expect(said('folder.yaml')).toBe('folder.yaml: is a folder, not a file');
    expect(said('loop.yaml')).toContain('leads in a circle');
    expect(said('folder.yaml/a.yaml')).toContain('no such file');
    const utf16 = Buffer.from(`\ufeff${good}`, 'utf16le');
    expect(complaint(utf16)).toBe('lab.yaml: is not UTF-8 text: save it as UTF-8');
  });

  test.each(rows`
    an unknown extension | ${good} | lab.txt | lab.txt: a target file's name must end in .yaml, .yml, .json
    too much | ${good}# ${'x'.repeat(1_000_000)} | lab.yaml | lab.yaml: is too large: more than 1000000 bytes
    nothing |  | lab.yaml | lab.yaml:1:1 ${empty}
    a comment only | ${'# nothing\n'} | lab.yaml | lab.yaml:1:1 ${empty}
    nothing in JSON | ${' \n'} | lab.json | lab.json:1:1 ${empty}
    a list | ${'- a\n'} | lab.yaml | lab.yaml:1:1 ${noMapping}
    a word | ${'hello\n'} | lab.yaml | lab.yaml:1:1 ${noMapping}
  `)('holds %s', (_, text, name, expected) => {
    expect(complaint(text, name)).toBe(expected);
  });
});

describe('broken YAML and JSON', () => {
  const eight = (name = '') => Array(8).fill(`*${name}`).join();
  const bomb = 'bcdefgh'.replace(/./g, (name, at) => `${name}: &${name} [${eight('abcdefgh'[at])}]\n`);

  test.each(rows`
    a tab | ${`${head}accounts:\n\tadmin: x\n`} | 3:1 not valid YAML: a tab
    a bracket left open | ${`${head}accounts: [\n`} | \\d:\\d+ not valid YAML: wrong indentation
    a quote left open | ${`${head}name: "x\n`} | \\d:\\d+ not valid YAML
    two keys on a line | ${'name: a: b\n'} | 1:7 not valid YAML: a second key on one line
    a reserved character | ${'name: @home\n'} | 1:7 not valid YAML: a text can't begin with
    braces of a variable in braces | ${'accounts: { admin: { apiKey: ${KEY} } }\n'} | 1:\\d+ not valid YAML: inside { } or \\[ \\] a value with \\${'${'}…} must be quoted
    a duplicate key | ${`${good}mail:\n  kind: smtp\n  kind: imap\n`} | 5:3 mail\\.kind: this key was there before
    two documents | ${`${good}---\n${good}`} | 3:1 not valid YAML: a second document begins here
    an unknown tag | ${`${good}name: !secret x\n`} | 3:7 not valid YAML: a tag
    an alias of nothing | ${`${good}name: *x\n`} | 3:7 an alias
    a key that is not a word | ${'? [a]\n: 1\n'} | 1:3 not valid YAML: a key must be a plain word
    deep nesting | ${`name: ${'['.repeat(20_000)}`} | 1:\\d+ nested too deeply
    deep nesting in blocks | ${`${'- '.repeat(20_000)}a`} | 1:\\d+ nested too deeply
    an alias bomb | ${`a: &a [x,x,x,x,x,x,x,x]\n${bomb}`} | 1:1 too many aliases
    an alias inside its own anchor | ${`${good}name: &x [*x]\n`} | 3:11 an alias \\(\\*name\\) inside the value of its own anchor
  `)('%s', (_, text, expected) => {
    expect(complaint(text)).toMatch(new RegExp(`^lab\\.yaml:${expected}`));
  });

  test.each(rows`
    a comma too many | {\n  "baseUrl": "https://h/v2",\n} | 3 | not valid JSON from here on
    a comment | {\n  // here\n} | 2 | not valid JSON from here on
    a missing quote | { "baseUrl: 1 } | 1 | not valid JSON from here on
    YAML | baseUrl: https://h/v2 | 1 | not valid JSON from here on
    more after the end | {}\n{} | 2 | not valid JSON from here on
    a duplicate key | {"name": "a",\n "name": "b"} | 2 | name: this key was there before: keep one of the two
    deep nesting | ${'['.repeat(100_000)} | 1 | nested too deeply: more than 50 levels
  `)('JSON with %s', (_, text, line, problem) => {
    expect(complaint(text, 'lab.json')).toMatch(new RegExp(`^lab\\.json:${line}:\\d+ ${problem}`));
  });
});

test.each(rows`
  a broken line | accounts: { admin: { password: hunter2: x } }
  an unclosed quote | ${'accounts:\n  admin:\n    password: "hunter2\n'}
  a reserved character | accounts: { admin: { password: @hunter2 } }
  a bad escape | accounts: { admin: { password: "\\hunter2" } }
  a tag | accounts: { admin: { password: !hunter2 x } }
  an alias | accounts: { admin: { password: *hunter2 } }
  a wrong type | accounts: { admin: { password: [hunter2] } }
  a text for a section | accounts: { admin: hunter2 }
  everything wrong | ${'baseUrl: hunter2\nname: "hunter2/"\nrelease: "${PW}"\naccounts: { admin: { apiKey: "${PW} x", email: "${PW}" } }\ntls: { ca: "${PW}", pin: "${PW}" }'}
`)('no value is quoted that may be a secret: %s', (_, text) => {
  expect(complaint(text)).not.toContain('hunter2');
  expect(complaint(text)).toContain('lab.yaml:');
});

test('no value of a broken JSON file is quoted', () => {
  expect(complaint('{"accounts": {"admin": {"apiKey": hunter2}}}', 'lab.json')).not.toContain('hunter2');
});
