import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseVerdict } from '../../src/verdict/derive/validate.js';
import { performed } from '../cli/in-process.js';
import { temporaryFolder } from '../cli/suite.js';
import { harOf, root } from './recording.js';

test('check-har judges a recording, writes the reports of a run, and exits by the verdict', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'nightly ui.har');
  const password = 'correct-horse-9';
  const login = { method: 'POST', url: `${root}/users/sessions`, requestBody: { username: 'u', password } };
  const opened = { ...login, status: 201, text: '{"sessionId":"an-open-session-1"}' };
  writeFileSync(file, harOf({ text: '{"enabled":"no"}' }, opened));

  const { code, stdout, stderr } = await performed('check-har', file, '--out', folder);

  const reports = join(folder, 'nightly-ui');
  const verdict = parseVerdict(readFileSync(join(reports, 'verdict.json'), 'utf8'), 'verdict.json');
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(verdict.gate).toBe('does not conform');
  expect(verdict.target.baseUrl).toBe(root);
  expect(verdict.outcomes.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id)).toEqual([
    'http/secrets-are-not-stored',
    'mfa-config/get-answers-200',
  ]);
  expect(verdict.coverage.operations).toMatchObject({ GetMFAConfig: 1, CreateSession: 1, CreateTotpKey: 0 });
  const written = readdirSync(reports).map((name) => readFileSync(join(reports, name), 'utf8'));
  const secrets = new RegExp(`${password}|an-open-session-1`);
  for (const text of [stdout, ...written]) expect(text).not.toMatch(secrets);
});

test.each([
  ['cut off', harOf({}).slice(0, -40), /is cut off/],
  ['of something else', harOf({ url: 'https://example.org/index.html' }), /Nothing to judge: none of the 1/],
  ['of two targets', harOf({}, { url: 'https://b.example/v2/mfa-config' }), /call 2 targets.*--base-url/],
])('a recording %s is reported with exit 2 and no verdict', async (_, content, message) => {
  const folder = temporaryFolder();
  const file = join(folder, 'one.har');
  writeFileSync(file, content);

  const { code, stderr } = await performed('check-har', file, '--out', folder);

  expect(code).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain('    at ');
  expect(readdirSync(folder)).toEqual(['one.har']);
});
