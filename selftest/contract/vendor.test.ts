import { describe, expect, test } from 'vitest';
import { contractOf, cutDocument, loadContractFile } from '../../src/contract/openapi/load.js';
import { changedRelease, type Part, put, remove, written } from './vendor.js';

const load = (file: string) => loadContractFile(file, '7.1.2_u3');
const changed = (change: (document: Part) => void) => load(changedRelease(change));
const schema = (name: string, ...path: string[]) => ['components', 'schemas', name, ...path];

describe('operations are found', () => {
  test('by method and path, whatever their operationId', async () => {
    const { operations } = await changed((document) => {
      put(document, ['paths', '/mfa-config', 'get', 'operationId'], 'readIt');
      remove(document, ['paths', '/mfa-config', 'put', 'operationId']);
      put(document, ['paths', '/totp-key', 'post', 'operationId'], 'GetMFAConfig');
    });

    expect(operations.get('GetMFAConfig')?.path).toBe('/mfa-config');
    expect(operations.get('UpdateMFAConfig')?.method).toBe('PUT');
    expect(operations.get('CreateTotpKey')?.path).toBe('/totp-key');
  });

  test('by operationId if the path is another one', async () => {
    const file = changedRelease((document) => {
      put(document, ['paths', '/one-time-keys'], document['paths']?.['/totp-key']);
      remove(document, ['paths', '/totp-key']);
    });

    expect((await load(file)).operations.get('CreateTotpKey')?.path).toBe('/one-time-keys');
  });

  test("below the API's root, which some write into each path", async () => {
    const { operations } = await changed((document) => {
      const paths = Object.entries(document['paths'] ?? {}).map(([path, item]) => [`/v2${path}/`, item]);
      put(document, ['paths'], Object.fromEntries(paths));
    });

    expect(operations.size).toBe(12);
    expect(operations.get('GetSupportMFAConfig')?.path).toBe('/support-user/mfa');
  });

  test('and further ones with the tag of the MFA API are left out', async () => {
    const extra = { tags: ['MFA'], responses: { $ref: '#/nowhere' } };
    const contract = await changed((document) => put(document, ['paths', '/mfa-audit'], { get: extra }));

    expect(contract.operations.size).toBe(12);
  });
});

describe('a document may hold', () => {
  test('extra header parameters, integer formats and extensions with references to nothing', async () => {
    const region = { type: 'string', 'x-source': { $ref: '#/definitions/No' } };
    const parameters = [
      { name: 'accessClusterId', in: 'header', schema: { type: 'integer', format: 'int64' } },
      { name: 'regionId', in: 'header', schema: region },
    ];
    const contract = await changed((document) => {
      put(document, ['paths', '/mfa-config', 'parameters'], parameters);
      put(document, schema('TotpKeyInfo', 'properties', 'generation'), {
        type: 'integer',
        format: 'uint64',
        minimum: 0,
        example: { $ref: '#/definitions/No' },
        'x-omitempty': true,
      });
    });
    contract.compileAll();

    const answer = contract.operations.get('CreateTotpKey')?.success;
    expect(answer?.mismatches({ generation: 4 })).toEqual([]);
    expect(answer?.mismatches({ generation: 'four' })).toHaveLength(1);
  });

  test('schemas without a type, and required properties that another part declares', async () => {
    const contract = await changed((document) => {
      remove(document, schema('Error', 'type'));
      put(document, schema('UpdateMFAResult', 'allOf', '2'), { required: ['totpUri'] });
    });
    contract.compileAll();

    const answer = contract.operations.get('UpdateSupportMFAConfig')?.success;
    expect(answer?.mismatches({ enabled: true }).map(({ rule }) => rule)).toEqual([
      { keyword: 'required', demands: ['totpUri'], seen: 'object' },
    ]);
  });

  test('nullable beside a reference in allOf: null is accepted, with a note', async () => {
    const contract = await changed((document) =>
      put(document, schema('MfaConfigInfo', 'properties', 'support'), {
        nullable: true,
        allOf: [{ $ref: '#/components/schemas/SupportMfaConfigInfo' }],
      }),
    );

    const answer = contract.operations.get('GetMFAConfig')?.success;
    expect(answer?.mismatches({ support: null })).toEqual([]);
    expect(answer?.mismatches({ support: { enabled: 'yes' } })).toHaveLength(1);
    expect(contract.anomalies).toMatchObject([{ message: 'nullable without a type; null is accepted' }]);
  });

  test('several success statuses, and errors named one by one', async () => {
    const contract = await changed((document) => {
      const responses = document['paths']?.['/mfa-config']?.['get']?.['responses'] ?? {};
      put(responses, ['202'], { description: 'Later.' });
      put(responses, ['404'], { description: 'No.', content: responses['default']?.['content'] });
      put(responses, ['400'], { $ref: '#/components/responses/Error' });
      remove(responses, ['default']);
    });

    expect(contract.operations.get('GetMFAConfig')?.success.status).toBe(200);
    expect(contract.operations.get('GetMFAConfig')?.error.schemaName).toBe('Error');
    expect(contract.anomalies.map(({ message }) => message)).toEqual([
      'several 2xx statuses (200, 202); 200 is taken for the success',
      'no default response for errors: all error answers are judged by the 400 response',
    ]);
  });

  test('credentials by other names', async () => {
    const contract = await changed((document) => {
      put(document, ['components', 'securitySchemes'], {
        key: { type: 'apiKey', in: 'header', name: 'apikey' },
        token: { type: 'http', scheme: 'bearer' },
        oauth: { type: 'oauth2', flows: { $ref: '#/nowhere' } },
      });
      put(document, ['security'], [{ key: [] }, { token: [] }, { oauth: [] }]);
    });

    expect(contract.credentials).toEqual(['APIKeyHeader', 'Bearer']);
    expect(contract.operations.get('SendEmailOtp')?.security).toEqual(['APIKeyHeader', 'Bearer']);
  });

  test('a reference into another operation that has mistakes elsewhere', async () => {
    const file = changedRelease((document) => {
      const content = document['paths']?.['/mfa-config']?.['get']?.['responses']?.['200']?.['content'];
      const responses = { '200': { content }, '201': { $ref: '#/nowhere' } };
      put(document, ['paths', '/elsewhere'], { get: { responses } });
      put(document, ['paths', '/mfa-config', 'get', 'responses', '200', 'content'], {
        'application/json': {
          schema: { $ref: '#/paths/~1elsewhere/get/responses/200/content/application~1json/schema' },
        },
      });
    });

    expect((await load(file)).operations.get('GetMFAConfig')?.success.schemaName).toBe('MfaConfigInfo');
  });
});

const modern = (change: (document: Part) => void = () => {}) =>
  changedRelease((document) => {
    put(document, ['openapi'], '3.1.0');
    change(document);
  });

test('OpenAPI 3.1: types are lists, and references have siblings', async () => {
  const file = modern((document) => {
    const property = (name: string) => schema('TotpKeyInfo', 'properties', name);
    put(document, property('totpKeyName'), { type: ['string', 'null'], examples: ['a'] });
    put(document, schema('Tiny'), { type: 'string', maxLength: 9, 'unknown-word': 1 });
    put(document, property('totpKeyId'), { $ref: '#/components/schemas/Tiny', minLength: 2 });
    put(document, property('weight'), { type: 'number', exclusiveMinimum: 1 });
  });

  const contract = await load(file);
  contract.compileAll();

  const answer = contract.operations.get('CreateTotpKey')?.success;
  expect(answer?.mismatches({ totpKeyName: null, totpKeyId: 'abc', weight: 2 })).toEqual([]);
  expect(answer?.mismatches({ totpKeyName: 5 }).map(({ rule }) => rule)).toEqual([
    { keyword: 'type', demands: ['string', 'null'], seen: 'number' },
  ]);
  expect(answer?.mismatches({ totpKeyId: 'a' })).toHaveLength(1);
  expect(answer?.mismatches({ totpKeyId: 'a234567890' })).toHaveLength(1);
  expect(answer?.mismatches({ weight: 1 })).toHaveLength(1);
});

test('OpenAPI 3.1 is validated by its own specification', async () => {
  const file = modern((document) => put(document, ['paths', '/totp-key', 'post', 'responses'], 'none'));

  await expect(load(file)).rejects.toThrow(/document\.yaml:\d+:\d+: .*not valid OpenAPI/);
});

test('the excerpt is a complete document with the same meaning', async () => {
  const file = changedRelease((document) =>
    put(document, ['paths', '/huge'], { get: { $ref: '#/nowhere' } }),
  );
  const cut = contractOf(await cutDocument(file), '7.1.2_u3');

  const again = await load(written(JSON.stringify(cut.excerpt), 'contract.json'));

  expect(again.operations.size).toBe(12);
  const wrong = { authenticationTypes: ['pigeon'] };
  expect(again.operations.get('GetMFAConfig')?.success.mismatches(wrong)).toEqual(
    cut.operations.get('GetMFAConfig')?.success.mismatches(wrong),
  );
});
