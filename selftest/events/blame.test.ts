import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.js';
import { RunFold } from '../../src/verdict/derive/fold.js';
import { readEvents } from '../../src/verdict/events/log.js';
import { answering, httpServer, listen } from '../cli/servers.js';
import { spawned, targetAt, temporaryFolder, writeTarget } from '../cli/suite.js';
import { mulberry32, shuffled } from '../detection/sample.js';

const suite = /^The suite itself failed, please report it: /;
const reset = `
  const net = await import('node:net');
  const server = net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const socket = net.connect(server.address().port, '127.0.0.1');
  socket.write('x');
  await new Promise((_, fail) => socket.once('error', fail)).finally(() => server.close());`;
const refused = 'security/errors-show-no-internals';

/** Tests that go wrong, and the reasons for their outcomes: a requirement fails only by a failed expectation. */
const cases: readonly (readonly [id: string, body: string, reason: RegExp])[] = [
  ['http/utf-8', "throw new Error('plain');", suite],
  ['http/no-bom', "(await import('node:fs')).readFileSync('/no/such/file');", /^The suite itself.*ENOENT/],
  ['http/has-date', reset, /^read ECONNRESET$/],
  ['http/one-json-text', "(await import('node:assert')).strictEqual(1, 2);", suite],
  ['http/unique-members', 'undefined.x;', suite],
  // A matcher that throws because of its input has judged nothing.
  ['http/refuses-other-media-types', 'expect(null).toBeHandled();', suite],
  [
    'http/errors-are-error',
    "expect(5).toBeAtLeast(6, 'digits');",
    /^expected: at least 6 .*\nactual: 5 digits$/,
  ],
  [
    'http/errors-say-something',
    "demand(false, { kind: 'random', pattern: 'repeated' });",
    /^expected: different codes\nactual: one code twice$/,
  ],
  [
    refused,
    "expect(await api.call('GetMFAConfig')).toBeRefused();",
    /^expected: a refusal \(4xx\)\nactual: 200 to GET \/v2\/mfa-config$/,
  ],
];

const specOf = (id: string, body: string) => `test('${id}', async ({ api }) => { ${body} });`;

const urlOf = (...path: string[]) => JSON.stringify(pathToFileURL(join(packageRoot(), ...path)).href);

/** @param specs file names with their source, without its imports; they run in alphabetical order */
async function runSpecs(file: string, specs: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  const tests = join(folder, 'tests');
  mkdirSync(tests);
  const imports = `import { demand, expect, test } from ${urlOf('dist', 'fixtures', 'index.js')};\n`;
  for (const [name, text] of Object.entries(specs))
    writeFileSync(join(tests, `${name}.spec.mjs`), imports + text);
  const config = join(folder, 'playwright.config.mjs');
  writeFileSync(
    config,
    `import base from ${urlOf('dist', 'playwright.config.js')};
export default { ...base, testDir: ${JSON.stringify(tests)}, testMatch: /\\.spec\\.mjs$/ };\n`,
  );
  const playwright = createRequire(import.meta.url).resolve('@playwright/test/cli');
  // As in a run, Playwright must not compile these files: compiling takes seconds.
  const compilesNothing = { PW_DISABLE_TS_ESM: '1' };
  const env = { MFA_TARGET: file, MFA_CONFORMANCE_STATE: join(folder, 'state'), ...compilesNothing };
  const { code, stdout, stderr } = await spawned(playwright, ['test', '-c', config], { cwd: folder, env })
    .ended;
  const events = readEvents(join(folder, 'reports', 'target', 'events.jsonl'));
  const fold = new RunFold();
  for (const event of events) fold.take(event);
  const outcomes = new Map(fold.outcomes().map(({ id, kind, reason }) => [id, { kind, reason }]));
  return { events, outcomes, code, output: stdout + stderr };
}

test('only a failed expectation fails a requirement; other errors name their source', async () => {
  const listener = answering(200, 'application/json', '{"enabled":false}');
  const { port } = await listen(httpServer(listener));
  const target = writeTarget(temporaryFolder(), targetAt(`http://127.0.0.1:${port}/v2`));

  const all = cases.map(([id, body]) => specOf(id, body)).join('\n');
  const { outcomes, events, code, output } = await runSpecs(target, { all });

  expect(code, output).toBe(1);
  for (const [id, , reason] of cases) {
    const kind = reason.source.startsWith('^expected') ? 'fail' : 'inconclusive';
    expect([id, outcomes.get(id)]).toEqual([id, { kind, reason: expect.stringMatching(reason) }]);
  }
  expect(output).not.toContain('@mfa');
  // The check names an exchange of this test: earlier exchanges verified the accounts.
  const own = events.filter((event) => 'requirement' in event && event.requirement === refused);
  const [index] = own.flatMap((event) => (event.type === 'exchange' ? [event.index] : []));
  expect(index).toBeTypeOf('number');
  expect(own.filter(({ type }) => type === 'expectation failed')).toMatchObject([
    { check: { kind: 'refused', least: '4xx', answers: [{ exchange: index }] } },
  ]);
});

test('a finding on the very last exchange turns its requirement red, in any order of files', async () => {
  const ids = ['http/has-date', 'http/utf-8', 'http/no-bom', 'http/no-redirect'];
  let requests = 0;
  const server = httpServer((request, response) => {
    request.resume();
    // Requests that verify the accounts don't have this field.
    if (request.headers['x-sent-by'] === 'a test') requests += 1;
    response.sendDate = requests < ids.length;
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"enabled":false}');
  });
  const { port } = await listen(server);
  const target = writeTarget(temporaryFolder(), targetAt(`http://127.0.0.1:${port}/v2`));
  const body = "await api.call('GetMFAConfig', { headers: { 'X-Sent-By': 'a test' } });";
  const inOrder = shuffled(ids, mulberry32(1));
  const specs = inOrder.map((id, at) => [String(at), specOf(id, body)]);

  const { outcomes, events, code } = await runSpecs(target, Object.fromEntries(specs));

  const began = events.flatMap((event) => (event.type === 'test began' ? [event.requirement] : []));
  expect(began).toEqual(inOrder);
  expect(requests).toBe(ids.length);
  // Other requirements fail by the server's answers to the logins before the tests.
  expect(ids.map((id) => `${id} ${outcomes.get(id)?.kind}`)).toEqual(
    ids.map((id) => `${id} ${id === 'http/has-date' ? 'fail' : 'pass'}`),
  );
  expect(code).toBe(1);
});
