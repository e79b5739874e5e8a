import { expect, test } from 'vitest';
import { answering, httpServer, listen } from '../cli/servers.js';
import { targetAt, temporaryFolder, writeTarget } from '../cli/suite.js';
import { mulberry32, shuffled } from '../detection/sample.js';
import { runSpecs } from './own-specs.js';

interface Case {
  readonly id: string;
  readonly body: string;
  readonly kind: string;
  readonly reason: RegExp;
}

const suite = /^The suite itself failed, please report it: /;

/** Only a failed expectation fails a requirement. All other errors make it inconclusive. */
const cases: readonly Case[] = [
  { id: 'http/utf-8', body: "throw new Error('plain');", kind: 'inconclusive', reason: suite },
  {
    id: 'http/no-bom',
    body: "(await import('node:fs')).readFileSync('/no/such/file');",
    kind: 'inconclusive',
    reason: /^The suite itself failed.*ENOENT/,
  },
  {
    id: 'http/has-date',
    body: `
      const net = await import('node:net');
      const server = net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
      await new Promise((done) => server.listen(0, '127.0.0.1', done));
      const socket = net.connect(server.address().port, '127.0.0.1');
      socket.write('x');
      await new Promise((_, fail) => socket.once('error', fail)).finally(() => server.close());`,
    kind: 'inconclusive',
    reason: /^read ECONNRESET$/,
  },
  {
    id: 'http/one-json-text',
    body: "(await import('node:assert')).strictEqual(1, 2);",
    kind: 'inconclusive',
    reason: suite,
  },
  { id: 'http/unique-members', body: 'undefined.x;', kind: 'inconclusive', reason: suite },
  {
    id: 'http/errors-are-error',
    body: "expect(5).toBeAtLeast(6, 'digits');",
    kind: 'fail',
    reason: /^expected: at least 6 digits\nactual: 5 digits$/,
  },
  {
    id: 'http/errors-say-something',
    body: "demand(false, { kind: 'random', pattern: 'repeated' });",
    kind: 'fail',
    reason: /^expected: different codes\nactual: one code twice$/,
  },
  {
    id: 'security/errors-show-no-internals',
    body: "expect(await api.call('GetMFAConfig')).toBeRefused();",
    kind: 'fail',
    reason: /^expected: a refusal \(4xx\)\nactual: 200 to GET \/v2\/mfa-config$/,
  },
  // A matcher that throws because of its input has judged nothing.
  {
    id: 'http/refuses-other-media-types',
    body: 'expect(null).toBeHandled();',
    kind: 'inconclusive',
    reason: suite,
  },
];

const specOf = ({ id, body }: Case) => `test('${id}', async ({ api }) => { ${body} });`;

test('only a failed expectation fails a requirement; other errors name their source', async () => {
  const listener = answering(200, 'application/json', '{"enabled":false}');
  const { port } = await listen(httpServer(listener));
  const target = writeTarget(temporaryFolder(), targetAt(`http://127.0.0.1:${port}/v2`));

  const { outcomes, events, code, output } = await runSpecs(target, { all: cases.map(specOf).join('\n') });

  expect(code, output).toBe(1);
  for (const { id, kind, reason } of cases) {
    expect([id, outcomes.get(id)]).toEqual([id, { kind, reason: expect.stringMatching(reason) }]);
  }
  expect(output).not.toContain('@mfa');
  // The check names an exchange of this test: earlier exchanges verified the accounts.
  const [index] = events.flatMap((event) =>
    event.type === 'exchange' && event.requirement === 'security/errors-show-no-internals'
      ? [event.index]
      : [],
  );
  expect(index).toBeTypeOf('number');
  const about = events.flatMap((event) =>
    event.type === 'expectation failed' && event.requirement === 'security/errors-show-no-internals'
      ? [event]
      : [],
  );
  expect(about).toMatchObject([{ check: { kind: 'refused', least: '4xx', answers: [{ exchange: index }] } }]);
});

test.each([1, 2])(
  'a finding on the very last exchange turns its requirement red, files shuffled by seed %i',
  async (seed) => {
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
    const inOrder = shuffled(ids, mulberry32(seed));
    const specs = inOrder.map((id, at) => [String(at), specOf({ id, body, kind: '', reason: /x/ })]);

    const { outcomes, events, code } = await runSpecs(target, Object.fromEntries(specs));

    const began = events.flatMap((event) => (event.type === 'test began' ? [event.requirement] : []));
    expect(began).toEqual(inOrder);
    expect(requests).toBe(ids.length);
    // Other requirements fail by the server's answers to the logins before the tests.
    expect(ids.map((id) => `${id} ${outcomes.get(id)?.kind}`)).toEqual(
      ids.map((id) => `${id} ${id === 'http/has-date' ? 'fail' : 'pass'}`),
    );
    expect(code).toBe(1);
  },
);
