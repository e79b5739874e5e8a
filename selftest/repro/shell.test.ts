import { expect, test } from 'vitest';
import { helpersFor } from '../../src/reports/repro/shell.js';
import { rows } from '../tool/rows.js';
import { ran } from './sh.js';

function said(command: string, date = ''): string {
  const { stdout, stderr } = ran([command], [{ fields: `Date: ${date}` }]);
  expect(stderr).toBe('');
  return stdout;
}

/** The key of RFC 6238, appendix B. */
const key = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

test('a script contains the functions that it needs, and no other', () => {
  const names = (command: string) =>
    helpersFor([command]).flatMap((text) => [...text.matchAll(/^(\w+)\(\)/gm)].map(([, name]) => name));

  expect(names('status 1 200')).toEqual(['code_of', 'status']);
  expect(names('X=$(totp "$KEY" 0)')).toEqual(['cannot', 'totp', 'of_uri', 'target_time']);
  expect(names("echo 'status cannot totp'")).toEqual([]);
});

test('no number in the functions of scripts is as long as a code: some code would equal it', () => {
  const text = helpersFor(['totp', 'near', 'pause_steps', 'json_is_broken', 'switch_off_totp']).join('\n');

  expect(text).toContain('day=');
  expect(text).not.toMatch(/\d{6}/);
});

test.each(rows`
  a secret | ${key} | Thu, 01 Jan 1970 00:00:32 GMT | 287082
  a secret in small letters with padding | ${key.toLowerCase()}=== | Fri, 18 Mar 2005 01:58:02 GMT | 081804
  a key URI | otpauth://totp/lab:bob?secret=${key}&issuer=lab&digits=8 | Sat, 18 Jul 2009 23:59:50 GMT | [0-9]{8}
  SHA256 | otpauth://totp/x?digits=8&algorithm=SHA256&secret=${`${'GEZDGNBVGY3TQOJQ'.repeat(3)}GEZA`} | Thu, 01 Jan 1970 00:00:32 GMT | 46119246
`)('a script makes the code of %s', (_what, of, date, code) => {
  expect(said(`totp '${of}' 0`, date)).toMatch(new RegExp(`^${code}$`));
});

test.each([
  'Sun, 29 Feb 2032 08:09:09 GMT',
  'Fri, 01 Jan 2027 00:00:00 GMT',
  'Thu, 31 Dec 2026 23:59:58 GMT',
])('a script reads the time %s', (date) => {
  const seconds = Number(said('target_time', date));

  expect(seconds - Date.parse(date) / 1000).toBeLessThanOrEqual(1);
  expect(seconds).toBeGreaterThanOrEqual(Date.parse(date) / 1000);
});

test('a script finds the code that is wrong in one digit', () => {
  expect(['123456 0 1', '123459 5 3', '12345678 3 9'].map((args) => said(`near ${args}`))).toEqual([
    '223456',
    '123452',
    '12335678',
  ]);
});

test('a script finds the beginning of a later step of a code', () => {
  const paused = (date: string, n: number) =>
    Number(/\d+/.exec(said(`sleep() { :; }; pause_steps ${n}`, date))?.[0]);

  const waits = [paused('Fri, 27 Nov 2026 05:00:08 GMT', 1), paused('Fri, 27 Nov 2026 05:00:30 GMT', 2)];
  expect(waits[0]).toBeGreaterThanOrEqual(22);
  expect(waits[0]).toBeLessThanOrEqual(23);
  expect(waits[1]).toBeGreaterThanOrEqual(60);
});

test('an Error is distinguished from one that is nested in another object', () => {
  const isError = (body: string) => ran(['is_error 7; echo $?'], [{ body }]).stdout.trim();

  expect(isError('{"errorCode": "K", "message": "m", "more": {"a": 1}}')).toBe('0');
  expect(isError('{"error": {"errorCode": "K", "message": "m"}}')).toBe('1');
  expect(isError('{"errors": [{"errorCode": "K"}]}')).toBe('1');
});
