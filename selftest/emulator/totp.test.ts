import { expect, test } from 'vitest';
import { toBase32, totp } from '../../emulator/totp.js';
import { algorithms, rfc4648, rfc6238, seeds } from '../otp/vectors.js';
import { fromBase32 } from './tools.js';

test.each(rfc6238)('one-time codes: RFC 6238: second %i', (second, ...codes) => {
  const code = (algorithm: (typeof algorithms)[number]) =>
    totp(Buffer.from(seeds[algorithm]), second * 1000, { algorithm, digits: 8, period: 30 });

  expect(algorithms.map(code)).toEqual(codes);
});

test.each(rfc4648)('one-time codes: RFC 4648 without padding: %s', (padded, text) => {
  const base32 = padded.replaceAll('=', '');

  expect(toBase32(Buffer.from(text))).toBe(base32);
  expect(fromBase32(base32).toString()).toBe(text);
});
