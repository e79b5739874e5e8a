import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { releaseNames } from '../../src/base/model/releases.js';
import {
  type BodyKind,
  invalidBodies,
  sendable,
  validBodies,
} from '../../src/contract/openapi/arbitraries.js';
import type { RequestBody } from '../../src/contract/openapi/contract.js';
import { findCounterexample } from '../../src/contract/openapi/counterexample.js';
import { loadContract, loadContractFile } from '../../src/contract/openapi/load.js';
import type { OperationId } from '../../src/contract/openapi/operations.js';
import { isObject } from '../../src/contract/openapi/pointers.js';
import { changedRelease, put } from './vendor.js';

async function requestOf(id: OperationId, contract = loadContract('7.1.2_u3')): Promise<RequestBody> {
  const request = (await contract).operations.get(id)?.request;
  if (request === undefined) throw new Error(`${id} has no body`);
  return request;
}

const words = (kinds: readonly BodyKind[]) => kinds.map(({ what }) => what);

function samples(kinds: readonly BodyKind[], numRuns = 20): unknown[] {
  return kinds.flatMap(({ bodies }) => fc.sample(bodies, { numRuns, seed: 7 }));
}

const asText = (schema: object) =>
  JSON.stringify(schema, (_, value: unknown) => (value instanceof Map ? [...value] : value));

/** The requests of all releases, those with equal schemas once. */
const requests = new Map<string, { readonly id: OperationId; readonly request: RequestBody }>();
for (const release of releaseNames)
  for (const { id, request } of (await loadContract(release)).operations.values())
    if (request !== undefined) requests.set(`${id} ${asText(request.schema)}`, { id, request });

describe('bodies of each operation', () => {
  test.each([...requests.values()])('are valid or invalid as their kind says: $id', ({ request }) => {
    const right = samples(validBodies(request.schema, request));
    const [base] = right.filter(isObject);
    const wrong = samples(invalidBodies(request.schema, request, base ?? {}));

    expect(right.filter((body) => request.mismatches(body).length > 0)).toEqual([]);
    expect(wrong.filter((body) => request.mismatches(body).length === 0)).toEqual([]);
    expect(right.length).toBeGreaterThan(60);
    expect(wrong.length).toBeGreaterThan(60);
  });

  test.each([...requests.values()])('are the same after JSON: $id', ({ request }) => {
    const sent = samples(validBodies(request.schema, request), 5);

    expect(JSON.parse(JSON.stringify(sent))).toEqual(sent);
  });
});

describe('bodies of PUT /mfa-config', async () => {
  const request = await requestOf('UpdateMFAConfig');
  const base = { enabled: false, authenticationTypes: ['totp'], retainUserMfaSettings: true };

  test('are valid in every way that the schema allows', () => {
    expect(words(validBodies(request.schema, request))).toEqual([
      'no property that is not required',
      'enabled is any value of its own',
      'authenticationTypes is null',
      'authenticationTypes is empty',
      'authenticationTypes is a list with repetitions',
      'retainUserMfaSettings is null',
      'retainUserMfaSettings is any value of its own',
      'a property that the document does not know',
      'anything',
      'anything else',
    ]);
  });

  test('are wrong in one place: by each other type, null, a value outside the enumeration', () => {
    const kinds = words(invalidBodies(request.schema, request, base));

    expect(kinds).toEqual(
      expect.arrayContaining([
        'enabled is a number',
        'enabled is a string',
        'enabled is an array',
        'enabled is an object',
        'enabled is null',
        'authenticationTypes is a string',
        'authenticationTypes is a list with an item that is outside its enumeration',
        'retainUserMfaSettings is a string',
        'the body is not an object',
      ]),
    );
    expect(kinds).not.toContain('authenticationTypes is null');
    expect(kinds).not.toContain('enabled is a boolean');
  });

  test.each([
    ['right', validBodies(request.schema, request, { enabled: false })],
    ['wrong', invalidBodies(request.schema, request, base, ['enabled'])],
  ])('that are %s have the fixed properties', (_, kinds) => {
    const bodies = samples(kinds).filter(isObject);

    expect(bodies.length).toBeGreaterThan(100);
    expect(bodies.filter((body) => body['enabled'] !== false)).toEqual([]);
  });
});

test('bodies of the other operations lack required properties if invalid', async () => {
  const request = await requestOf('CreateAccessToken');
  const kinds = words(invalidBodies(request.schema, request, { username: 'a', password: 'b' }));

  expect(kinds).toEqual(expect.arrayContaining(['username is left out', 'password is left out']));
});

test('bodies of the other operations have texts that are empty, long and not of ASCII', async () => {
  const request = await requestOf('CreateTotpKey');
  const names = samples(validBodies(request.schema, request)).filter(isObject);
  const texts = names.map((body) => body['totpKeyName']).filter((name) => typeof name === 'string');

  expect(texts).toContain('');
  expect(texts.some((text) => text.length > 500)).toBe(true);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII, control characters included
  expect(texts.some((text) => !/^[\u0000-\u007f]*$/.test(text))).toBe(true);
});

test('bodies of the other operations never hold a read-only property', async () => {
  const { schema } = await requestOf('UpdateSupportMFAConfig', loadContract('latest'));

  const sent = sendable(schema).map(([name]) => name);
  expect(sent).not.toContain('isQuorumManaged');
  expect(sent).toContain('mfaCode');
});

const requestBy = async (schema: object) => {
  const path = ['paths', '/totp-key', 'post', 'requestBody', 'content', 'application/json', 'schema'];
  const file = changedRelease((document) => put(document, path, schema));
  return requestOf('CreateTotpKey', loadContractFile(file, '7.1.2_u3'));
};
const required = (property: object) => ({
  type: 'object',
  required: ['code'],
  properties: { code: property, note: { type: 'string' } },
});

test.each<[string, object]>([
  ['a length that nothing has', required({ type: 'string', minLength: 5, maxLength: 2 })],
  ['a pattern that nothing matches', required({ type: 'string', pattern: 'a^b' })],
  ['contradicting parts', { allOf: [required({ type: 'string' }), required({ type: 'boolean' })] }],
  ['a schema that refuses everything', { not: {} }],
  ['a length beyond all memory', required({ type: 'string', minLength: 2 ** 31 })],
  ['a pattern beyond all memory', required({ type: 'string', pattern: '^((a{999}){999}){999}$' })],
])('bodies of a schema with limits are left out for %s', async (_, schema) => {
  const request = await requestBy(schema);

  expect(validBodies(request.schema, request)).toEqual([]);
  expect(samples(invalidBodies(request.schema, request, {})).length).toBeGreaterThan(0);
});

test.each<[string, object]>([
  ['a pattern', required({ type: 'string', pattern: '^[0-9a-f]{32}$' })],
  ['a length', required({ type: 'string', minLength: 50, maxLength: 60 })],
  ['a range', required({ type: 'integer', minimum: 100_000, maximum: 100_009 })],
  ['a count of items', required({ type: 'array', items: { type: 'string' }, minItems: 20 })],
  ['a count of properties', { ...required({ type: 'string', minLength: 1 }), minProperties: 2 }],
  ['two parts', { allOf: [required({ minLength: 9 }), required({ type: 'string', maxLength: 12 })] }],
])('bodies of a schema with limits are made for %s', async (_, schema) => {
  const request = await requestBy(schema);
  const right = samples(validBodies(request.schema, request), 3);

  expect(right.length).toBeGreaterThan(0);
  expect(right.filter((body) => request.mismatches(body).length > 0)).toEqual([]);
  expect(words(validBodies(request.schema, request))).not.toContain('code is empty');
});

describe('the search', async () => {
  const request = await requestOf('CreateTotpKey');
  const kinds = validBodies(request.schema, request);
  const search = { seed: 1, most: 25, shrinks: 200 };
  const nameOf = (body: unknown) => (isObject(body) ? String(body['totpKeyName'] ?? '') : '');

  test('finds nothing if all bodies pass, after one of each kind', async () => {
    const seen: unknown[] = [];

    const found = await findCounterexample(kinds, search, async (body) => void seen.push(body));

    expect(found).toBeUndefined();
    expect(seen).toHaveLength(kinds.length);
  });

  test('finds the simplest body that fails', async () => {
    const found = await findCounterexample(kinds, search, async (body) =>
      nameOf(body).length >= 600 ? 'too long for it' : undefined,
    );

    expect(found).toMatchObject({ what: 'totpKeyName is long', breach: 'too long for it' });
    expect(nameOf(found?.body)).toBe('a'.repeat(600));
    expect(found?.shrinks).toBeGreaterThan(0);
  });

  test('tries the same bodies for the same seed, others for another', async () => {
    const bodiesOf = async (seed: number) => {
      const seen: unknown[] = [];
      await findCounterexample(kinds, { ...search, seed }, async (body) => void seen.push(body));
      return seen;
    };

    expect(await bodiesOf(5)).toEqual(await bodiesOf(5));
    expect(await bodiesOf(5)).not.toEqual(await bodiesOf(6));
  });

  test('keeps to its limits', async () => {
    const tries = async (most: number, shrinks: number, longest: number) => {
      let tried = 0;
      await findCounterexample(kinds, { seed: 3, most, shrinks }, async (body) => {
        tried += 1;
        return nameOf(body).length > longest ? 'long' : undefined;
      });
      return tried;
    };

    expect(await tries(4, 0, Number.POSITIVE_INFINITY)).toBe(4);
    expect(await tries(25, 5, 100)).toBeLessThanOrEqual(kinds.length + 5);
  });

  test('throws the error of the trial', async () => {
    const ended = findCounterexample(kinds, search, async () => {
      throw new RangeError('no answer');
    });

    await expect(ended).rejects.toThrow('no answer');
  });
});
