import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../src/base/package-root.js';
import { readQuickly } from '../../src/contract/openapi/document.js';

const releases = join(packageRoot(), 'spec', 'releases');

describe('agrees with the reader that knows places', () => {
  test.each(readdirSync(releases))('of %s', (name) => {
    const text = readFileSync(join(releases, name), 'utf8');

    expect(readQuickly(text)).toEqual(parse(text));
  });

  test.each([
    ...['200', '0o17', '017', '0x1F', '0b1', '1_000', '-0', '+12', '1e3', '1.', '.5', '-.5e-3', '12e03'],
    ...['.inf', '-.INF', '.nan', '.NaN', '1:20', '0.0', '9007199254740993', '1,000', '0x', '1e', '.'],
    ...['true', 'True', 'TRUE', 'tRUE', 'yes', 'off', 'null', 'Null', '~', 'NULL', '', 'nul'],
    ...['2001-12-15', '2001-12-15T02:59:43.1Z', '<<', '=', '"200"', "'~'", '@a', '"\\u00e9\\n"'],
  ])('of the value %s, and as a key', (scalar) => {
    const texts = [`x: ${scalar}`, `? ${scalar}\n: y`, `x: [${scalar}, a]`];

    for (const text of texts) {
      const read = readQuickly(text);
      if (read !== undefined) expect(read).toEqual(parse(text));
    }
  });

  test.each([
    'a: |\n  one\n  two\n\nb: >-\n  three\n  four\n',
    'a: one\n  two\n\n  three\n# said\nb: "four\\\n  five"\n',
    'a:\n- 1\n- - 2\n  - b: {c: d, "e": [f]}\n',
    '---\na: b\n...\n',
    'a: "\\x41\\t"\r\nb: c\r\n',
    '__proto__: {a: b}\nconstructor: c\n',
  ])('of %j', (text) => {
    expect(readQuickly(text)).toEqual(parse(text));
  });
});

describe('leaves to the reader with places', () => {
  test.each([
    ['malformed YAML', 'a: [b'],
    ['a list', '- a\n- b\n'],
    ['an alias', 'a: &one b\nc: *one\n'],
    ['a tag that it does not know', 'a: !vendor b\n'],
    ['a key that stands twice', 'a: 1\na: 2\n'],
    ['a key that is null', 'a: b\n~: c\n'],
    ['several documents', 'a: b\n---\nc: d\n'],
    ['what is nested deeply', `a: ${'['.repeat(150)}${']'.repeat(150)}`],
    ['what has very many keys in one place', Array.from({ length: 10_001 }, (_, n) => `k${n}: 1`).join('\n')],
  ])('%s', (_, text) => {
    expect(readQuickly(text)).toBeUndefined();
  });
});
