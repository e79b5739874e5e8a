import { expect, test } from 'vitest';
import { readJsonBody } from '../../src/contract/judging/json-body.js';
import { Renamed } from '../../src/contract/judging/renamed.js';
import { secretsIn } from '../../src/contract/judging/secrets-in.js';
import { loadContract } from '../../src/contract/openapi/load.js';

const read = (text: string) => readJsonBody(Buffer.from(text));
const nested = (depth: number, inner: string) =>
  `${'{"a":['.repeat(depth / 2)}${inner}${']}'.repeat(depth / 2)}`;

test('a body that is nested too deeply is not read, whatever its size', () => {
  expect(read(nested(400_000, '1'))).toMatchObject({ isJson: false, value: undefined });
  expect(read('['.repeat(2_400_000)).isJson).toBe(false);
});

test('the depth of a body counts nested brackets only, not those in texts or beside each other', () => {
  expect(read(JSON.stringify({ a: '['.repeat(1000), b: '\\"[['.repeat(1000) })).isJson).toBe(true);
  expect(read(`[${'[],'.repeat(1000)}[]]`).isJson).toBe(true);
});

test('the depth limit is far beyond answers of the API, so their secrets are found', () => {
  const { value } = read(nested(200, '{"password":"hunter2"}'));
  expect(secretsIn(read(nested(180, '{"password":"hunter2"}')).value)).toEqual([['hunter2', 'password']]);
  expect(value).toBeUndefined();
});

test.each([
  ['{"a":1,"b":{"a":2}}', 'none'],
  ['{"a":{"b":[1]},"a":{"b":[1]}}', 'equal'],
  ['{"a":{"b":1,"b":2}}', 'contrary'],
  ['{"a":1,"\\u0061":2,"b":1,"b":1}', 'contrary'],
  ['{"a":"1","a":1}', 'contrary'],
])('%s: repeated members are %s', (text, duplicates) => {
  expect(read(text)).toMatchObject({ isJson: true, duplicates });
});

const types = ['totp', 'email'];
const json = { enabled: true, authenticationTypes: types };
const put = { operation: 'UpdateMFAConfig', json } as const;
const get = { operation: 'GetMFAConfig', json: undefined } as const;

test('a stored value is found under another name until its own name was seen', async () => {
  const contract = await loadContract('7.1.2_u3');
  const renamed = new Renamed();
  const seen = (body: object) => renamed.seen(contract, get, 200, body).map(({ breach }) => breach);

  expect(seen({ authTypes: types })).toEqual([]);
  expect(renamed.seen(contract, put, 204, undefined)).toEqual([]);
  expect(seen({ enabled: true, authTypes: [...types].reverse() })).toEqual([
    { kind: 'renamed', name: 'authenticationTypes', seen: 'authTypes' },
  ]);
  expect(seen({ enabled: true, authTypes: ['totp'], isOn: true })).toEqual([]);
  expect(seen({ authenticationTypes: null, authTypes: types })).toEqual([]);
  expect(seen({ authTypes: types })).toEqual([]);
});
