import { describe, expect, test } from 'vitest';
import { operationsOf } from '../../emulator/operations/table.js';
import { releaseNames as emulated, releaseOf } from '../../emulator/releases.js';
import { releaseNames } from '../../src/base/model/releases.js';
import { loadContract } from '../../src/contract/openapi/load.js';
import { allProperties, rawDocument } from '../contract/raw.js';

test('the emulator knows every documented release', () => {
  expect(emulated).toEqual(releaseNames);
});

describe.each(releaseNames)('the emulator has of release %s what the document says', (name) => {
  const release = releaseOf(name);
  const document = rawDocument(name);
  const enumOf = (schema: string, property: string): unknown[] => {
    const found = new Map(allProperties(document, schema)).get(property);
    const values =
      found !== undefined && 'items' in found && 'enum' in found.items ? found.items.enum : found?.enum;
    return (values ?? []).filter((value) => value !== null);
  };
  const has = (schema: string, property: string) => new Map(allProperties(document, schema)).has(property);

  test('operations: method, path, whether a body is required', async () => {
    const contract = await loadContract(name);
    const documented = [...contract.operations.values()].map(
      ({ id, method, path, request }) => `${id}: ${method} ${path}, body required: ${request?.required}`,
    );

    const there = operationsOf(release).map(
      ({ id, method, path, body }) => `${id}: ${method} ${path}, body required: ${body?.required}`,
    );

    expect(there.sort()).toEqual(documented.sort());
  });

  test('mechanisms, in all three places', () => {
    expect(enumOf('SupportMfaConfigInfo', 'mfaType')).toEqual(release.mechanisms);
    expect(enumOf('MfaConfigInfo', 'authenticationTypes')).toEqual(release.mechanisms);
  });

  test('properties and credentials that came with a release', () => {
    expect(release).toMatchObject({
      mfaCode: has('SupportMfaConfigInfo', 'mfaCode'),
      verificationState: has('SupportMfaConfigInfo', 'otpVerificationState'),
      taskLogId: has('Error', 'taskLogId'),
      bearer: 'Bearer' in (document.components?.securitySchemes ?? {}),
    });
  });
});
