import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { emulator } from './emulated.js';
import { performed } from './in-process.js';
import { answering, flooding, httpServer, listen, selfSigned, tcpServer, unusedPort } from './servers.js';
import { filesBelow, folders, targetAt, temporaryFolder, verdictOf, writeTarget } from './suite.js';

type OnEnd = TestContext['onTestFinished'];

type BadTarget = readonly [is: string, at: (onEnd: OnEnd) => Promise<string>, says: RegExp, more?: object];

const json = answering(200, 'application/json', '{}');
const page = '<!doctype html><title>Welcome</title><h1>It works</h1>';
const halfAnAnswer = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"ena';
const url = (scheme: string, { port }: { readonly port: number }) => `${scheme}://127.0.0.1:${port}/v2`;

type Server = Parameters<typeof listen>[0];
const served =
  (scheme: 'http' | 'https', start: () => Server | Promise<Server>): BadTarget[1] =>
  async (onEnd) =>
    url(scheme, await listen(await start(), onEnd));
const says404 = answering(404, 'application/json', '{"message":"no such resource"}');
const says401 = answering(401, 'application/json', '{"message":"who are you?"}');
const overTcp = (act: Parameters<typeof tcpServer>[0]) => served('http', () => tcpServer(act));
const overHttp = (act: Parameters<typeof httpServer>[0]) => served('http', () => httpServer(act));
const silent = overHttp((request) => void request.resume());
const greeting = '220 mail.example ESMTP ready\r\n';

const unknownHost = /the host name of baseUrl is not known here/;
const untrusted = /not signed by a trusted authority: set tls\.ca/;
const noTls = /does not speak TLS: should baseUrl begin with http:\/\//;
const tlsSpoken = /does the port speak TLS|the connection was closed/;
const html = /does not speak this API: it answers 200 with text\/html/;
const incomplete = /the connection was closed before the answer was complete/;
const slow = /within 300 ms \(limits\.requestTimeoutMs\)/;

const badTargets: readonly BadTarget[] = [
  [
    'a port where nothing listens',
    async () => url('http', { port: await unusedPort() }),
    /nothing listens there.*ECONNREFUSED/,
  ],
  ['an unknown host', async () => 'https://no-such-host.invalid/v2', unknownHost],
  ['HTTPS with an untrusted certificate', served('https', () => selfSigned(json)), untrusted],
  ['plain HTTP at a URL with https://', served('https', () => httpServer(json)), noTls],
  ['TLS at a URL with http://', served('http', () => selfSigned(json)), tlsSpoken],
  ['a web site with one page for everything', overHttp(answering(200, 'text/html', page)), html],
  ['a server that closes every connection at once', overTcp((socket) => socket.destroy()), incomplete],
  [
    'a server that closes in the middle of an answer',
    overTcp((socket) => socket.once('data', () => socket.end(halfAnAnswer))),
    incomplete,
  ],
  ['a server that never answers', silent, slow, { limits: { requestTimeoutMs: 300 } }],
  ['a server that sends 100 MB', overHttp(flooding(100 * 1024 * 1024)), /larger than 5 MB/],
  ['a mail server', overTcp((socket) => socket.write(greeting)), /what came back is not HTTP/],
  ['another API, which answers only 404', overHttp(says404), /it answers every request with 404/],
  ['this API with another admin key', overHttp(says401), /does not accept accounts\.admin\.apiKey/],
];

describe.concurrent('a target that is', () => {
  test('unreachable, or no target at all, is inconclusive with a reason', async ({ onTestFinished }) => {
    const folder = temporaryFolder(onTestFinished);
    const targets = badTargets.map(async ([, at, , more], n) => {
      const content = targetAt(await at(onTestFinished), { name: `bad-${n}`, ...more });
      return ['-t', writeTarget(folder, content, `bad-${n}.yaml`)];
    });
    const args = ['run', ...(await Promise.all(targets)).flat(), ...folders(folder)];

    const ended = await performed(...args);

    expect(ended.code).toBe(3);
    for (const [n, [is, , says]] of badTargets.entries()) {
      const { gate, cause, summary, restored } = verdictOf(folder, `bad-${n}`);
      expect({ is, gate, restored }).toEqual({ is, gate: 'inconclusive', restored: true });
      expect(cause, is).toMatch(says);
      expect(summary, is).toMatchObject({ pass: 0, fail: 0, failShould: 0 });
      const told = readFileSync(join(folder, 'out', `bad-${n}`, 'summary.txt'), 'utf8');
      expect(told, is).toContain(cause.replace(/\.$/, ''));
    }
    expectNoTrace(ended, folder);
    expect(ended.durationMs).toBeLessThan(120_000);
  });

  test('the only one of its run is reported by the run', async ({ onTestFinished }) => {
    const folder = temporaryFolder(onTestFinished);
    const file = writeTarget(folder, targetAt(url('http', { port: await unusedPort() })));

    const ended = await performed('run', '-t', file, ...folders(folder));

    expect(ended.code).toBe(3);
    const { gate, cause } = verdictOf(folder);
    expect(gate).toBe('inconclusive');
    expect(ended.stdout).toContain(cause.replace(/\.$/, ''));
    expectNoTrace(ended, folder);
  });
});

test('targets without reach, clock or mailbox do not affect the verdicts on others', async () => {
  const folder = temporaryFolder();
  const { targetFile } = await emulator(folder);
  const gone = `http://127.0.0.1:${await unusedPort()}`;
  const server = url('http', await listen(httpServer(json)));
  const odd = url('http', await listen(httpServer(answering(200, 'application/json', '{"hello":1}'))));
  const { port } = await listen(tcpServer(() => {}));
  const mail = { kind: 'smtp', listen: `127.0.0.1:${port}`, quietMs: 200 };
  const others = {
    gone: targetAt(`${gone}/v2`),
    'no-clock': targetAt(server, { clock: { control: `${gone}/clock` } }),
    odd: targetAt(odd),
    'no-mail': targetAt('http://127.0.0.1:1/v2', { mail }),
  };
  const files = Object.entries(others).map(([name, content]) =>
    writeTarget(folder, { ...content, name }, `${name}.yaml`),
  );

  const targets = [...files, targetFile].flatMap((file) => ['-t', file]);
  const few = ['--grep', 'mfa-config/get-*,access/get-*-anonymous'];
  const ended = await performed('run', ...targets, ...few, ...folders(folder));

  // A mailbox that can't be opened is a mistake of the target file.
  expect(ended.code).toBe(2);
  expect(verdictOf(folder, 'no-mail').cause).toContain(String(port));
  expect(verdictOf(folder, 'emulator')).toMatchObject({ gate: 'conforms', restored: true });
  expect(verdictOf(folder, 'gone')).toMatchObject({ gate: 'inconclusive' });
  expect(verdictOf(folder, 'gone').cause).toContain('nothing listens there');
  const noClock = /clock control at .* did not answer GET: nobody listens/;
  expect(verdictOf(folder, 'no-clock').cause).toMatch(noClock);
  // This server accepts every caller, so it does not conform.
  const { gate, cause, outcomes } = verdictOf(folder, 'odd');
  expect({ gate, cause }).toEqual({ gate: 'does not conform', cause: '' });
  const refusal = { id: 'access/get-mfa-config-refuses-anonymous', outcome: 'fail' };
  expect(outcomes).toContainEqual(expect.objectContaining(refusal));
  expectNoTrace(ended, folder);
});

type Printed = Readonly<Record<'stdout' | 'stderr', string>>;

function expectNoTrace({ stdout, stderr }: Printed, folder: string): void {
  const written = [...filesBelow(`${folder}/out`)];
  for (const [where, text] of [['stdout', stdout], ['stderr', stderr], ...written] as const) {
    expect(text, where).not.toMatch(/^\s+at .*[(:/]|node_modules|\bat \w+ \(file:/m);
    expect(text, where).not.toMatch(/please report it/);
  }
}
