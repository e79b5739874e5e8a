import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readTarget } from '../../src/input/target-file/read.js';
import { readStatement } from '../../src/verdict/statement/read.js';
import { env, good } from '../target/complaint.js';
import { messageOf, temporaryFolder, write } from '../target/files.js';
import { rows } from '../tool/rows.js';

const fileOf = (text: string, name = 's.yaml') => write(temporaryFolder(), name, text);
const complaintOf = (text: string, name = 's.yaml') =>
  messageOf(() => readStatement(fileOf(text, name))).replaceAll(/^.*?(?=s\.(?:yaml|json):)/gm, '');

const whole = {
  version: 1,
  vendor: 'Acme',
  product: 'Vault 7.1',
  contact: 'mfa@acme.example',
  claims: { 'mailed-codes-work-once': true, 'login-is-throttled': 10, 'retain-is-stored': false },
};

test.each([
  ['s.yaml', stringify(whole)],
  ['s.json', JSON.stringify({ $schema: 'x', ...whole })],
])('a good file: %s', (name, text) => {
  expect(readStatement(fileOf(text, name))).toEqual({
    file: name,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    vendor: 'Acme',
    product: 'Vault 7.1',
    claims: whole.claims,
  });
});

test('a good file that claims nothing', () => {
  expect(readStatement(fileOf('version: 1\nclaims: {}\n')).claims).toEqual({});
});

const count = 'must be true, false, or a whole number from 1 on (consecutive wrong codes)';
const table = rows`
    nothing      |                     | s.yaml:1:1 the file is empty: it needs at least version and claims
    a list       | - a                 | s.yaml:1:1 the file is not a mapping
    no claims    | version: 1          | claims: missing.
    no version   | claims: {}          | version: missing. Of this form of statement: 1.
    a version to come     | version: 2; claims: {} | s.yaml:1:10 version: must be one of 1
    an unknown key        | CLAIM retain-is-stored: true; vender: x | s.yaml:4:1 vender: unknown key; did you mean vendor?
    an unknown claim      | CLAIM mailed-code-works-once: true | s.yaml:3:3 claims.mailed-code-works-once: unknown key; did you mean mailed-codes-work-once?
    a text                | CLAIM retain-is-stored: "true" | s.yaml:3:21 claims.retain-is-stored: must be true or false
    a count below one     | CLAIM login-is-throttled: 0 | s.yaml:3:23 claims.login-is-throttled: ${count}
    a count of what is not counted | CLAIM retain-is-stored: 5 | claims.retain-is-stored: must be true or false
    no value              | CLAIM retain-is-stored: | claims.retain-is-stored: is empty: must be true or false
    the same claim twice  | CLAIM retain-is-stored: true;   retain-is-stored: false | s.yaml:4:3 claims.retain-is-stored: `;

test.each(table)('a bad file is reported with line, column and advice: %s', (_, text = '', wanted = '') => {
  const file = text.replace('CLAIM ', 'version: 1;claims:;   ').replaceAll(/; ?/g, '\n');

  expect(complaintOf(file)).toContain(wanted);
});

test('a bad file is reported with line, column and advice: a file that is not there', () => {
  expect(messageOf(() => readStatement('/nowhere/s.yaml'))).toBe('/nowhere/s.yaml: no such file');
});

test('the target file names the statement from its own folder', () => {
  const folder = temporaryFolder();
  write(folder, 's.yaml', stringify(whole));
  const target = readTarget(write(folder, 'lab.yaml', `${good}statement: s.yaml\n`), env);

  expect(target.statement).toBe(join(folder, 's.yaml'));
});

test('the target file is reported if missing', () => {
  const file = write(temporaryFolder(), 'lab.yaml', `${good}statement: s.yaml\n`);

  expect(messageOf(() => readTarget(file, env))).toMatch(/lab\.yaml:\d+:\d+ statement: .*s\.yaml: no such/);
});
