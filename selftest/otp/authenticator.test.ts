import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ArrangeError } from '../../src/base/errors.js';
import { Authenticator } from '../../src/wire/otp/authenticator.js';
import { parseKeyUri } from '../../src/wire/otp/key-uri.js';
import { algorithms, rfc6238, seeds } from './vectors.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const seed = seeds.SHA1;
const now = 1_800_000_000_000;

test.each(rfc6238)('codes: RFC 6238: second %i', (second, ...codes) => {
  const of = (algorithm: (typeof algorithms)[number]) => {
    const authenticator = new Authenticator({ secret: bytes(seeds[algorithm]), digits: 8, algorithm });
    return authenticator.codeAt(authenticator.stepAt(second * 1000));
  };

  expect(algorithms.map(of)).toEqual(codes);
});

test('codes follow the URI, also with short secrets and odd periods', () => {
  const { keyUri } = parseKeyUri('otpauth://totp/a?secret=GEZDGNBV&digits=7&period=17&algorithm=SHA256');
  if (keyUri === undefined) throw new Error('the URI is good');
  const fromUri = Authenticator.fromKeyUri(keyUri);
  const byHand = new Authenticator({ secret: bytes('12345'), digits: 7, period: 17, algorithm: 'SHA256' });

  expect(fromUri.codeAt(5)).toMatch(/^\d{7}$/);
  expect(fromUri.codeAt(5)).toBe(byHand.codeAt(5));
  expect(fromUri.stepAt(17_000 * 3 - 1)).toBe(2);
  expect(fromUri.startOf(2)).toBe(34_000);
});

test('codes: a secret that is not Base32 is an arrange error that does not show it', () => {
  const make = () => new Authenticator({ secret: 'gezdgnbvgy3tqoj0' });

  expect(make).toThrow(ArrangeError);
  expect(make).not.toThrow(/gezd/);
});

describe('wrong codes', () => {
  const authenticator = new Authenticator({ secret: bytes(seed) });

  test('are well formed and none of those around now', () => {
    const step = authenticator.stepAt(now);
    const near = new Set(Array.from({ length: 51 }, (_, index) => authenticator.codeAt(step - 25 + index)));

    for (let round = 0; round < 20; round++) {
      const code = authenticator.wrongCode(now);
      expect(code).toMatch(/^\d{6}$/);
      expect(near).not.toContain(code);
    }
  });

  test.each([
    ['first', 0],
    ['last', 5],
  ] as const)('almost right differ from the current one in the %s digit alone', (place, at) => {
    const right = authenticator.codeAt(authenticator.stepAt(now));
    const code = authenticator.almostCode(now, place);
    expect([...code].flatMap((digit, index) => (digit === right[index] ? [] : [index]))).toEqual([at]);
    expect(code).toMatch(/^\d{6}$/);
  });

  test("of steps far away are those steps' codes", () => {
    expect(authenticator.codeOfSteps(now, -20)).toBe(authenticator.codeAt(authenticator.stepAt(now) - 20));
    expect(authenticator.codeOfSteps(now, 20)).toBe(authenticator.codeAt(authenticator.stepAt(now) + 20));
  });

  test('are none of those that the target may accept', () => {
    for (const delta of [-2, -1, 0, 1, 2]) expect(authenticator.codeOfSteps(now, delta)).toBeUndefined();
    expect(authenticator.codeOfSteps(30_000, -20)).toBeUndefined();
    // With steps of ten seconds, a minute is six steps.
    const quick = new Authenticator({ secret: bytes(seed), period: 10 });
    expect(quick.codeOfSteps(now, 6)).toBeUndefined();
    const slow = new Authenticator({ secret: bytes(seed), period: 60 });
    expect(slow.codeOfSteps(now, 2)).toBeUndefined();
    expect(quick.codeOfSteps(now, 7)).toMatch(/^\d{6}$/);
  });
});

test('a used step is not offered again, unlike its neighbours, and no step before the epoch is', () => {
  const authenticator = new Authenticator({ secret: bytes(seed) });
  authenticator.markUsed(authenticator.stepAt(now));

  expect([-1, 0, 1].map((steps) => authenticator.isUnused(now, steps))).toEqual([true, false, true]);
  expect(authenticator.isUnused(now + 30_000, -1)).toBe(false);
  expect(authenticator.isUnused(now + 30_000, 0)).toBe(true);
  expect(authenticator.isUnused(0, -1)).toBe(false);
});

test('shows no secret', () => {
  const authenticator = new Authenticator({ secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' });

  expect(`${JSON.stringify({ authenticator })} ${inspect({ authenticator })}`).not.toMatch(/GEZD|49, 50/);
});
