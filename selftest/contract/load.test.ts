import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadContract, loadContractFile } from '../../src/contract/openapi/load.js';
import { releaseFile } from './raw.js';
import { complaintAbout, written } from './vendor.js';

const text = readFileSync(releaseFile('7.1.2_u3'), 'utf8');

function changed(from: string, to: string): string {
  expect(text).toContain(from);
  return written(text.replace(from, () => to));
}

function lineOf(content: string, part: string): number {
  return content.slice(0, content.indexOf(part)).split('\n').length;
}

test('a contract names its document and the hash of its bytes', async () => {
  const contract = await loadContract('7.1.2_u3');

  expect(contract.source).toBe('spec/releases/7.1.2_u3.yaml');
  expect(contract.sha256).toBe(createHash('sha256').update(text).digest('hex'));
  expect(contract.release).toBe('7.1.2_u3');
  expect(contract.anomalies).toEqual([]);
});

test('a contract gives method, path, security and place of an operation', async () => {
  const contract = await loadContract('7.2.1');

  expect(contract.operations.get('UpdateSupportMFAConfig')).toMatchObject({
    id: 'UpdateSupportMFAConfig',
    method: 'PATCH',
    path: '/support-user/mfa',
    security: ['APIKeyHeader', 'Bearer', 'SessionIdHeader'],
    success: { status: 200, mediaType: 'application/json', schemaName: 'UpdateMFAResult' },
    pointer: '/paths/~1support-user~1mfa/patch',
  });
  expect(contract.operations.get('CreateSession')?.security).toEqual([]);
  expect(contract.credentials).toEqual(['APIKeyHeader', 'Bearer', 'SessionIdHeader']);
});

test('a contract takes the path from the document', async () => {
  const [first, second] = await Promise.all([loadContract('6.6.0d'), loadContract('6.8.1')]);

  expect(first.operations.get('CreateAccessToken')?.path).toBe('/accessTokens');
  expect(second.operations.get('CreateAccessToken')?.path).toBe('/access-tokens');
});

describe("a vendor's document", () => {
  const broken = "{operationId: Elsewhere, responses: {'200': {$ref: '#/definitions/Nothing'}}}";

  test.each([
    ['where the suite does not look', 'paths:', `paths:\n  /clusters: {get: ${broken}}`],
    ['in an operation beside one that is used', '/mfa-config:', `/mfa-config:\n    delete: ${broken}`],
  ])('may have mistakes %s', async (_, from, to) => {
    expect((await loadContractFile(changed(from, to), '7.1.2_u3')).operations.size).toBe(12);
  });

  test('may lack null in a nullable enumeration: null is accepted, with a note', async () => {
    const file = changed('[email, totp, salesforce, null]', '[email, totp]');
    const contract = await loadContractFile(file, '7.1.2_u3');

    const answer = contract.operations.get('GetSupportMFAConfig')?.success;
    expect(answer?.mismatches({ mfaType: null })).toEqual([]);
    expect(answer?.mismatches({ mfaType: 'salesforce' })).toHaveLength(1);
    expect(contract.anomalies.map(({ pointer }) => pointer)).toEqual([
      '/components/schemas/SupportMfaConfigInfo/properties/mfaType/enum',
    ]);
  });

  test('may give the 204 a body: none is expected, with a note', async () => {
    const schema = "{schema: {$ref: '#/components/schemas/MfaConfigInfo'}}";
    const content = `description: Stored.\n          content: {application/json: ${schema}}`;

    const contract = await loadContractFile(changed('description: Stored.', content), '7.1.2_u3');

    expect(contract.operations.get('UpdateMFAConfig')?.success.mediaType).toBeUndefined();
    expect(contract.operations.get('UpdateMFAConfig')?.success.mismatches({ enabled: true })).toHaveLength(1);
    expect(contract.anomalies).toMatchObject([{ pointer: '/paths/~1mfa-config/put/responses/204/content' }]);
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
  test('that is missing', async () => {
    expect(await complaintAbout('none/nowhere.yaml')).toMatch(/nowhere\.yaml: no such file$/);
  });

  test.each([
    ['that is not YAML', '  /totp-key:\n', '  /totp-key: [\n', /document\.yaml:\d+:\d+: /],
    [
      'that is of another version',
      'openapi: 3.0.3',
      'openapi: 4.0.0',
      /document\.yaml:\d+:1: \/openapi: expected an OpenAPI 3\.0 or 3\.1 document .*, got "4\.0\.0"/,
    ],
  ])('%s', async (_, from, to, message) => {
    expect(await complaintAbout(changed(from, to))).toMatch(message);
  });

  test.each(['', '[]', 'text', '*nowhere'])('that holds no object: %j', async (content) => {
    expect(await complaintAbout(written(content))).toMatch(/document\.yaml:1:\d: /);
  });

  test('with none of the operations', async () => {
    const file = written('openapi: 3.0.3\ninfo: {title: t, version: v}\npaths: {}\n');

    expect(await complaintAbout(file)).toMatch(/document\.yaml:3:1: \/paths: none of the operations/);
  });

  const toKey = "$ref: '#/components/schemas/TotpKeyInfo'";
  const id = 'totpKeyId:\n          ';
  const idOfText = `${id}type: string`;
  const flag = 'type: boolean\n          nullable: true';
  const misspelt = 'type: boolean\n          nulable: true';
  const another = '$ref: other.yaml#/TotpKeyInfo';

  test.each([
    ['a reference to nothing', toKey, "$ref: '#/components/schemas/Nothing'", 'which is not there'],
    ['a reference to a file', toKey, another, 'only references within the document'],
    ['a reference to the web', toKey, '$ref: https://specs.example/a.yaml', 'only references within the'],
    ['a keyword that OpenAPI does not know', flag, misspelt, 'nulable'],
    ['an unknown type', idOfText, `${id}type: text`, 'not valid OpenAPI'],
    ['a key given twice', idOfText, `${idOfText}\n          type: string`, 'duplicated mapping key'],
    ['an invalid pattern', idOfText, `${idOfText}\n          pattern: '('`, "the schema can't be used"],
    ['a schema that contains itself', idOfText, `${id}${toKey}`, 'contains itself'],
    ['no success', "'201':", "'302':", 'expected one 2xx status'],
  ])('with %s', async (_, from, to, message) => {
    const complaint = await complaintAbout(changed(from, to));

    const [, line = '0', rest] = /document\.yaml:(\d+):\d+: (.*)$/s.exec(complaint) ?? [];
    expect(rest).toContain(message);
    expect(Number(line)).toBeGreaterThan(1);
  });

  const schemaOfKey = '/paths/~1totp-key/post/responses/201/content/application~1json/schema';
  const retain = '/components/schemas/MfaConfigInfo/properties/retainUserMfaSettings';

  test.each([
    ['the fault', toKey, another, another, `${schemaOfKey}: refers to`, -1],
    ['an unknown keyword', flag, misspelt, 'retainUserMfaSettings:', `${retain}: `, 0],
  ])('at the line of %s', async (_, from, to, there, place, above) => {
    const file = changed(from, to);
    const complaint = await complaintAbout(file);

    const line = lineOf(readFileSync(file, 'utf8'), there) + above;
    expect(complaint).toContain(`document.yaml:${line}:`);
    expect(complaint).toContain(place);
  });
});
