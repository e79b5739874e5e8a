import { describe, expect, test } from 'vitest';
import { releaseNames } from '../../src/base/model/releases.js';
import { coverageUniverse, seenIn } from '../../src/contract/openapi/coverage.js';
import { loadContract } from '../../src/contract/openapi/load.js';

describe('coverageUniverse', () => {
  test('holds the documented content of the first release', async () => {
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

  test.each(releaseNames)('names nothing twice in %s', async (release) => {
    for (const keys of Object.values(coverageUniverse(await loadContract(release)))) {
      expect(keys).toEqual([...new Set(keys)]);
    }
  });
});

describe('seenIn', async () => {
  const contract = await loadContract('7.1.2_u3');

  const told = {
    enabled: true,
    mfaType: 'totp',
    totpUri: 'otpauth://totp/a',
    email: null,
    extra: 'kSuccess',
  };

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
      for (const [status, answer] of [
        [success.status, success],
        [400, error],
      ] as const) {
        const names = answer.properties.map(({ pointer, enumValues }) => [
          pointer.slice(1),
          enumValues[0] ?? 'x',
        ]);
        const seen = seenIn(contract, id, status, Object.fromEntries(names));

        expect(seen.properties).toHaveLength(answer.properties.length);
        expect(universe.properties).toEqual(expect.arrayContaining(seen.properties));
        expect(universe.enumValues).toEqual(expect.arrayContaining(seen.enumValues));
      }
    }
  });
});
