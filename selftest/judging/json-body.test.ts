import { describe, expect, test } from 'vitest';
import { readJsonBody } from '../../src/contract/judging/json-body.js';
import { secretsIn } from '../../src/contract/judging/secrets-in.js';

const read = (text: string) => readJsonBody(Buffer.from(text));
const nested = (depth: number, inner: string) =>
  `${'{"a":['.repeat(depth / 2)}${inner}${']}'.repeat(depth / 2)}`;

describe('a body that is nested deeper than anybody reads', () => {
  test('is not read, however large it is', () => {
    expect(read(nested(400_000, '1'))).toMatchObject({ isJson: false, value: undefined });
    expect(read('['.repeat(2_400_000)).isJson).toBe(false);
  });

  test('counts nested brackets only, not those in texts or beside each other', () => {
    expect(read(JSON.stringify({ a: '['.repeat(1000), b: '\\"[['.repeat(1000) })).isJson).toBe(true);
    expect(read(`[${'[],'.repeat(1000)}[]]`).isJson).toBe(true);
  });

  test('begins far beyond any answer of the API, whose secrets are found', () => {
    const { value } = read(nested(200, '{"password":"hunter2"}').replace(/^/, ''));
    expect(secretsIn(read(nested(180, '{"password":"hunter2"}')).value)).toEqual([['hunter2', 'password']]);
    expect(value).toBeUndefined();
  });
});

test.each([
  ['{"a":1,"b":{"a":2}}', 'none'],
  ['{"a":{"b":[1]},"a":{"b":[1]}}', 'equal'],
  ['{"a":{"b":1,"b":2}}', 'contrary'],
  ['{"a":1,"\\u0061":2,"b":1,"b":1}', 'contrary'],
  ['{"a":"1","a":1}', 'contrary'],
])('%s: members of one name have values that are %s', (text, duplicates) => {
  expect(read(text)).toMatchObject({ isJson: true, duplicates });
});
