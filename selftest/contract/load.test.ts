import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ConfigurationError } from '../../src/base/errors.js';
import { packageRoot } from '../../src/base/package-root.js';
import { loadContract, loadContractFile } from '../../src/contract/openapi/load.js';
import { temporaryFolder } from '../cli/suite.js';
import { releaseFile } from './raw.js';

const text = readFileSync(releaseFile('7.1.2_u3'), 'utf8');
const folder = temporaryFolder(afterAll);

function written(content: string, name = 'document.yaml'): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** The release's document with one change. */
function changed(from: string, to: string): string {
  expect(text).toContain(from);
  return written(text.replace(from, () => to));
}

/** The line of a text, counted from 1. */
function lineOf(content: string, part: string): number {
  return content.slice(0, content.indexOf(part)).split('\n').length;
}

async function errorOf(file: string): Promise<Error> {
  const result: unknown = await loadContractFile(file, '7.1.2_u3')
    .then((contract) => contract.compileAll())
    .catch((error: unknown) => error);
  expect(result).toBeInstanceOf(ConfigurationError);
  return result instanceof Error ? result : new Error('nothing was thrown');
}

describe('a contract', () => {
  test('names its document and the hash of its bytes', async () => {
    const contract = await loadContract('7.1.2_u3');

    expect(contract.source).toBe('spec/releases/7.1.2_u3.yaml');
    expect(contract.sha256).toBe(createHash('sha256').update(text).digest('hex'));
    expect(contract.release).toBe('7.1.2_u3');
    expect(contract.anomalies).toEqual([]);
  });

  test('gives method, path, security and place of an operation', async () => {
    const contract = await loadContract('7.2.1');

    expect(contract.operations.get('UpdateSupportMFAConfig')).toMatchObject({
      id: 'UpdateSupportMFAConfig',
      method: 'PATCH',
      path: '/support-user/mfa',
      summary: 'Change the MFA configuration of the support user',
      security: ['APIKeyHeader', 'Bearer', 'SessionIdHeader'],
      success: { status: 200, mediaType: 'application/json', schemaName: 'UpdateMFAResult' },
      pointer: '/paths/~1support-user~1mfa/patch',
    });
    expect(contract.operations.get('CreateSession')?.security).toEqual([]);
    expect(contract.credentials).toEqual(['APIKeyHeader', 'Bearer', 'SessionIdHeader']);
  });

  test('takes the path from the document', async () => {
    const [first, second] = await Promise.all([loadContract('6.6.0d'), loadContract('6.8.1')]);

    expect(first.operations.get('CreateAccessToken')?.path).toBe('/accessTokens');
    expect(second.operations.get('CreateAccessToken')?.path).toBe('/access-tokens');
  });

  test('is read from JSON alike', async () => {
    const contract = await loadContractFile(
      written(JSON.stringify(parse(text)), 'document.json'),
      '7.1.2_u3',
    );

    expect(contract.operations.size).toBe(12);
  });

  test('package root is the folder of the package', () => {
    expect(readFileSync(join(packageRoot(), 'package.json'), 'utf8')).toContain('"name": "mfa-conformance"');
  });
});

describe("a vendor's document", () => {
  test('may be at fault where the suite does not look', async () => {
    const elsewhere = [
      'paths:',
      '  /clusters:',
      '    get:',
      '      operationId: GetClusters',
      '      responses:',
      "        '200':",
      "          $ref: '#/definitions/Nothing'",
    ].join('\n');

    const contract = await loadContractFile(changed('paths:', elsewhere), '7.1.2_u3');

    expect(contract.operations.size).toBe(12);
  });

  test('may be at fault in an operation beside one that is used', async () => {
    const beside = [
      '/mfa-config:',
      '    delete:',
      '      operationId: ForgetMFAConfig',
      "      responses: {'200': {$ref: '#/definitions/Nothing'}}",
    ].join('\n');

    const contract = await loadContractFile(changed('/mfa-config:', beside), '7.1.2_u3');

    expect(contract.operations.size).toBe(12);
  });

  test('may leave null out of a nullable enumeration: null is accepted and that is noted', async () => {
    const contract = await loadContractFile(
      changed('[email, totp, salesforce, null]', '[email, totp]'),
      '7.1.2_u3',
    );

    const answer = contract.operations.get('GetSupportMFAConfig')?.success;
    expect(answer?.mismatches({ mfaType: null })).toEqual([]);
    expect(answer?.mismatches({ mfaType: 'salesforce' })).toHaveLength(1);
    expect(contract.anomalies.map(({ pointer }) => pointer)).toEqual([
      '/components/schemas/SupportMfaConfigInfo/properties/mfaType/enum',
    ]);
  });

  test('may give the 204 a body: none is asked for and that is noted', async () => {
    const content = [
      'description: Stored.',
      '          content:',
      '            application/json:',
      '              schema:',
      "                $ref: '#/components/schemas/MfaConfigInfo'",
    ].join('\n');

    const contract = await loadContractFile(changed('description: Stored.', content), '7.1.2_u3');

    expect(contract.operations.get('UpdateMFAConfig')?.success.mediaType).toBeUndefined();
    expect(contract.operations.get('UpdateMFAConfig')?.success.mismatches({ enabled: true })).toHaveLength(1);
    expect(contract.anomalies.map(({ pointer }) => pointer)).toEqual([
      '/paths/~1mfa-config/put/responses/204/content',
    ]);
  });

  test('may have extensions, examples, unknown formats and empty content', async () => {
    const property = 'totpKeyId:\n          type: string\n';
    const more =
      '          x-order: 1\n          example: key\n          format: key-id\n          title: Id\n';
    const withMore = text
      .replace(property, property + more)
      .replace('description: Stored.', 'description: Stored.\n          content: {}');
    expect(withMore.length).toBeGreaterThan(text.length + more.length);

    const contract = await loadContractFile(written(withMore), '7.1.2_u3');
    contract.compileAll();

    expect(contract.operations.get('CreateTotpKey')?.success.mismatches({ totpKeyId: 'a b' })).toEqual([]);
    expect(contract.anomalies).toEqual([]);
  });
});

describe('a broken document is reported with file and place', () => {
  test('that is not there', async () => {
    expect((await errorOf(join(folder, 'nowhere.yaml'))).message).toMatch(
      /nowhere\.yaml: cannot be read \(ENOENT\)$/,
    );
  });

  test('that is not YAML', async () => {
    const error = await errorOf(changed('  /totp-key:\n', '  /totp-key: [\n'));

    expect(error.message).toMatch(/document\.yaml:\d+:\d+: /);
  });

  test.each(['', '[]', 'text', '*nowhere'])('that holds no object: %j', async (content) => {
    expect((await errorOf(written(content))).message).toMatch(/document\.yaml:1:1: /);
  });

  test('that is of another version', async () => {
    expect((await errorOf(changed('openapi: 3.0.3', 'openapi: 4.0.0'))).message).toMatch(
      /document\.yaml:\d+:1: \/openapi: expected an OpenAPI 3\.0 or 3\.1 document .*, got "4\.0\.0"/,
    );
  });

  test('with none of the operations', async () => {
    expect(
      (await errorOf(written('openapi: 3.0.3\ninfo: {title: t, version: v}\npaths: {}\n'))).message,
    ).toMatch(/document\.yaml:3:1: \/paths: none of the operations/);
  });

  test.each([
    [
      'a reference to nothing',
      "$ref: '#/components/schemas/TotpKeyInfo'",
      "$ref: '#/components/schemas/Nothing'",
      'which is not there',
    ],
    [
      'a reference to a file',
      "$ref: '#/components/schemas/TotpKeyInfo'",
      '$ref: other.yaml#/TotpKeyInfo',
      'only references within the document',
    ],
    [
      'a reference to the web',
      "$ref: '#/components/schemas/TotpKeyInfo'",
      '$ref: https://specs.example/a.yaml',
      'only references within the document',
    ],
    [
      'a keyword that OpenAPI does not know',
      'type: boolean\n          nullable: true',
      'type: boolean\n          nulable: true',
      'nulable',
    ],
    [
      'a type that is none',
      'totpKeyId:\n          type: string',
      'totpKeyId:\n          type: text',
      'not valid OpenAPI',
    ],
    [
      'a key that is there twice',
      'totpKeyId:\n          type: string',
      'totpKeyId:\n          type: string\n          type: string',
      'unique',
    ],
    [
      'a pattern that is none',
      'totpKeyId:\n          type: string',
      "totpKeyId:\n          type: string\n          pattern: '('",
      'the schema cannot be used',
    ],
    [
      'a schema that contains itself',
      'totpKeyId:\n          type: string',
      "totpKeyId:\n          $ref: '#/components/schemas/TotpKeyInfo'",
      'contains itself',
    ],
    ['no success', "'201':", "'302':", 'expected one 2xx status'],
  ])('with %s', async (_, from, to, message) => {
    const error = await errorOf(changed(from, to));

    const [, line = '0', rest] = /document\.yaml:(\d+):\d+: (.*)$/s.exec(error.message) ?? [];
    expect(rest).toContain(message);
    expect(Number(line)).toBeGreaterThan(1);
  });

  test('at the line of the fault', async () => {
    const fault = '$ref: other.yaml#/TotpKeyInfo';
    const error = await errorOf(changed("$ref: '#/components/schemas/TotpKeyInfo'", fault));

    const line = lineOf(readFileSync(join(folder, 'document.yaml'), 'utf8'), fault);
    expect(error.message).toContain(`document.yaml:${line - 1}:`);
    expect(error.message).toContain(
      '/paths/~1totp-key/post/responses/201/content/application~1json/schema: refers to',
    );
  });

  test('at the line of a keyword that is unknown', async () => {
    const fault = 'type: boolean\n          nulable: true';
    const error = await errorOf(changed('type: boolean\n          nullable: true', fault));

    const content = readFileSync(join(folder, 'document.yaml'), 'utf8');
    expect(error.message).toContain(`document.yaml:${lineOf(content, 'retainUserMfaSettings:')}:`);
    expect(error.message).toContain('/components/schemas/MfaConfigInfo/properties/retainUserMfaSettings: ');
  });
});
