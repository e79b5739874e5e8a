import { describe, expect, test } from 'vitest';
import { framed } from '../../src/http/framing.js';

const chunks = '4\r\nabcd\r\n2;x=1\r\nef\r\n0\r\n';

describe('the bytes after a header section', () => {
  test.each<[string, Record<string, string>, string, string | undefined, string | undefined]>([
    ['of the declared length', { 'content-length': '3' }, 'abc', 'abc', undefined],
    ['beyond it', { 'content-length': '3' }, 'abcde', 'abc', '2 bytes more'],
    ['short of it', { 'content-length': '3' }, 'ab', undefined, undefined],
    ['of a length that is none', { 'content-length': 'x' }, 'ab', undefined, undefined],
    ['until the connection ends', {}, 'abc', 'abc', undefined],
    ['in chunks', { 'transfer-encoding': 'chunked' }, `${chunks}\r\n`, 'abcdef', undefined],
    [
      'in chunks, with a trailer',
      { 'transfer-encoding': 'chunked' },
      `${chunks}X: 1\r\n\r\n`,
      'abcdef',
      undefined,
    ],
    [
      'after the last chunk',
      { 'transfer-encoding': 'chunked' },
      `${chunks}\r\nabc`,
      'abcdef',
      '3 bytes more',
    ],
    ['short of the last chunk', { 'transfer-encoding': 'chunked' }, '4\r\nab', undefined, undefined],
    [
      'of two lengths',
      { 'content-length': '3', 'transfer-encoding': 'chunked' },
      'abc',
      'abc',
      'both Content-Length and Transfer-Encoding',
    ],
  ])('%s', (_, headers, bytes, content, beyond) => {
    const got = framed(headers, Buffer.from(bytes));

    expect(got?.content.toString()).toBe(content);
    expect(got?.beyond).toBe(beyond);
  });
});
