import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { changedRelease, put, remove } from '../contract/vendor.js';
import { rows } from '../tool/rows.js';
import { emulator } from './emulated.js';
import { performed } from './in-process.js';
import { folders, targetAt, temporaryFolder, verdictOf, writeTarget } from './suite.js';

const vendorDocument = (): string =>
  changedRelease((document) => {
    remove(document, ['paths', '/support-user/send-email-otp']);
    put(document, ['components', 'schemas', 'VerifyTotpResult', 'properties', 'hint'], { type: 'string' });
    put(document, ['paths', '/elsewhere'], { get: { responses: { $ref: '#/definitions/Nothing' } } });
  }, '6.8.1');

test('run --contract: judges by the document, reports missing operations and skips their requirements', async () => {
  const folder = temporaryFolder();
  const { targetFile } = await emulator(folder, onTestFinished, { release: '6.8.1' });
  const document = vendorDocument();

  const { code, stderr } = await performed(
    ...['run', '-t', targetFile, '--release', '7.0', '--contract', document],
    ...['--grep', 'support-*/*answers-20*', ...folders(folder)],
  );

  const verdict = verdictOf(folder, 'emulator');
  expect(verdict.contract).toMatchObject({
    source: document,
    missing: ['SendSupportEmailOtp'],
    differing: expect.arrayContaining(['VerifySupportUserTotp']),
  });
  const reason = `the contract (${document}) has no operation SendSupportEmailOtp`;
  const lacking = { id: 'support-email/send-answers-204', outcome: 'not applicable', reason };
  expect(verdict.outcomes).toContainEqual(expect.objectContaining(lacking));
  expect(verdict.summary).toMatchObject({ fail: 0, inconclusive: 0, notRun: 0 });
  expect(verdict.summary.pass).toBeGreaterThan(0);
  expect(stderr).toContain('which has 8 of the 9 MFA operations of release 7.0');
  expect(stderr).toContain('it is nearest to release 6.8.1');
  expect(code).toBe(0);
});

test('run --contract: a document that can not be used ends it before anything is sent', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'old.yaml'), 'swagger: "2.0"\n');
  const target = writeTarget(folder, targetAt('http://127.0.0.1:1/v2'));

  const document = join(folder, 'old.yaml');
  const { code, stderr } = await performed('run', '-t', target, '--contract', document, ...folders(folder));

  expect(code).toBe(2);
  expect(stderr).toMatch(/old\.yaml:1:1: \/swagger: Swagger 2\.0 is not read/);
});

test('detect prints the release as JSON', async () => {
  const folder = temporaryFolder();
  const { targetFile } = await emulator(folder, onTestFinished, { release: '6.6.0d' });

  const { code, stdout } = await performed('detect', '-t', targetFile, '--json');

  expect(JSON.parse(stdout)).toMatchObject({ fits: ['6.6.0d'], nearest: '6.6.0d' });
  expect(code).toBe(0);
});

test('detect: a target out of reach is exit 3', async () => {
  const folder = temporaryFolder();

  const target = writeTarget(folder, targetAt('http://127.0.0.1:1/v2'));
  const { code, stderr } = await performed('detect', '-t', target);

  expect(code).toBe(3);
  expect(stderr).toContain('127.0.0.1:1');
});

test.each(rows`
  a breaking change | 6.6.0d 6.8.1 --fail-on-breaking | 1 | 3 breaking for clients, 5 for servers
  a harmless one    | 6.8.1 7.0 --fail-on-breaking    | 0 | none of them breaking
  two forms         | 7.0 7.1 --json --markdown       | 2 | give one of them
`)('diff: %s, %s, is exit %s', async (_, args = '', expected = '', says = '') => {
  const { code, stdout, stderr } = await performed('diff', ...args.split(' '));

  expect(stdout + stderr).toContain(says);
  expect(code).toBe(Number(expected));
});
