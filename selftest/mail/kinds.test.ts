import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'vitest';
import { parse } from 'yaml';
import { performed } from '../cli/in-process.js';
import { answering, httpServer, listen, tcpServer } from '../cli/servers.js';
import {
  cli,
  type Ended,
  folders,
  startEmulator,
  targetAt,
  temporaryFolder,
  verdictOf,
  writeTarget,
} from '../cli/suite.js';
import { Dovecot, hasDovecot, password } from './dovecot.js';
import { type Relay, startRelay } from './relay.js';

type OnEnd = TestContext['onTestFinished'];

/** A run against an emulator whose mails go through the relay. */
async function runWith(
  folder: string,
  relay: Relay,
  mail: object,
  grep: string,
  onEnd: OnEnd,
): Promise<Ended> {
  const { targetFile } = await startEmulator(folder, ['--smtp', `127.0.0.1:${relay.port}`], onEnd);
  const content: unknown = parse(readFileSync(targetFile, 'utf8'));
  const file = writeTarget(folder, { ...Object(content), name: 'lab', mail });
  return cli(['run', '-t', file, '--grep', grep, ...folders(folder)], {}, onEnd);
}

describe.runIf(hasDovecot())('by IMAP', () => {
  test('mails are found, and their absence is', async ({ expect, onTestFinished }) => {
    const folder = temporaryFolder(onTestFinished);
    const server = await Dovecot.start();
    onTestFinished(() => server.stop());
    const relay = await startRelay((to, mail) => server.deliver(`Delivered-To: ${to}\n${mail}`));
    onTestFinished(() => relay.close());
    const { tlsPort: port, certificate: ca } = server;
    const login = { username: 'suite', password };
    const mail = { kind: 'imap', host: '127.0.0.1', port, ca, ...login, timeoutMs: 10_000, quietMs: 1000 };

    const grep = 'send-email-otp/mails-one-code-to-the-caller,send-email-otp/anonymous-mails-nothing';
    const ended = await runWith(folder, relay, mail, grep, onTestFinished);

    expect(ended.stdout).toContain('no breach found');
    const { outcomes } = verdictOf(folder);
    const found = Object.fromEntries(outcomes.map(({ id, outcome }) => [id, outcome]));
    expect(found).toMatchObject({
      'send-email-otp/mails-one-code-to-the-caller': 'pass',
      'send-email-otp/anonymous-mails-nothing': 'pass',
    });
    expect(ended.code).toBe(0);
  });
});

describe('by a command', () => {
  test('codes are found, and mails are not counted', async ({ expect, onTestFinished }) => {
    const folder = temporaryFolder(onTestFinished);
    const relay = await startRelay(async (to, mail) => {
      writeFileSync(join(folder, to), /\b\d{6}\b/.exec(mail)?.[0] ?? '');
    });
    onTestFinished(() => relay.close());
    const program = join(folder, 'newest-code.mjs');
    writeFileSync(
      program,
      `import { existsSync, readFileSync } from 'node:fs';
const file = ${JSON.stringify(folder)} + '/' + process.argv[2];
if (existsSync(file)) process.stdout.write(readFileSync(file));
`,
    );
    const run = [process.execPath, program, '{to}'];
    const mail = { kind: 'command', run, timeoutMs: 10_000, quietMs: 500 };

    const ended = await runWith(folder, relay, mail, 'email-*/*mail*code*', onTestFinished);

    const { outcomes } = verdictOf(folder);
    const found = Object.fromEntries(outcomes.map(({ id, outcome, reason }) => [id, [outcome, reason]]));
    expect(found).toMatchObject({
      'email-login/accepts-mailed-code': ['pass', ''],
      'email-otp/mails-one-code-to-the-user': [
        'not run',
        "mail.kind command shows codes, not each mail: it can't count them",
      ],
    });
    expect(ended.code).toBe(0);
  });
});

describe('a mailbox that can not be read ends the run before the first request:', () => {
  test.for<[string, (onEnd: OnEnd) => Promise<object>, RegExp]>([
    [
      'IMAP where nobody speaks it',
      async (onEnd) => {
        const server = await listen(
          tcpServer((socket) => socket.end('* BYE not today\r\n')),
          onEnd,
        );
        const login = { username: 'suite', password: 'pass-of-the-suite' };
        return { kind: 'imap', host: '127.0.0.1', port: server.port, tls: false, ...login };
      },
      /Mail can't be read from 127\.0\.0\.1:\d+ by IMAP/,
    ],
    [
      'IMAP that refuses the log-in',
      async (onEnd) => {
        const server = await listen(
          tcpServer((socket) => {
            socket.write('* OK [CAPABILITY IMAP4rev1] ready\r\n');
            socket.on('data', (chunk: Buffer) => {
              const tag = /^\S+/.exec(chunk.toString())?.[0] ?? '*';
              socket.write(`${tag} NO [AUTHENTICATIONFAILED] no\r\n`);
            });
          }),
          onEnd,
        );
        const login = { username: 'suite', password: 'pass-of-the-suite' };
        return { kind: 'imap', host: '127.0.0.1', port: server.port, tls: false, ...login };
      },
      /the log-in was refused: check mail\.username and mail\.password/,
    ],
    [
      'a command that fails',
      async () => ({ kind: 'command', run: [process.execPath, '-e', 'process.exit(7)'] }),
      /The program of mail\.run .* ended with exit code 7/,
    ],
  ])('%s', async ([, mailOf, problem], { expect, onTestFinished }) => {
    const folder = temporaryFolder(onTestFinished);
    const target = await listen(httpServer(answering(200, 'application/json', '{}')), onTestFinished);
    const mail = await mailOf(onTestFinished);
    const admin = { email: 'admin@lab.example', apiKey: 'key-of-the-admin' };
    const content = targetAt(`http://127.0.0.1:${target.port}/v2`, { accounts: { admin }, mail });
    const file = writeTarget(folder, content);

    const { code, stderr } = await performed('run', '-t', file, ...folders(folder));

    expect(code).toBe(2);
    expect(stderr).toMatch(problem);
    expect(stderr).not.toContain('pass-of-the-suite');
    expect(target.connections()).toBe(0);
  });
});
