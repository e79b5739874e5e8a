import { expect, test } from 'vitest';
import { Renamed } from '../../src/contract/judging/renamed.js';
import { loadContract } from '../../src/contract/openapi/load.js';

const types = ['totp', 'email'];
const put = {
  operation: 'UpdateMFAConfig',
  requestJson: { enabled: true, authenticationTypes: types },
} as const;
const get = { operation: 'GetMFAConfig', requestJson: undefined } as const;

test('a value that was set is found under another name, until its own was seen', async () => {
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
