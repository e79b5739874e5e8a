import { describe, expect, test } from 'vitest';
import { decodeBase32 } from '../../src/wire/otp/key-uri.js';
import { rfc4648 } from './vectors.js';

describe('decodeBase32', () => {
  test.each(rfc4648)('reads %s', (text, bytes) => {
    const bare = text.replaceAll('=', '');

    expect(Buffer.from(decodeBase32(text).bytes ?? []).toString()).toBe(bytes);
    expect(Buffer.from(decodeBase32(bare).bytes ?? []).toString()).toBe(bytes);
    expect(decodeBase32(bare).deviations).toEqual([]);
    expect(decodeBase32(text).deviations).toEqual(text === bare ? [] : ['is padded']);
  });

  test.each([
    ['', /is empty/],
    ['====', /is empty/],
    ['mzxw6ytb', /lower-case letters/],
    ['MZXW0YTB', /the digits 0, 1, 8 or 9/],
    ['MZXW 6YTB', /white space/],
    ['MZXW-6YTB', /hyphens/],
    ['MZ=W6YTB', /padding before the end/],
    ['MZXW/YTB', /other ASCII/],
    ['MZXWéYTB', /non-ASCII/],
    ['mzxw-6yt8', /lower-case letters, the digits 0, 1, 8 or 9 and hyphens/],
    ['MZX', /3 characters long/],
    ['M', /1 characters long/],
    ['MZXW6Y', /6 characters long/],
    ['MZXW6=', /1 padding characters where 3 are due/],
    ['MZXW6YQ==', /2 padding characters where 1 are due/],
    ['MZXW6YTB========', /8 padding characters where 0 are due/],
  ])('refuses %j in words that do not show it', (text, problem) => {
    const result = decodeBase32(text);

    expect(result.bytes).toBeUndefined();
    expect(result.problem).toMatch(problem);
    for (const run of text.match(/[A-Z2-7]{4,}/g) ?? []) expect(result.problem).not.toContain(run);
  });

  test('reports stray bits', () => {
    expect(decodeBase32('MZ').deviations).toEqual(['has stray bits after the last byte']);
    expect(decodeBase32('MY').deviations).toEqual([]);
    expect(decodeBase32('MY======').deviations).toEqual(['is padded']);
  });
});
