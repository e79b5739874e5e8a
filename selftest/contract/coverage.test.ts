import { describe, expect, test } from 'vitest';
import { releaseNames } from '../../src/base/model/releases.js';
import { coverageUniverse, seenIn, undocumentedIn } from '../../src/contract/openapi/coverage.js';
import { loadContract } from '../../src/contract/openapi/load.js';

test('coverageUniverse holds the documented content of the first release', async () => {
  const universe = coverageUniverse(await loadContract('6.6.0d'));

  expect(universe.responses).toHaveLength(24);
  expect(universe.responses).toEqual(
    expect.arrayContaining(['UpdateMFAConfig 204', 'UpdateMFAConfig default', 'CreateSession 201']),
  );
  expect(universe.properties.filter((key) => key.startsWith('UpdateSupportMFAConfig 200 '))).toEqual([
    'UpdateSupportMFAConfig 200 /accountName',
    'UpdateSupportMFAConfig 200 /totpSecretKey',
    'UpdateSupportMFAConfig 200 /totpUri',
    'UpdateSupportMFAConfig 200 /enabled',
    'UpdateSupportMFAConfig 200 /mfaType',
    'UpdateSupportMFAConfig 200 /email',
  ]);
  expect(universe.properties.filter((key) => key.startsWith('UpdateMFAConfig'))).toEqual([
    'UpdateMFAConfig default /errorCode',
    'UpdateMFAConfig default /message',
  ]);
  expect(universe.enumValues).toEqual([
    'MfaConfigInfo.authenticationTypes=email',
    'MfaConfigInfo.authenticationTypes=totp',
    'SupportMfaConfigInfo.mfaType=email',
    'SupportMfaConfigInfo.mfaType=totp',
  ]);
  expect(universe.credentials).toEqual(['APIKeyHeader', 'none']);
  expect(universe.operations).toHaveLength(12);
});

test.each(releaseNames)('coverageUniverse names nothing twice in %s', async (release) => {
  for (const keys of Object.values(coverageUniverse(await loadContract(release)))) {
    expect(keys).toEqual([...new Set(keys)]);
  }
});

const contract = await loadContract('7.1.2_u3');

describe('seenIn', () => {
  const told = { enabled: true, mfaType: 'totp', totpUri: 'otpauth://totp/a', email: null, extra: 'K' };

  test.each([
    [
      'the members of a success',
      'UpdateSupportMFAConfig',
      told,
      ['totpUri', 'enabled', 'mfaType', 'email'],
      'SupportMfaConfigInfo.mfaType=totp',
    ],
    [
      'values of arrays',
      'GetMFAConfig',
      { authenticationTypes: ['totp', 'sms', 'totp'] },
      ['authenticationTypes'],
      'MfaConfigInfo.authenticationTypes=totp',
    ],
  ] as const)('lists %s', (_, operation, body, members, value) => {
    const properties = members.map((name) => `${operation} 200 /${name}`);

    expect(seenIn(contract, operation, 200, body)).toEqual({ properties, enumValues: [value] });
  });

  test('counts any 4xx and 5xx as the default answer', () => {
    for (const status of [400, 403, 500]) {
      expect(seenIn(contract, 'GetMFAConfig', status, { message: 'no' }).properties).toEqual([
        'GetMFAConfig default /message',
      ]);
    }
  });

  test.each([
    ['a status that is not documented', 'GetMFAConfig', 201, { enabled: true }],
    ['a redirect', 'GetMFAConfig', 302, { message: 'elsewhere' }],
    ['no body', 'GetMFAConfig', 200, undefined],
    ['a body of another type', 'GetMFAConfig', 200, 'enabled'],
    ['an array', 'GetMFAConfig', 200, [{ enabled: true }]],
    ['an operation that the release lacks', 'ConfigureSupportMFAConfig', 200, { enabled: true }],
  ] as const)('sees nothing in %s', (_, operation, status, body) => {
    expect(seenIn(contract, operation, status, body)).toEqual({ properties: [], enumValues: [] });
  });

  test('gives keys of the universe only', () => {
    const universe = coverageUniverse(contract);
    for (const { id, success, error } of contract.operations.values()) {
      for (const { status, properties } of [success, { status: 400, ...error }]) {
        const members = properties.map(({ pointer, enumValues: [value = 'x'] }) => [pointer.slice(1), value]);
        const seen = seenIn(contract, id, status, Object.fromEntries(members));

        expect(seen.properties).toHaveLength(properties.length);
        expect(universe.properties).toEqual(expect.arrayContaining(seen.properties));
        expect(universe.enumValues).toEqual(expect.arrayContaining(seen.enumValues));
      }
    }
  });
});

const both = { mfaType: 'sms', otpVerificationState: 'kSuccess' };
const types = (...authenticationTypes: string[]) => ({ authenticationTypes });

test.each<[string, Parameters<typeof undocumentedIn>[1], number, unknown, string[]]>([
  ['nothing in a documented answer', 'GetMFAConfig', 200, { enabled: true, ...types('totp') }, []],
  ['nothing in no object', 'GetMFAConfig', 200, [1], []],
  ['a property of a success', 'GetMFAConfig', 200, { links: { self: 1 } }, ['GetMFAConfig 200 /links']],
  ['a property of an Error', 'GetMFAConfig', 404, { code: 5 }, ['GetMFAConfig default /code']],
  ['a value', 'GetSupportMFAConfig', 200, both, ['SupportMfaConfigInfo.mfaType=sms']],
  ['one of a list', 'GetMFAConfig', 200, types('email', 'sms'), ['MfaConfigInfo.authenticationTypes=sms']],
  ['nothing of a status that the document does not name', 'GetMFAConfig', 206, { links: 1 }, []],
  ['nothing of an answer without a schema', 'SendEmailOtp', 204, { links: 1 }, []],
])('undocumented in answers is %s', (_, operation, status, body, expected) => {
  expect(undocumentedIn(contract, operation, status, body)).toEqual(expected);
});

test('undocumented in one answer: the first twenty are named', () => {
  const body = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`more${at}`, at]));

  expect(undocumentedIn(contract, 'GetMFAConfig', 200, body)).toHaveLength(20);
});
