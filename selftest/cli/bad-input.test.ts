import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { answering, flooding, httpServer, listen, selfSigned, tcpServer, unusedPort } from './servers.js';
import {
  cli,
  type Ended,
  filesBelow,
  folders,
  startEmulator,
  targetAt,
  temporaryFolder,
  verdictOf,
  writeTarget,
} from './suite.js';

type OnEnd = TestContext['onTestFinished'];

interface BadTarget {
  readonly is: string;
  /** @returns the base URL */
  readonly at: (onEnd: OnEnd) => Promise<string>;
  readonly says: RegExp;
  /** What else the target file holds. */
  readonly more?: object;
}

const json = answering(200, 'application/json', '{}');
const page = '<!doctype html><title>Welcome</title><h1>It works</h1>';
const halfAnAnswer = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"ena';
const url = (scheme: string, { port }: { readonly port: number }) => `${scheme}://127.0.0.1:${port}/v2`;

const badTargets: readonly BadTarget[] = [
  {
    is: 'a port where nothing listens',
    at: async () => url('http', { port: await unusedPort() }),
    says: /nothing listens there.*ECONNREFUSED/,
  },
  {
    is: 'a host that is not known',
    at: async () => 'https://no-such-host.invalid/v2',
    says: /the host name of baseUrl is not known here/,
  },
  {
    is: 'HTTPS signed by nobody who is trusted',
    at: async (onEnd) => url('https', await listen(await selfSigned(json), onEnd)),
    says: /not signed by a trusted authority: set tls\.ca/,
  },
  {
    is: 'plain HTTP where https:// is written',
    at: async (onEnd) => url('https', await listen(httpServer(json), onEnd)),
    says: /does not speak TLS: should baseUrl begin with http:\/\//,
  },
  {
    is: 'TLS where http:// is written',
    at: async (onEnd) => url('http', await listen(await selfSigned(json), onEnd)),
    says: /does the port speak TLS|the connection was closed/,
  },
  {
    is: 'a web site with one page for everything',
    at: async (onEnd) => url('http', await listen(httpServer(answering(200, 'text/html', page)), onEnd)),
    says: /does not speak this API: it answers 200 with text\/html/,
  },
  {
    is: 'a server that closes every connection at once',
    at: async (onEnd) =>
      url(
        'http',
        await listen(
          tcpServer((socket) => socket.destroy()),
          onEnd,
        ),
      ),
    says: /the connection was closed before the answer was complete/,
  },
  {
    is: 'a server that closes in the middle of an answer',
    at: async (onEnd) => {
      const server = tcpServer((socket) => socket.once('data', () => socket.end(halfAnAnswer)));
      return url('http', await listen(server, onEnd));
    },
    says: /the connection was closed before the answer was complete/,
  },
  {
    is: 'a server that never answers',
    at: async (onEnd) =>
      url(
        'http',
        await listen(
          httpServer((request) => void request.resume()),
          onEnd,
        ),
      ),
    says: /within 300 ms \(limits\.requestTimeoutMs\)/,
    more: { limits: { requestTimeoutMs: 300 } },
  },
  {
    is: 'a server that sends 100 MB',
    at: async (onEnd) => url('http', await listen(httpServer(flooding(100 * 1024 * 1024)), onEnd)),
    says: /larger than 5 MB/,
  },
  {
    is: 'a mail server',
    at: async (onEnd) => {
      const server = tcpServer((socket) => socket.write('220 mail.example ESMTP ready\r\n'));
      return url('http', await listen(server, onEnd));
    },
    says: /what came back is not HTTP/,
  },
  {
    is: 'another API, which answers 404 to all of this one',
    at: async (onEnd) => {
      const listener = answering(404, 'application/json', '{"message":"no such resource"}');
      return url('http', await listen(httpServer(listener), onEnd));
    },
    says: /does not speak this API: it answers 404 to all/,
  },
  {
    is: 'this API, but with another key for the admin',
    at: async (onEnd) => {
      const listener = answering(401, 'application/json', '{"message":"who are you?"}');
      return url('http', await listen(httpServer(listener), onEnd));
    },
    says: /does not accept the credential of accounts\.admin/,
  },
];

describe.concurrent('a target that is', () => {
  test('out of reach, or no target at all, is inconclusive, and says why', async ({
    expect,
    onTestFinished,
  }) => {
    const folder = temporaryFolder(onTestFinished);
    const targets = badTargets.map(async ({ at, more }, n) => {
      const content = targetAt(await at(onTestFinished), { name: `bad-${n}`, ...more });
      return ['-t', writeTarget(folder, content, `bad-${n}.yaml`)];
    });
    const args = ['run', ...(await Promise.all(targets)).flat(), ...folders(folder)];

    const ended = await cli(args, {}, onTestFinished);

    expect(ended.code).toBe(3);
    for (const [n, { is, says }] of badTargets.entries()) {
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

  test('alone in its run, the run tells of it', async ({ expect, onTestFinished }) => {
    const folder = temporaryFolder(onTestFinished);
    const file = writeTarget(folder, targetAt(url('http', { port: await unusedPort() })));

    const ended = await cli(['run', '-t', file, ...folders(folder)], {}, onTestFinished);

    expect(ended.code).toBe(3);
    const { gate, cause } = verdictOf(folder);
    expect(gate).toBe('inconclusive');
    expect(ended.stdout).toContain(cause.replace(/\.$/, ''));
    expectNoTrace(ended, folder);
  });

  test('JSON of nobody knows what to every request', async ({ expect, onTestFinished }) => {
    const folder = temporaryFolder(onTestFinished);
    const server = await listen(
      httpServer(answering(200, 'application/json', '{"hello":1}')),
      onTestFinished,
    );
    const file = writeTarget(folder, targetAt(url('http', server)));

    const ended = await cli(
      ['run', '-t', file, '--grep', 'access/get-*', ...folders(folder)],
      {},
      onTestFinished,
    );

    // It lets everybody in: that alone does not conform.
    expect(ended.code).toBe(1);
    const { gate, cause, outcomes } = verdictOf(folder);
    expect({ gate, cause }).toEqual({ gate: 'does not conform', cause: '' });
    const found = outcomes.find(({ id }) => id === 'access/get-mfa-config-refuses-anonymous');
    expect(found?.outcome).toBe('fail');
    expectNoTrace(ended, folder);
  });
});

describe.concurrent('among several targets', () => {
  const few = ['--grep', 'mfa-config/get-*'];

  test('one out of reach, and one without its clock, leave the verdict on the others as it is', async ({
    expect,
    onTestFinished,
  }) => {
    const folder = temporaryFolder(onTestFinished);
    const { targetFile } = await startEmulator(folder, [], onTestFinished);
    const gone = `http://127.0.0.1:${await unusedPort()}`;
    const server = await listen(httpServer(json), onTestFinished);
    const noClock = targetAt(url('http', server), { name: 'no-clock', clock: { control: `${gone}/clock` } });
    const files = [
      writeTarget(folder, targetAt(`${gone}/v2`), 'lab.yaml'),
      writeTarget(folder, noClock, 'no-clock.yaml'),
      targetFile,
    ];

    const targets = files.flatMap((file) => ['-t', file]);
    const ended = await cli(['run', ...targets, ...few, ...folders(folder)], {}, onTestFinished);

    expect(ended.code).toBe(3);
    expect(verdictOf(folder, 'emulator')).toMatchObject({ gate: 'conforms', restored: true });
    expect(verdictOf(folder, 'lab')).toMatchObject({ gate: 'inconclusive' });
    expect(verdictOf(folder, 'lab').cause).toContain('nothing listens there');
    expect(verdictOf(folder, 'no-clock').cause).toMatch(
      /clock control at .* did not answer GET: nobody listens/,
    );
    expectNoTrace(ended, folder);
  });

  test('one whose mailbox can not be opened costs exit 2, not the verdict on the other', async ({
    expect,
    onTestFinished,
  }) => {
    const folder = temporaryFolder(onTestFinished);
    const { targetFile } = await startEmulator(folder, [], onTestFinished);
    const { port } = await listen(
      tcpServer(() => {}),
      onTestFinished,
    );
    const mail = { kind: 'smtp', listen: `127.0.0.1:${port}`, quietMs: 200 };
    const taken = writeTarget(folder, targetAt('http://127.0.0.1:1/v2', { mail }));

    const ended = await cli(
      ['run', '-t', taken, '-t', targetFile, ...few, ...folders(folder)],
      {},
      onTestFinished,
    );

    expect(ended.code).toBe(2);
    expect(verdictOf(folder, 'emulator').gate).toBe('conforms');
    expect(verdictOf(folder).cause).toContain(String(port));
    expectNoTrace(ended, folder);
  });
});

/** A stack trace tells a user nothing, and may tell others too much. */
function expectNoTrace({ stdout, stderr }: Ended, folder: string): void {
  const written = [...filesBelow(`${folder}/out`)];
  for (const [where, text] of [['stdout', stdout], ['stderr', stderr], ...written] as const) {
    expect(text, where).not.toMatch(/^\s+at .*[(:/]|node_modules|\bat \w+ \(file:/m);
    expect(text, where).not.toMatch(/please report it/);
  }
}
