import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { faults as allFaults } from '../../emulator/faults/index.js';
import { emulator } from './emulated.js';
import { performed } from './in-process.js';
import { leaks, secretsOfTarget } from './leaks.js';
import { listeningProxy, worthASearch } from './listening-proxy.js';
import { unusedPort } from './servers.js';
import {
  cli,
  filesBelow,
  folders,
  foldersWithAllure,
  targetAt,
  temporaryFolder,
  verdictOf,
  writeTarget,
} from './suite.js';

/** With each of these faults, failures quote parts of answers that contain secrets. */
const leakyFaults = [
  ...['security/password-in-error', 'security/key-in-answer', 'support/secret-shown-by-get'],
  ...['support/totp-secret-in-email-mode', 'totp/secret-in-hex', 'totp/name-lost', 'login/password-alone'],
  'http/secrets-may-be-stored',
];

const leaking = [
  ...allFaults.filter((fault) => leakyFaults.includes(fault.id)).flatMap(({ breaks }) => breaks),
  'sessions/refuses-wrong-password',
  'access-tokens/refuses-wrong-password',
  'email-otp/wrong-password-mails-nothing',
  'totp-login/refuses-wrong-*',
];

// Another run, of all requirements on a conforming target, is searched in selftest/detection.
test('no output of a run contains a secret, although the target shows secrets in its answers', async () => {
  const folder = temporaryFolder();
  const target = await emulator(folder, onTestFinished, { faults: leakyFaults });
  const written = readFileSync(target.targetFile, 'utf8');
  const proxy = await listeningProxy(target.baseUrl, onTestFinished);
  const targetFile = writeTarget(folder, { ...Object(parse(written)), baseUrl: proxy.baseUrl });
  const args = ['run', '-t', targetFile, '--grep', leaking.join(','), ...foldersWithAllure(folder)];

  const env = { DEBUG: '*', NODE_DEBUG: 'http,tls,undici' };
  const ended = await cli(args, { env });

  expect(ended.code, ended.stdout.slice(-3000)).toBe(1);
  const { outcomes } = verdictOf(folder, 'emulator');
  expect(outcomes.filter(({ outcome }) => outcome === 'fail').length).toBeGreaterThanOrEqual(5);
  // Libraries must print nothing, because the redactor may learn of a secret too late.
  expect(ended.stderr).toMatch(/^warning: DEBUG and NODE_DEBUG: ignored/);
  expect(ended.stderr).not.toMatch(/^(?:HTTP|TLS|UNDICI|NET) \d+|pw:|smtp/m);
  expect(proxy.secrets.size).toBeGreaterThan(20);
  const files = filesBelow(join(folder, 'out'));
  expect([...files.keys()]).toContain(join('emulator', 'verdict.json'));
  expect([...files.keys()].some((name) => name.includes('allure-results'))).toBe(true);
  expect(ended.stdout).toContain(`no secret in ${files.size} artefacts`);
  expect(files.get(join('emulator', 'summary.txt'))).toContain(`no secret in ${files.size} artefacts`);
  const everything = new Map([...files, ['stdout', ended.stdout], ['stderr', ended.stderr]]);
  expect(leaks(everything, [...secretsOfTarget(written), ...worthASearch(proxy.secrets)])).toEqual([]);
});

test('a run with a secret among its reports fails and names only the file', async () => {
  const folder = temporaryFolder();
  const content = targetAt(`http://127.0.0.1:${await unusedPort()}/v2`);
  const targetFile = writeTarget(folder, content);
  const [secret = ''] = secretsOfTarget(readFileSync(targetFile, 'utf8'));
  const out = join(folder, 'out', 'lab');
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'old.log'), `login with ${encodeURIComponent(secret)}`);
  writeFileSync(join(out, 'old.json.gz'), gzipSync(JSON.stringify({ basic: btoa(`admin:${secret}`) })));
  writeFileSync(join(out, 'clean.log'), 'login with [password]');

  const ended = await performed('run', '-t', targetFile, ...folders(folder));

  expect(ended.code, ended.stderr).toBe(2);
  expect(ended.stdout).toMatch(/A secret \(password\) is in .*old\.log\./);
  expect(ended.stdout).toMatch(/A secret \(password\) is in .*old\.json\.gz\/content\./);
  expect(ended.stdout).not.toMatch(/clean\.log|no secret in/);
  expect(ended.stdout + ended.stderr).not.toContain(secret);
  expect(verdictOf(folder).cause).toContain('nothing listens there');
});
