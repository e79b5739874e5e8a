import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decoded } from '../../src/wire/http/content-coding.js';

const content = Buffer.from('{"enabled":false}');
const decode = (coding: string, bytes: Buffer, largest = 1_000) =>
  decoded({ 'content-encoding': coding }, bytes, largest);

describe('content', () => {
  test.each([
    ['gzip', gzipSync(content)],
    ['GZIP', gzipSync(content)],
    ['deflate', deflateSync(content)],
    ['br', brotliCompressSync(content)],
    ['gzip, br', brotliCompressSync(gzipSync(content))],
    ['identity', content],
    ['', content],
  ])('coded as "%s" is decoded', (coding, bytes) => {
    expect(decode(coding, bytes).toString()).toBe(content.toString());
  });

  test('that is not what it is said to be stays as it came', () => {
    expect(decode('gzip', content)).toBe(content);
    expect(decode('gzip', gzipSync(content).subarray(0, 15)).length).toBe(15);
  });

  test('is not blown up beyond the largest that is read', () => {
    const bomb = gzipSync(Buffer.alloc(100_000));

    expect(decode('gzip', bomb, 1_000)).toBe(bomb);
  });
});
