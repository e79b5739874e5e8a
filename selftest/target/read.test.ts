// biome-ignore-all lint/suspicious/noTemplateCurlyInString: target files hold ${VAR}
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { effectiveAllow } from '../../src/input/target-file/allow.js';
import { isTargetFile, readTarget, secretsOf, variablesOf } from '../../src/input/target-file/read.js';
import type { Target } from '../../src/input/target-file/target.js';
import { temporaryFolder } from '../cli/suite.js';
import { write } from './files.js';

const full = `
name: lab-7
baseUrl: https://10.2.0.7/prefix/v2/
release: "7.0"
accounts:
  admin: { username: admin, password: "\${ADMIN_PW}", domain: LOCAL, email: admin@lab.example, apiKey: "\${KEY}" }
  viewer:
    username: viewer
    password: { fromFile: secrets/viewer }
    email: viewer@lab.example
  other:
    username: bob
    password: \${BOB_PW}
    domain: lab.example
  more: [{ username: ann, password: "\${ANN_PW}", mailedCodes: false }, { apiKey: "\${ANY_KEY}" }]
supportUser: { email: support@lab.example, password: "\${SUPPORT_PW}" }
mail:
  kind: smtp
  listen: 0.0.0.0:2525
  timeoutMs: 5000
  quietMs: 200
  codePattern: '\\b\\d{6,8}\\b'
clock: { control: "http://127.0.0.1:9000/clock" }
allow:
  stateChanges: true
  clusterMfa: true
  replaceTotpOf: [supportUser, more, other]
limits: { requestsPerSecond: 2.5, requestTimeoutMs: 1000 }
waivers: waivers.yaml
`;

const environment = {
  ADMIN_PW: 'p"a: ${KEY} #w',
  KEY: 'key-1',
  BOB_PW: 'bob-pw',
  ANN_PW: 'ann-pw',
  ANY_KEY: 'key-2',
  SUPPORT_PW: 'support-pw',
};
const minimal = 'baseUrl: https://10.2.0.7/v2\naccounts: { admin: { apiKey: "${KEY}" } }\n';

const readText = (text: string, env: NodeJS.ProcessEnv = { KEY: 'key-1' }, name = 'lab.yaml', mode = 0o644) =>
  readTarget(write(temporaryFolder(), name, text, mode), env);

const readMinimal = (more = '', env?: NodeJS.ProcessEnv): Target => readText(minimal + more, env);

describe('readTarget', () => {
  test('reads every key of a full file', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'secrets'));
    write(folder, 'secrets/viewer', 'viewer-pw\r\n');
    const waivers = write(folder, 'waivers.yaml', '[]');
    const file = write(folder, 'any.yaml', full);

    const target = readTarget(file, environment);

    const codePattern = /\b\d{6,8}\b/;
    expect(target).toMatchObject({
      name: 'lab-7',
      file,
      baseUrl: 'https://10.2.0.7/prefix/v2',
      release: '7.0',
      tls: { insecure: false },
      accounts: {
        admin: { role: 'admin', username: 'admin', domain: 'LOCAL', email: 'admin@lab.example' },
        viewer: { role: 'viewer', username: 'viewer', domain: 'LOCAL' },
        other: { role: 'other', username: 'bob', domain: 'lab.example' },
        'more[0]': { role: 'more[0]', username: 'ann', domain: 'LOCAL', mailedCodes: false },
        'more[1]': { role: 'more[1]' },
      },
      supportUser: { email: 'support@lab.example' },
      mail: { kind: 'smtp', host: '0.0.0.0', port: 2525, timeoutMs: 5000, quietMs: 200, codePattern },
      clock: { control: 'http://127.0.0.1:9000/clock' },
      allow: {
        stateChanges: true,
        clusterMfa: true,
        replaceTotpOf: ['other', 'more', 'supportUser'],
        lockOut: false,
        disposable: false,
      },
      limits: { requestsPerSecond: 2.5, requestTimeoutMs: 1000, settleMs: 2000 },
      waivers,
    });
    expect(target).not.toHaveProperty('warnings');
    expect(secretsOf(target).map(({ value, what }) => [what, value.reveal()])).toEqual([
      ['password', environment.ADMIN_PW],
      ['API key', 'key-1'],
      ['password', 'viewer-pw'],
      ['password', 'bob-pw'],
      ['password', 'ann-pw'],
      ['API key', 'key-2'],
      ['password', 'support-pw'],
    ]);
    expect(variablesOf(target).map(({ variable }) => variable)).toEqual(
      expect.arrayContaining(['ADMIN_KEY', 'OTHER_PW', 'MORE_0_PW', 'MORE_1_KEY']),
    );
  });

  test('adds defaults to a minimal file', () => {
    const target = readMinimal();

    expect(target).toMatchObject({
      name: 'lab',
      release: '7.1.2_u3',
      supportUser: {},
      limits: { requestsPerSecond: 20, requestTimeoutMs: 15_000, settleMs: 30_000 },
      allow: { stateChanges: false, clusterMfa: false, replaceTotpOf: [], lockOut: false, disposable: false },
    });
    expect(target.mail).toBeUndefined();
    expect(target.accounts.viewer).toBeUndefined();
  });

  test('allows everything on a disposable target, without limits', () => {
    const target = readMinimal('allow: { disposable: true }\n');

    expect(target.allow).toEqual({
      stateChanges: true,
      clusterMfa: true,
      replaceTotpOf: ['admin', 'viewer', 'other', 'more', 'supportUser'],
      lockOut: true,
      disposable: true,
    });
    expect(effectiveAllow(target.allow)).toEqual(target.allow);
    expect(target.limits.requestsPerSecond).toBeUndefined();
  });

  test('forbids what it does not allow, and needs state changes for further permissions', () => {
    const nothing = readMinimal('').allow;
    const some = { ...nothing, stateChanges: true };

    expect(effectiveAllow(some)).toEqual(some);
    expect(() => effectiveAllow({ ...nothing, clusterMfa: true })).toThrow(/allow\.clusterMfa: needs/);
    expect(() => effectiveAllow({ ...nothing, replaceTotpOf: ['other'] })).toThrow(/replaceTotpOf: needs/);
  });

  test('reads JSON, indented by tabs, by its extension', () => {
    const content = { $schema: 'x', baseUrl: 'https://h/v2', accounts: { admin: { apiKey: '${KEY}' } } };
    const text = JSON.stringify(content, null, '\t');

    expect(readText(text, { KEY: 'k' }, 'lab.JSON')).toMatchObject({ name: 'lab', baseUrl: 'https://h/v2' });
  });

  test('reads a file that begins with a byte order mark', () => {
    expect(readText(`\ufeff${minimal}`, { KEY: 'k' }, 'lab.yml').baseUrl).toBe('https://10.2.0.7/v2');
  });

  test('puts in variables after parsing, so that a value may hold anything', () => {
    const hostile = 'a: "b" \'c\' # ${NOT} {x}\n[y]';
    const text = 'baseUrl: https://${HOST}/v2\naccounts: {admin: {username: a, password: "${P}"}}';
    const target = readText(text, { HOST: 'h.example', P: hostile });

    expect(target.baseUrl).toBe('https://h.example/v2');
    expect(target.accounts.admin.password?.reveal()).toBe(hostile);
  });

  test('follows anchors and aliases', () => {
    const text =
      'baseUrl: https://h/v2\naccounts:\n  admin: {username: a, password: &p "${P}"}\n  other: {username: b, password: *p}\n';

    expect(readText(text, { P: 'pw' }).accounts.other?.password?.reveal()).toBe('pw');
  });

  test('reads mail by IMAP with the usual ports', () => {
    const imap = 'mail: { kind: imap, host: mail.example, username: u, password: "${KEY}"';

    expect(readMinimal(`${imap} }`).mail).toMatchObject({ host: 'mail.example', port: 993, tls: true });
    expect(readMinimal(`${imap} }`).mail).toMatchObject({ folder: 'INBOX', insecure: false });
    expect(readMinimal(`${imap}, tls: false }`).mail).toMatchObject({ port: 143, tls: false });
    const other = readMinimal(`${imap}, tls: starttls, folder: Codes, insecure: true }`).mail;
    expect(other).toMatchObject({ port: 143, tls: 'starttls', folder: 'Codes', insecure: true });
    expect(secretsOf(readMinimal(`${imap} }`)).map(({ what }) => what)).toEqual(['API key', 'password']);
  });

  test.each([
    ['tls: false', /^mail\.tls is false: the password/],
    ['insecure: true', /^mail\.insecure: anyone in between/],
  ])('warns of a mailbox with %s, unless it is on this machine', (key, warning) => {
    const imap = (host: string) =>
      readMinimal(`mail: { kind: imap, host: "${host}", username: u, password: "\${KEY}", ${key} }`);

    expect(imap('mail.example').warnings).toEqual([expect.stringMatching(warning)]);
    expect(imap('127.0.0.1').warnings).toBeUndefined();
    expect(imap('::1').warnings).toBeUndefined();
  });

  test('looks for a mail command beside the target file if it has a folder, else on the PATH', () => {
    const folder = temporaryFolder();
    const program = write(folder, 'newest-code.sh', '', 0o755);
    const withRun = (run: string) =>
      readTarget(write(folder, 'a.yaml', `${minimal}mail: { kind: command, run: ${run} }`), { KEY: 'k' })
        .mail;

    expect(withRun('["./newest-code.sh", "{to}"]')).toMatchObject({ run: [program, '{to}'] });
    expect(withRun('[newest-code]')).toMatchObject({ run: ['newest-code'] });
  });

  test.each([
    ['[::1]:25', { host: '::1', port: 25 }],
    ['localhost:65535', { host: 'localhost', port: 65535 }],
  ])('listens on %s', (listen, expected) => {
    expect(readMinimal(`mail: { kind: smtp, listen: "${listen}" }`).mail).toMatchObject(expected);
  });

  test('accepts secrets written out in a file that only its owner can read', () => {
    const text = minimal.replace('"${KEY}"', 'written-out');

    expect(readText(text, {}, 'a.yaml', 0o600).accounts.admin.apiKey?.reveal()).toBe('written-out');
  });

  test('only warns of them on a system without permission bits', () => {
    const text = minimal.replace('"${KEY}"', 'written-out');

    const target = readTarget(write(temporaryFolder(), 'a.yaml', text, 0o644), {}, 'win32');

    expect(target.warnings).toEqual([expect.stringContaining('secrets written out')]);
  });

  test('warns of plain http to another host and of a base URL that does not end in /v2', () => {
    const read = (url: string) => readText(minimal.replace('https://10.2.0.7/v2', url)).warnings;

    expect(read('http://10.2.0.7/v2')).toEqual([expect.stringContaining('plain http')]);
    expect(read('https://10.2.0.7')).toEqual([expect.stringContaining("doesn't end in /v2")]);
    expect(read('http://127.0.0.1:8080/v2')).toBeUndefined();
    expect(read('http://[::1]:8080/v2')).toBeUndefined();
  });

  test('shows no secret of a target that is printed', () => {
    const target = readMinimal('', { KEY: 'key-not-to-be-seen' });

    expect(
      `${inspect(target, { depth: 9 })}${JSON.stringify(target)}${target.accounts.admin.apiKey}`,
    ).not.toContain('not-to-be-seen');
  });
});

test('a target file is known by its extension', () => {
  const names = ['a.yaml', 'a.YML', 'a.json', 'a.txt', 'yaml'];

  expect(names.filter(isTargetFile)).toEqual(names.slice(0, 3));
});
