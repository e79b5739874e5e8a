import { expect, test } from 'vitest';
import { ArrangeError } from '../../src/base/errors.js';
import { loadContract } from '../../src/contract/openapi/load.js';
import { Codes } from '../../src/target/connection/codes.js';
import { Recorder } from '../../src/target/connection/recorder.js';
import { Authenticator } from '../../src/wire/otp/authenticator.js';

const contract = await loadContract('7.1.2_u3');
const secret = new TextEncoder().encode('12345678901234567890');

function codesFromOne({ at = 30_000, apartMs = 0 } = {}): Codes {
  let now = at;
  const clock = {
    now: () => now,
    offsetMs: 0,
    known: true,
    canMove: false,
    jumps: 0,
    apartMs,
    learn: async () => {},
    advance: async () => {},
  };
  const letPass = async (ms: number) => {
    now += ms;
  };
  return new Codes(clock, { letPass }, new Recorder(contract));
}

test('a code that another key also has is passed over', async () => {
  // With hour-long steps, the codes of the first three steps (RFC 4226, Appendix D) are right for the other key now.
  const other = new Authenticator({ secret, period: 3600 });

  expect(await codesFromOne().unlike(new Authenticator({ secret }), other)).toBe('969429');
});

test('a code with a leading zero is sought in the first unused step', async () => {
  const codes = codesFromOne();
  const isLaterZero = (key: Authenticator) => {
    const step = codes.currentStep(key);
    return [0, 1, 2].every((n) => key.codeAt(step + n).startsWith('0') === (n === 2));
  };
  const secrets = Array.from({ length: 256 }, (_, n) => new Uint8Array(20).fill(n));
  const keys = secrets.map((secret) => new Authenticator({ secret }));
  const key = keys.find(isLaterZero) ?? new Authenticator({ secret });
  const step = codes.currentStep(key);

  expect(await codes.reachLeadingZero(key, 0)).toBeUndefined();
  key.markUsed(step);
  key.markUsed(step + 1);

  expect(await codes.reachLeadingZero(key, 0)).toBe(key.codeAt(step + 2));
  expect(codes.currentStep(key)).toBe(step + 2);
});

test('keys that never differ are reported as the same, without a wait', async () => {
  const key = new Authenticator({ secret });
  const codes = codesFromOne();
  const step = codes.currentStep(key);

  await expect(codes.unlike(key, key)).rejects.toThrow(ArrangeError);

  expect(codes.currentStep(key)).toBe(step);
});

test.each([
  ['in the middle of a step', 15_000, 0, 3, 3],
  ['at its beginning', 1_000, 0, 4, 3],
  ['at its end', 29_000, 0, 3, 4],
  ['of nodes 25 s apart', 15_000, 25_000, 4, 4],
  ['of nodes 25 s apart, at its end', 29_000, 25_000, 3, 4],
  ['of nodes 30 s apart, at its beginning', 1_000, 30_000, 5, 4],
])('the nearest code beyond any window %s', (_, intoStep, apartMs, before, after) => {
  const key = new Authenticator({ secret });
  const codes = codesFromOne({ at: 100 * 30_000 + intoStep, apartMs });

  expect(codes.beyondWindow(key, -1)).toBe(key.codeAt(100 - before));
  expect(codes.beyondWindow(key, 1)).toBe(key.codeAt(100 + after));
});
