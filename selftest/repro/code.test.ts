import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { program } from '../cli/suite.js';

/** The key of RFC 6238, appendix B. */
const key = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

function code(input: string, ...args: string[]) {
  return spawnSync(process.execPath, [program, 'code', ...args], { input, encoding: 'utf8' });
}

describe('mfa-conformance code', () => {
  test('prints the code of a secret for a time', () => {
    expect(code(`${key}\n`, '--at', 'Thu, 01 Jan 1970 00:00:59 GMT').stdout).toBe('287082\n');
  });

  test('uses the parameters of a key URI, and steps from the time', () => {
    const uri = `otpauth://totp/lab:bob?secret=${key}&issuer=lab&digits=8`;

    expect(code(uri, '--at', '1970-01-01T00:00:29Z', '--step', '1').stdout).toBe('94287082\n');
    expect(code(uri, '--at', '1970-01-01T00:01:29Z', '--step', '-1').stdout).toBe('94287082\n');
  });

  test('uses the offset of a clock', () => {
    const offset = String(Math.round(59 - Date.now() / 1000));

    expect(code(key, '--offset', offset).stdout).toMatch(/^(?:287082|359152|755224)\n$/);
  });

  test.each([
    ['nothing', ''],
    ['no Base32', 'not base 32!'],
    ['a key URI without a secret', 'otpauth://totp/lab:bob'],
  ])('refuses %s without repeating it', (_what, input) => {
    const { status, stdout, stderr } = code(input);

    expect([status, stdout]).toEqual([2, '']);
    if (input !== '') expect(stderr).not.toContain(input);
  });
});
