import { expect, test } from 'vitest';
import { framed } from '../../src/wire/http/raw-answer.js';
import { rows } from '../tool/rows.js';

const chunks = '4\r\nabcd\r\n2;x=1\r\nef\r\n0\r\n';

test.each(rows`
    of the declared length | content-length: 3 | abc | abc
    beyond it | content-length: 3 | abcde | abc | 2 bytes more
    short of it | content-length: 3 | ab
    of an invalid length | content-length: x | ab | ab | no single length (Content-Length: x)
    of a length that is empty | ${'content-length: '} | ab | ab | no single length (Content-Length: )
    of a length in other digits | content-length: 0x2 | ab | ab | no single length (Content-Length: 0x2)
    of different lengths | content-length: 2, 3 | abc | abc | no single length (Content-Length: 2, 3)
    of one length twice | content-length: 2, 2 | ab | ab | no single length (Content-Length: 2, 2)
    of a coding that does not tell its end | transfer-encoding: chunked, gzip | ab | ab
    of several codings, the last in chunks | transfer-encoding: gzip, Chunked | ${`${chunks}\r\n`} | abcdef
    until the connection ends |  | abc | abc
    in chunks | transfer-encoding: chunked | ${`${chunks}\r\n`} | abcdef
    in chunks, with a trailer | transfer-encoding: chunked | ${`${chunks}X: 1\r\n\r\n`} | abcdef
    after the last chunk | transfer-encoding: chunked | ${chunks}\r\nabc | abcdef | 3 bytes more
    short of the last chunk | transfer-encoding: chunked | 4\r\nab
    of a length and chunks | content-length: 3; transfer-encoding: chunked | ${`${chunks}\r\n`} | abcdef | both Content-Length and Transfer-Encoding
    of an invalid length and invalid chunks | content-length: 3; transfer-encoding: chunked | abc | abc | both Content-Length and Transfer-Encoding
  `)('the bytes after a header section: %s', (_, fields, bytes, content, beyond) => {
  const all = fields.split('; ').filter(Boolean);
  const headers = Object.fromEntries(all.map((field) => field.split(': ')));
  const got = framed(headers, Buffer.from(bytes));

  expect(got?.content.toString()).toBe(content);
  expect(got?.beyond).toBe(beyond);
});
