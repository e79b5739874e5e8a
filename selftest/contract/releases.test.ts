import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import SwaggerParser from '@apidevtools/swagger-parser';
import type { OpenAPIV3 } from 'openapi-types';
import { describe, expect, test } from 'vitest';
import { releaseNames } from '../../src/base/model/releases.js';
import { packageRoot } from '../../src/base/package-root.js';
import { temporaryFolder } from '../cli/suite.js';
import { expectedCredentials, expectedOperations, expectedProperties } from './expected.js';
import {
  answerOf,
  isReference,
  namedSchemas,
  operationsIn,
  ownProperties,
  rawDocument,
  referenced,
} from './raw.js';

const namesFolder = (file: string) => (file.endsWith('.ts') ? 'src/base/model' : 'spec');

test.each([
  ['the releases', 'generate-releases.mjs', () => 'spec/releases'],
  ['their names', 'generate-release-names.mjs', namesFolder],
])('generating gives exactly the files that are checked in: %s', (_, script, folderOf) => {
  const out = temporaryFolder();

  execFileSync(process.execPath, [join(packageRoot(), 'scripts', script), '--out', out]);

  const checkedIn = (file: string) => readFileSync(join(packageRoot(), folderOf(file), file), 'utf8');
  const files = readdirSync(out);
  for (const file of files) expect(readFileSync(join(out, file), 'utf8'), file).toBe(checkedIn(file));
  if (script === 'generate-releases.mjs')
    expect(readdirSync(join(packageRoot(), 'spec', 'releases')).sort()).toEqual(files.sort());
  else expect(files).toContain('target.schema.json');
});

describe.each(releaseNames)('%s', (release) => {
  const document = rawDocument(release);
  const operations = operationsIn(document);

  test('is valid OpenAPI as a whole', async () => {
    const options = { resolve: { external: false } };
    const validated = await SwaggerParser.validate(structuredClone(document), options);

    expect(validated.info.version).toBe(release);
  });

  // The comparison with the emulator finds operations that should not be there.
  test('has the operations of the release', () => {
    const found = operations.map(({ path, method, operation }) => ({
      id: operation.operationId,
      call: `${method.toUpperCase()} ${path}`,
      body: bodyOf(operation),
      status: Number(Object.keys(operation.responses).find((status) => status !== 'default')),
      answer: answerOf(operation),
      privileges: 'x-privileges' in operation ? operation['x-privileges'] : undefined,
    }));

    expect(byId(found)).toMatchObject(byId(expectedOperations(release)));
  });

  test('has the properties of the release and no others', () => {
    const found = namedSchemas(document).flatMap(([name, schema]) =>
      ownProperties(schema).map(([of, shape]) => `${name}.${of}: ${shapeOf(shape, schema, of)}`),
    );

    expect(found.sort()).toEqual(expectedProperties(release));
  });

  test('UpdateMFAResult is made of the TOTP key and the configuration', () => {
    const parts = Object.fromEntries(namedSchemas(document))['UpdateMFAResult']?.allOf?.map(referenced);

    expect(parts).toEqual(['SupportTotpKeyInfo', 'SupportMfaConfigInfo']);
  });

  test('has the credentials of the release and no others', () => {
    const schemes = Object.entries(document.components?.securitySchemes ?? {}).map(([name, scheme]) => [
      name,
      !isReference(scheme) && scheme.type === 'apiKey' && scheme.in === 'header' ? scheme.name : undefined,
    ]);

    expect(Object.fromEntries(schemes)).toEqual(expectedCredentials(release));
    expect(document.security?.map((one) => Object.keys(one))).toEqual(schemes.map(([name]) => [name]));
    const free = operations.filter(({ operation }) => operation.security !== undefined);
    expect(free.map(({ operation }) => [operation.operationId, operation.security])).toEqual([
      ['CreateSession', []],
      ['CreateAccessToken', []],
    ]);
  });

  test('documents one success and the error for everything else', () => {
    for (const { operation } of operations) {
      expect(Object.keys(operation.responses).sort()).toEqual([expect.stringMatching(/^2\d\d$/), 'default']);
      expect(operation.responses['default']).toEqual({ $ref: '#/components/responses/Error' });
    }
    const error = document.components?.responses?.['Error'];
    const content = error !== undefined && !isReference(error) ? error.content : undefined;
    expect(content?.['application/json']?.schema).toEqual({ $ref: '#/components/schemas/Error' });
  });

  test('is described throughout', () => {
    const told = (name: string | undefined, description: string | undefined) => `${name}: ${description}`;
    const texts = [
      ...operations.map(({ operation }) => told(operation.operationId, operation.description)),
      ...namedSchemas(document).flatMap(([name, schema]) => [
        told(name, schema.description),
        ...ownProperties(schema).map(([property, inner]) => told(`${name}.${property}`, inner.description)),
      ]),
      ...Object.entries(document.components?.securitySchemes ?? {}).map(([name, scheme]) =>
        told(name, isReference(scheme) ? undefined : scheme.description),
      ),
    ];

    expect(texts.filter((text) => !text.endsWith('.'))).toEqual([]);
    expect(operations.filter(({ operation }) => !operation.summary)).toEqual([]);
  });

  test('stands at /v2 and is OpenAPI 3.0.3', () => {
    expect([document.openapi, document.servers]).toEqual(['3.0.3', [{ url: '/v2' }]]);
  });
});

function bodyOf({ requestBody }: OpenAPIV3.OperationObject): string | undefined {
  if (requestBody === undefined || isReference(requestBody)) return undefined;
  const name = referenced(requestBody.content['application/json']?.schema);
  return requestBody.required === true ? name : `${name}?`;
}

function byId(operations: readonly Record<string, unknown>[]): Record<string, unknown> {
  return Object.fromEntries(operations.map((operation) => [String(operation['id']), operation]));
}

function shapeOf(shape: OpenAPIV3.SchemaObject, owner: OpenAPIV3.SchemaObject, name: string): string {
  const required = owner.required?.includes(name) === true ? '*' : '';
  const readOnly = shape.readOnly === true ? '-' : '';
  const items =
    shape.type === 'array' && !isReference(shape.items) ? ` of ${shapeOf(shape.items, {}, '')}` : '';
  const fallback = shape.default === undefined ? '' : ` =${String(shape.default)}`;
  const values = shape.enum?.filter((value) => value !== null).join('|');
  const allowed = values === undefined ? '' : ` ${values}`;
  // An enumeration must list null if it is nullable, and only then.
  const nullable = shape.enum === undefined ? shape.nullable === true : shape.enum.includes(null);
  expect(nullable, name).toBe(shape.nullable === true);
  return `${required}${readOnly}${shape.type}${nullable ? '?' : ''}${items}${allowed}${fallback}`;
}
