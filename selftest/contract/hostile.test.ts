import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { diff, readSide } from '../../src/contract/diff/diff.js';
import { loadContractFile } from '../../src/contract/openapi/load.js';
import { answering, flooding, httpServer, listen, unusedPort } from '../cli/servers.js';
import { temporaryFolder } from '../cli/suite.js';
import { changedContent, changedRelease, complaintAbout, type Part, put, written } from './vendor.js';

const keyName = ['components', 'schemas', 'TotpKeyInfo', 'properties', 'totpKeyName'];

const schemas = (document: Part, named: Readonly<Record<string, unknown>>, $ref: string) => {
  for (const [name, schema] of Object.entries(named)) put(document, ['components', 'schemas', name], schema);
  put(document, keyName, { $ref: `#/${$ref}` });
};

const chain = (name: string, length: number, schemaOf: (next: object, isLast: boolean) => unknown) =>
  Object.fromEntries(
    Array.from({ length }, (_, n) => {
      const next = { $ref: `#/components/schemas/${name}${n + 1}` };
      return [`${name}${n}`, schemaOf(next, n === length - 1)];
    }),
  );

const bombs = chain('Bomb', 40, (next, isLast) =>
  isLast ? { type: 'string' } : { type: 'object', properties: { a: next, b: next } },
);
const loop = ($ref: string) => ({ Loop: { $ref } });
const children = { type: 'array', items: { $ref: '#/components/schemas/Node' } };
const circle = { type: 'object', properties: { children } };
const aliases = Array.from({ length: 9 }, (_, n) => {
  const items = Array.from({ length: 9 }, () => (n === 0 ? 'lol' : `*a${n - 1}`)).join(', ');
  return `x-${n}: &a${n} [${items}]`;
}).join('\n');
const manyKeys = Array.from({ length: 12_000 }, (_, n) => `k${n}: 1`).join('\n');
const manyProperties = Array.from({ length: 30_000 }, (_, n) => [`p${n}`, { type: 'string' }]);

describe('is reported with its place, in little time and memory', () => {
  const deep = '['.repeat(100_000);
  const swagger = 'info: {}\nswagger: "2.0"\npaths: {}\n';

  test.each<[string, string, RegExp]>([
    ['Swagger 2.0', swagger, /:2:1: \/swagger: Swagger 2\.0 is not read; convert/],
    ['a HAR', '{"log": {"entries": []}}', /:1:1: \/openapi: expected an OpenAPI 3\.0 or 3\.1 document/],
    ['a YAML bomb', `openapi: 3.0.3\n${aliases}\n`, /:3:\d+: has more than 2000000 nodes with its aliases/],
    ['an alias within its anchor', 'openapi: &a [*a]\n', /:1:\d+: has more than 2000000 nodes with its/],
    ['YAML without bottom', `openapi: 3.0.3\nx: ${deep}`, /:\d+:2\d\d: is nested too deeply/],
    ['JSON without bottom', `{"openapi": "3.0.3", "x": ${deep}`, /:\d+:2\d\d: is nested too deeply/],
    ['many bytes', `openapi: 3.0.3\n#${'x'.repeat(8 * 1024 * 1024)}`, /: is larger than 8 MiB/],
    ['many keys', `openapi: 3.0.3\n${manyKeys}\n`, /:1:1: \/paths: none of the operations/],
    ['several documents', 'openapi: 3.0.3\n---\nopenapi: 3.0.3\n', /:1:1: expected a single document/],
    ['an unknown tag', 'openapi: !vendor 3.0.3\n', /:1:10: unknown scalar tag/],
  ])('%s', async (_, text, problem) => {
    expect(await complaintAbout(written(text))).toMatch(new RegExp(`document\\.yaml${problem.source}`));
  });

  test.each<[string, Readonly<Record<string, unknown>>, string, RegExp]>([
    ['references that multiply', bombs, 'Bomb0', /has more than 200000 nodes/],
    ['a chain of references', chain('Link', 5000, (next) => next), 'Link0', /too many references/],
    ['a reference to itself', loop('#/components/schemas/Loop'), 'Loop', /refers to itself|too many/],
    ['one through itself', loop('#/components/schemas/Loop/inner'), 'Loop', /to itself|too many/],
    ['a circle', { Node: circle }, 'Node', /Node\/properties\/children\/items: the schema contains itself/],
  ])('%s', async (_, named, first, problem) => {
    const file = changedRelease((document) => schemas(document, named, `components/schemas/${first}`));
    const complaint = await complaintAbout(file);

    expect(complaint).toMatch(/document\.yaml:\d+:\d+: /);
    expect(complaint).toMatch(problem);
  });

  test('more alternatives than can be judged', async () => {
    const oneOf = Array.from({ length: 600 }, (_, n) => ({ type: 'object', required: [`p${n}`] }));
    const file = changedRelease((document) =>
      schemas(document, { Wide: { oneOf } }, 'components/schemas/Wide'),
    );

    expect(await complaintAbout(file)).toMatch(
      /document\.yaml:\d+:\d+: .*Wide: the operations have more than 500 alternatives/,
    );
  });

  test('a pipe without a writer, and an endless device', async () => {
    const pipe = join(dirname(written('')), 'pipe');
    execFileSync('mkfifo', [pipe]);

    expect(await complaintAbout(pipe)).toMatch(/pipe: is not a regular file/);
    expect(await complaintAbout('/dev/zero')).toBe('/dev/zero: is not a regular file');
  });

  test('a pattern that would backtrack for ever', async () => {
    const message = { type: 'string', pattern: '^(a|a)*$' };
    const file = changedRelease((document) =>
      put(document, ['components', 'schemas', 'Error', 'properties', 'message'], message),
    );
    const contract = await loadContractFile(file, '7.1.2_u3');
    const judge = (message: string) =>
      contract.operations.get('CreateSession')?.error.mismatches({ message });

    expect(judge('aaaa')).toEqual([]);
    expect(judge('aab')).toEqual([expect.objectContaining({ instancePath: '/message' })]);
    expect(() => judge(`${'a'.repeat(60)}b`)).toThrow(/pattern \^\(a\|a\)\*\$ takes more than 1 s/);
  });

  test('more than the operations of any vendor reach', async () => {
    const content = changedContent((document) =>
      put(document, keyName, { type: 'object', properties: Object.fromEntries(manyProperties) }),
    );
    const file = written(JSON.stringify(content), 'document.json');

    expect(await complaintAbout(file)).toMatch(/document\.json:1:\d+: .*reach more than 50000 nodes/);
  });

  test('names that would change every object', async () => {
    const content = changedContent((document) => schemas(document, {}, '__proto__/polluted'));
    const text = JSON.stringify(content).replace('{', '{"__proto__": {"polluted": {"type": "string"}},');

    expect(await complaintAbout(written(text, 'document.json'))).toContain('__proto__');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

// If alternatives multiplied, these tests would take ten minutes and exceed their time limit.
const inAlternatives = (next: object, n: number) => ({
  oneOf: [next, { type: 'object', properties: { [`p${n}`]: next } }],
});
const twice = (one: string, other: string, next: object) => ({
  oneOf: [{ properties: { [one]: next } }, { properties: { [other]: next } }],
});

test.each([
  ['alternatives in alternatives', 14, (next: object, n: number) => inAlternatives(next, n)],
  ['one after another', 40, (next: object) => ({ oneOf: [{ type: 'integer' }, next] })],
  ['all of several', 7, (next: object) => ({ allOf: [twice('a', 'b', next), twice('c', 'd', next)] })],
])('takes little time with %s', async (_, length, schemaOf) => {
  let n = 0;
  const named = chain('Part', length, (next, isLast) => (isLast ? { type: 'string' } : schemaOf(next, n++)));
  const file = changedRelease((document) => schemas(document, named, 'components/schemas/Part0'));

  const contract = await loadContractFile(file, '7.1.2_u3');
  contract.compileAll();
  const side = await readSide(file);
  const { changes } = diff(await readSide('7.1.2_u3'), side);
  const found = contract.operations.get('CreateTotpKey')?.success.mismatches({ totpKeyName: true });

  expect(found?.length).toBeGreaterThan(0);
  expect(changes.map(({ kind }) => kind)).toContain('alternatives-changed');
  expect(diff(side, await readSide(file)).changes).toEqual([]);
});

const shared = stringify({ defs: { Key: { type: 'string', maxLength: 3 }, Alias: { $ref: '#/defs/Key' } } });
const referring = ($ref: string) => stringify(changedContent((document) => put(document, keyName, { $ref })));

const wrong = 'defs:\n  Alias:\n    $ref: "#/defs/Nowhere"\n';

function besides(files: Readonly<Record<string, string>>): string {
  const path = temporaryFolder();
  for (const [name, content] of Object.entries({ 'a.yaml': referring('shared.yaml#/defs/Alias'), ...files }))
    writeFileSync(join(path, name), content);
  return join(path, 'a.yaml');
}

test('references to other documents are not followed', async () => {
  expect(await complaintAbout(besides({ 'shared.yaml': shared }))).toMatch(
    /a\.yaml:\d+:\d+: .*refers to shared\.yaml#\/defs\/Alias; only .*--allow-external-refs/,
  );
});

test('references to other documents are followed if allowed, also back', async () => {
  const back = stringify({
    defs: { Alias: { $ref: 'a.yaml#/components/schemas/TotpKeyInfo/properties/totpUri' } },
  });
  const file = besides({ 'shared.yaml': back });

  const contract = await loadContractFile(file, '7.1.2_u3', { externalRefs: true });

  const answer = contract.operations.get('CreateTotpKey')?.success;
  expect(answer?.mismatches({ totpKeyName: 'x' })).toEqual([]);
  expect(answer?.mismatches({ totpKeyName: 5 })).toHaveLength(1);
});

test.each<[string, Readonly<Record<string, string>>, RegExp]>([
  ['with a mistake is named', { 'shared.yaml': wrong }, /shared\.yaml:2:3: .*which is not there/],
  ['that is missing is named', {}, /a\.yaml:\d+:\d+: .*shared\.yaml: no such file/],
])('references to other documents: another document %s', async (_, files, problem) => {
  expect(await complaintAbout(besides(files), true)).toMatch(problem);
});

test('references to other documents lead from the web to the web, never to files', async () => {
  const contents = new Map([
    ['/a.yaml', referring('shared.yaml#/defs/Alias')],
    ['/b.yaml', referring('file:///etc/hostname')],
    ['/shared.yaml', shared],
  ]);
  const server = httpServer((request, response) => response.end(contents.get(request.url ?? '') ?? ''));
  const { port } = await listen(server);

  const contract = await loadContractFile(`http://127.0.0.1:${port}/a.yaml`, '7.1.2_u3', {
    externalRefs: true,
  });

  const answer = contract.operations.get('CreateTotpKey')?.success;
  expect(answer?.mismatches({ totpKeyName: 'four' })).toHaveLength(1);
  expect(await complaintAbout(`http://127.0.0.1:${port}/b.yaml`, true)).toContain('is not followed');
});

const redirecting: RequestListener = (_, response) =>
  response.writeHead(302, { location: 'https://login.example/?return=1' }).end();

test('a URL is fetched, and named without its query', async () => {
  const body = stringify(changedContent(() => {}));
  const { port } = await listen(httpServer(answering(200, 'application/yaml', body)));

  const contract = await loadContractFile(`http://127.0.0.1:${port}/api.yaml?token=s3cret`, '7.1.2_u3');

  expect(contract.source).toBe(`http://127.0.0.1:${port}/api.yaml`);
  expect(contract.operations.size).toBe(12);
});

test.each<[string, RequestListener, RegExp]>([
  ['a status', answering(404, 'text/html', ''), /expected the document, got the status 404/],
  ['a page', answering(200, 'text/html', '<html></html>'), /holds no OpenAPI document|expected an OpenAPI/],
  ['a redirect', redirecting, /redirects to https:\/\/login\.example\/ \(302\)/],
  ['no end', flooding(Number.POSITIVE_INFINITY), /is larger than 8 MiB/],
])('a URL with %s is reported', async (_, listener, message) => {
  const { port } = await listen(httpServer(listener));

  expect(await complaintAbout(`http://127.0.0.1:${port}/x`)).toMatch(message);
});

test('a URL with a password is neither fetched nor shown', async () => {
  const complaint = await complaintAbout('https://me:hunter2@specs.example/api.yaml');

  expect(complaint).toMatch(/^https:\/\/specs\.example\/api\.yaml: .*download the document/);
  expect(complaint).not.toContain('hunter2');
});

test('a URL: without a listener is reported', async () => {
  expect(await complaintAbout(`http://127.0.0.1:${await unusedPort()}/x`)).toMatch(/can't be fetched \(/);
});
