import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loadContractFile } from '../../src/contract/openapi/load.js';
import { answering, httpServer, listen } from '../cli/servers.js';
import { temporaryFolder } from '../cli/suite.js';
import { changedContent, changedRelease, complaintAbout, put, written } from './vendor.js';

const keyName = ['components', 'schemas', 'TotpKeyInfo', 'properties', 'totpKeyName'];

describe('is reported with its place, in little time and memory', () => {
  test('Swagger 2.0', async () => {
    expect(await complaintAbout(written('info: {}\nswagger: "2.0"\npaths: {}\n'))).toMatch(
      /document\.yaml:2:1: \/swagger: Swagger 2\.0 is not read; convert/,
    );
  });

  test('a document other than OpenAPI', async () => {
    expect(await complaintAbout(written('{"log": {"entries": []}}', 'traffic.json'))).toMatch(
      /traffic\.json:1:1: \/openapi: expected an OpenAPI 3\.0 or 3\.1 document/,
    );
  });

  test('a YAML bomb', async () => {
    const levels = Array.from({ length: 9 }, (_, n) => {
      const items = Array.from({ length: 9 }, () => (n === 0 ? 'lol' : `*a${n - 1}`)).join(', ');
      return `x-${n}: &a${n} [${items}]`;
    });

    expect(await complaintAbout(written(`openapi: 3.0.3\n${levels.join('\n')}\n`))).toMatch(
      /document\.yaml:3:\d+: Excessive alias count/,
    );
  });

  test.each([
    ['YAML', 'openapi: 3.0.3\nx: '],
    ['JSON', '{"openapi": "3.0.3", "x": '],
  ])('%s without bottom', async (_, head) => {
    const deep = `${head}${'['.repeat(100_000)}`;

    expect(await complaintAbout(written(deep))).toMatch(/document\.yaml:\d+:2\d\d: is nested too deeply/);
  });

  test('more bytes than any document has', async () => {
    const file = written(`openapi: 3.0.3\n#${'x'.repeat(8 * 1024 * 1024)}`);

    expect(await complaintAbout(file)).toMatch(/document\.yaml: is larger than 8 MiB/);
  });

  test('a pipe without a writer, and an endless device', async () => {
    const pipe = join(dirname(written('')), 'pipe');
    execFileSync('mkfifo', [pipe]);

    expect(await complaintAbout(pipe)).toMatch(/pipe: is not a regular file/);
    expect(await complaintAbout('/dev/zero')).toBe('/dev/zero: is not a regular file');
  });

  test('a pattern that would try for ever', async () => {
    const file = changedRelease((document) =>
      put(document, ['components', 'schemas', 'Error', 'properties', 'message'], {
        type: 'string',
        pattern: '^(a|a)*$',
      }),
    );
    const contract = await loadContractFile(file, '7.1.2_u3');
    const judge = (message: string) =>
      contract.operations.get('CreateSession')?.error.mismatches({ message });

    expect(judge('aaaa')).toEqual([]);
    expect(judge('aab')).toEqual([expect.objectContaining({ instancePath: '/message' })]);
    expect(() => judge(`${'a'.repeat(60)}b`)).toThrow(/pattern \^\(a\|a\)\*\$ takes more than 1 s/);
  });

  test('a mapping with more keys than can be compared', async () => {
    const keys = Array.from({ length: 12_000 }, (_, n) => `k${n}: 1`);

    expect(await complaintAbout(written(`openapi: 3.0.3\n${keys.join('\n')}\n`))).toMatch(
      /document\.yaml:\d+:\d+: has more than 10000 entries in one place/,
    );
  });

  test('references that multiply', async () => {
    const file = changedRelease((document) => {
      for (let n = 0; n < 40; n += 1) {
        const next = { $ref: `#/components/schemas/Bomb${n + 1}` };
        const bomb = n === 39 ? { type: 'string' } : { type: 'object', properties: { a: next, b: next } };
        put(document, ['components', 'schemas', `Bomb${n}`], bomb);
      }
      put(document, keyName, { $ref: '#/components/schemas/Bomb0' });
    });

    expect(await complaintAbout(file)).toMatch(/document\.yaml:\d+:\d+: .*stands for more than 200000 nodes/);
  });

  test('a chain of references', async () => {
    const file = changedRelease((document) => {
      for (let n = 0; n < 5000; n += 1) {
        put(document, ['components', 'schemas', `Link${n}`], { $ref: `#/components/schemas/Link${n + 1}` });
      }
      put(document, keyName, { $ref: '#/components/schemas/Link0' });
    });

    expect(await complaintAbout(file)).toMatch(/document\.yaml:\d+:\d+: .*too many references/);
  });

  test.each([
    ['to itself', '#/components/schemas/Loop'],
    ['through itself', '#/components/schemas/Loop/inner'],
  ])('a reference %s', async (_, $ref) => {
    const file = changedRelease((document) => {
      put(document, ['components', 'schemas', 'Loop'], { $ref });
      put(document, keyName, { $ref: '#/components/schemas/Loop' });
    });

    expect(await complaintAbout(file)).toMatch(
      /document\.yaml:\d+:\d+: .*(refers to itself|too many references)/,
    );
  });

  test('a circle of schemas', async () => {
    const file = changedRelease((document) => {
      put(document, ['components', 'schemas', 'Node'], {
        type: 'object',
        properties: { children: { type: 'array', items: { $ref: '#/components/schemas/Node' } } },
      });
      put(document, keyName, { $ref: '#/components/schemas/Node' });
    });

    expect(await complaintAbout(file)).toMatch(
      /document\.yaml:\d+:\d+: \/components\/schemas\/Node\/properties\/children\/items: the schema contains itself/,
    );
  });

  test('more than the operations of any vendor reach', async () => {
    const values = Array.from({ length: 30_000 }, (_, n) => [`p${n}`, { type: 'string' }]);
    const content = changedContent((document) =>
      put(document, keyName, { type: 'object', properties: Object.fromEntries(values) }),
    );
    const file = written(JSON.stringify(content), 'document.json');

    expect(await complaintAbout(file)).toMatch(/document\.json:1:1: .*reach more than 50000 nodes/);
  });

  test('names that would change every object', async () => {
    const file = written(
      JSON.stringify(
        changedContent((document) => put(document, keyName, { $ref: '#/__proto__/polluted' })),
      ).replace('{', '{"__proto__": {"polluted": {"type": "string"}},'),
      'document.json',
    );

    expect(await complaintAbout(file)).toContain('__proto__');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('references to other documents', () => {
  const shared = stringify({
    defs: { Name: { type: 'string', maxLength: 3 }, Alias: { $ref: '#/defs/Name' } },
  });
  const referring = ($ref: string) =>
    stringify(changedContent((document) => put(document, keyName, { $ref })));

  function folder(files: Readonly<Record<string, string>>): string {
    const path = temporaryFolder();
    for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
    return path;
  }

  test('are not followed', async () => {
    const path = folder({ 'a.yaml': referring('shared.yaml#/defs/Alias'), 'shared.yaml': shared });

    expect(await complaintAbout(join(path, 'a.yaml'))).toMatch(
      /a\.yaml:\d+:\d+: .*refers to shared\.yaml#\/defs\/Alias; only .*--allow-external-refs/,
    );
  });

  test('are followed where that is allowed, also back', async () => {
    const back = stringify({
      defs: { Alias: { $ref: 'a.yaml#/components/schemas/TotpKeyInfo/properties/totpUri' } },
    });
    const path = folder({ 'a.yaml': referring('shared.yaml#/defs/Alias'), 'shared.yaml': back });

    const contract = await loadContractFile(join(path, 'a.yaml'), '7.1.2_u3', { externalRefs: true });

    const answer = contract.operations.get('CreateTotpKey')?.success;
    expect(answer?.mismatches({ totpKeyName: 'x' })).toEqual([]);
    expect(answer?.mismatches({ totpKeyName: 5 })).toHaveLength(1);
  });

  test('give faults in the other document with its own place', async () => {
    const wrong = 'defs:\n  Alias:\n    $ref: "#/defs/Nowhere"\n';
    const path = folder({ 'a.yaml': referring('shared.yaml#/defs/Alias'), 'shared.yaml': wrong });

    expect(await complaintAbout(join(path, 'a.yaml'), true)).toMatch(
      /shared\.yaml:2:3: .*which is not there/,
    );
  });

  test('name a missing other document', async () => {
    const path = folder({ 'a.yaml': referring('shared.yaml#/defs/Alias') });

    expect(await complaintAbout(join(path, 'a.yaml'), true)).toMatch(
      /a\.yaml:\d+:\d+: .*shared\.yaml: cannot be read/,
    );
  });

  test('are followed from the web to the web, and never from there to files', async () => {
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
});

describe('a URL', () => {
  test('is fetched, and named without its query', async () => {
    const body = stringify(changedContent(() => {}));
    const { port } = await listen(httpServer(answering(200, 'application/yaml', body)));

    const contract = await loadContractFile(`http://127.0.0.1:${port}/api.yaml?token=s3cret`, '7.1.2_u3');

    expect(contract.source).toBe(`http://127.0.0.1:${port}/api.yaml`);
    expect(contract.operations.size).toBe(12);
  });

  test.each([
    ['a status', 404, '', /expected the document, got the status 404/],
    ['a page', 200, '<html></html>', /holds no OpenAPI document|expected an OpenAPI/],
  ])('with %s is reported', async (_, status, body, message) => {
    const { port } = await listen(httpServer(answering(status, 'text/html', body)));

    expect(await complaintAbout(`http://127.0.0.1:${port}/x`)).toMatch(message);
  });

  test('that redirects is reported with its target', async () => {
    const server = httpServer((_, response) =>
      response.writeHead(302, { location: 'https://login.example/?return=1' }).end(),
    );
    const { port } = await listen(server);

    expect(await complaintAbout(`http://127.0.0.1:${port}/x`)).toContain(
      'redirects to https://login.example/ (302)',
    );
  });

  test('that never ends is given up', async () => {
    const server = httpServer((_, response) => {
      const chunk = Buffer.alloc(1024 * 1024, 'x');
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    const { port } = await listen(server);

    expect(await complaintAbout(`http://127.0.0.1:${port}/x`)).toContain('is larger than 8 MiB');
  });

  test('with a password in it is not fetched, nor shown', async () => {
    const complaint = await complaintAbout('https://me:hunter2@specs.example/api.yaml');

    expect(complaint).toMatch(/^https:\/\/specs\.example\/api\.yaml: .*download the document/);
    expect(complaint).not.toContain('hunter2');
  });

  test('without a listener is reported', async () => {
    const { port } = await listen(httpServer(() => {}));

    expect(await complaintAbout(`http://127.0.0.1:${port === 1 ? 2 : 1}/x`)).toMatch(/cannot be fetched \(/);
  });
});
