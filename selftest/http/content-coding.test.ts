import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { acceptsCodings, decoded } from '../../src/wire/http/content-coding.js';

const content = Buffer.from('{"enabled":false}');
const decode = (coding: string, bytes: Buffer, largest = 1_000) =>
  decoded({ 'content-encoding': coding }, bytes, largest).content;

describe('content', () => {
  test.each([
    ['gzip', gzipSync(content)],
    ['GZIP', gzipSync(content)],
    ['deflate', deflateSync(content)],
    ['deflate', deflateRawSync(content)],
    ['br', brotliCompressSync(content)],
    ['gzip, br', brotliCompressSync(gzipSync(content))],
    ['identity', content],
    ['', content],
  ])('coded as "%s" is decoded', (coding, bytes) => {
    expect(decode(coding, bytes).toString()).toBe(content.toString());
  });

  test('that is not coded as declared stays unchanged', () => {
    expect(decode('gzip', content)).toBe(content);
    expect(decode('gzip', gzipSync(content).subarray(0, 15)).length).toBe(15);
  });

  test('is not blown up beyond the largest that is read', () => {
    const bomb = gzipSync(Buffer.alloc(100_000));

    expect(decode('gzip', bomb, 1_000)).toBe(bomb);
  });

  test.each([
    ['gzip', content, { declared: 'gzip', seen: null }],
    ['br', gzipSync(content), { declared: 'br', seen: null }],
    ['', gzipSync(content), { declared: null, seen: 'gzip' }],
    ['', deflateSync(content), { declared: null, seen: 'deflate' }],
    ['', brotliCompressSync(content), { declared: null, seen: 'br' }],
    ['gzip', gzipSync(content), undefined],
    ['gzip', Buffer.alloc(0), undefined],
    ['gzip', gzipSync(Buffer.alloc(100_000)), undefined],
    ['', Buffer.from('\ufeff{}'), undefined],
    ['', Buffer.from([0xe4, 0xf6, 0xfc]), undefined],
  ])('declared as "%s" is checked', (coding, bytes, miscoded) => {
    expect(decoded({ 'content-encoding': coding }, bytes, 1_000).miscoded).toEqual(miscoded);
  });
});

test('every third kind of request accepts compressed answers, the same ones of one seed', () => {
  const drawn = (seed: number) =>
    Array.from({ length: 300 }, (_, at) => acceptsCodings(seed, `GET /path-${at}`));

  expect(drawn(7)).toEqual(drawn(7));
  expect(drawn(7)).not.toEqual(drawn(8));
  expect(Math.abs(drawn(7).filter(Boolean).length - 100)).toBeLessThan(30);
});
