import { describe, expect, test } from 'vitest';
import { operationsOf } from '../../emulator/operations/table.js';
import { releaseNames as emulated, releaseOf } from '../../emulator/releases.js';
import { releaseNames } from '../../src/base/model/releases.js';
import { loadContract } from '../../src/contract/openapi/load.js';
import { allProperties, rawDocument } from '../contract/raw.js';

test('the emulator knows the releases that there are documents of', () => {
  expect(emulated).toEqual(releaseNames);
});

describe.each(releaseNames)('what the emulator has of release %s is what the document says', (name) => {
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
    const documented = [...contract.operations.values()].map(({ id, method, path, request }) => ({
      id: String(id),
      call: `${method} ${path}`,
      bodyRequired: request?.required,
    }));

    const there = operationsOf(release).map(({ id, method, path, body }) => ({
      id: String(id),
      call: `${method} ${path}`,
      bodyRequired: body?.required,
    }));

    const byId = (a: { readonly id: string }, b: { readonly id: string }) => a.id.localeCompare(b.id);
    expect(there.sort(byId)).toEqual(documented.sort(byId));
  });

  test('mechanisms, in all three places', () => {
    expect(enumOf('SupportMfaConfigInfo', 'mfaType')).toEqual(release.mechanisms);
    expect(enumOf('MfaConfigInfo', 'authenticationTypes')).toEqual(release.mechanisms);
  });

  test('properties and credentials that came with a release', () => {
    expect({
      mfaCode: has('SupportMfaConfigInfo', 'mfaCode'),
      verificationState: has('SupportMfaConfigInfo', 'otpVerificationState'),
      taskLogId: has('Error', 'taskLogId'),
      bearer: 'Bearer' in (document.components?.securitySchemes ?? {}),
    }).toEqual({
      mfaCode: release.mfaCode,
      verificationState: release.verificationState,
      taskLogId: release.taskLogId,
      bearer: release.bearer,
    });
  });
});
