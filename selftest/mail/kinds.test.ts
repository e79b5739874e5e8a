import { writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { performed } from '../cli/in-process.js';
import { answering, httpServer, listen, tcpServer } from '../cli/servers.js';
import { folders, targetAt, temporaryFolder, writeTarget } from '../cli/suite.js';
import { connecting } from '../connection/emulated.js';
import { emulate } from '../emulator/tools.js';
import { Dovecot, hasDovecot, password } from './dovecot.js';
import { startRelay } from './relay.js';

const address = 'admin@lab.example';

/** The code that an emulator mails, and the code that a mailbox reads. `deliver` puts mails into the mailbox. */
async function askedBy(mail: object, deliver: (to: string, mail: string) => unknown) {
  const sent: (string | undefined)[] = [];
  const relay = await startRelay(async (to, text) => {
    sent.push(/\b\d{6}\b/.exec(text)?.[0]);
    await deliver(to, text);
  });
  onTestFinished(() => relay.close());
  const emulator = await emulate({ smtp: { host: '127.0.0.1', port: relay.port } });
  const { open } = await connecting({ ...emulator.targetFile(), mail });
  const connection = await open();
  const codes = await connection.mail();
  const as = await connection.admin();
  const ask = async () => expect((await connection.api.call('SendEmailOtp', { as })).status).toBe(204);
  const { code, mark } = await codes.codeAsked('admin', address, ask);
  return { sent, code, mails: await codes.since(mark) };
}

test.runIf(hasDovecot())('a mailed code is found by IMAP', async () => {
  const server = await Dovecot.start();
  onTestFinished(() => server.stop());
  const { tlsPort: port, certificate: ca } = server;
  const login = { username: 'suite', password };
  const mail = { kind: 'imap', host: '127.0.0.1', port, ca, ...login, timeoutMs: 10_000, quietMs: 1000 };

  const { sent, code, mails } = await askedBy(mail, (to, text) =>
    server.deliver(`Delivered-To: ${to}\n${text}`),
  );

  expect(sent).toEqual([code]);
  expect(mails).toMatchObject([{ to: [address], secure: true }]);
});

test('a mailed code is found by a command', async () => {
  const folder = temporaryFolder();
  const program = `const { existsSync, readFileSync } = require('node:fs');
const file = ${JSON.stringify(folder)} + '/' + process.argv[1];
if (existsSync(file)) process.stdout.write(readFileSync(file));`;
  const run = [process.execPath, '-e', program, '{to}'];
  const mail = { kind: 'command', run, timeoutMs: 10_000, quietMs: 500 };

  const { sent, code } = await askedBy(mail, (to, text) =>
    writeFileSync(join(folder, to), /\b\d{6}\b/.exec(text)?.[0] ?? ''),
  );

  expect(sent).toEqual([code]);
});

async function imapOf(answer: (socket: Socket) => unknown): Promise<object> {
  const { port } = await listen(tcpServer(answer));
  const login = { username: 'suite', password: 'pass-of-the-suite' };
  return { kind: 'imap', host: '127.0.0.1', port, tls: false, ...login };
}

function refusingLogins(socket: Socket): void {
  socket.write('* OK [CAPABILITY IMAP4rev1] ready\r\n');
  socket.on('data', (chunk: Buffer) => {
    const tag = /^\S+/.exec(chunk.toString())?.[0] ?? '*';
    socket.write(`${tag} NO [AUTHENTICATIONFAILED] no\r\n`);
  });
}

const refusesAll = (socket: Socket) => socket.end('* BYE not today\r\n');
const failing = { kind: 'command', run: [process.execPath, '-e', 'process.exit(7)'] };

test.each<[string, () => object | Promise<object>, RegExp]>([
  ['IMAP of another server', () => imapOf(refusesAll), /can't be read from 127\.0\.0\.1:\d+ by IMAP/],
  ['IMAP that refuses logins', () => imapOf(refusingLogins), /refused: check mail\.username and mail\.pass/],
  ['a command that fails', () => failing, /The program of mail\.run .* ended with exit code 7/],
])('an unreadable mailbox ends the run before the first request: %s', async (_, mailOf, problem) => {
  const target = await listen(httpServer(answering(200, 'application/json', '{}')));
  const accounts = { admin: { email: address, apiKey: 'key-of-the-admin' } };
  const folder = temporaryFolder();
  const mail = await mailOf();
  const file = writeTarget(folder, targetAt(`http://127.0.0.1:${target.port}/v2`, { accounts, mail }));

  const { code, stderr } = await performed('run', '-t', file, ...folders(folder));

  expect(code).toBe(2);
  expect(stderr).toMatch(problem);
  expect(stderr).not.toContain('pass-of-the-suite');
  expect(target.connections()).toBe(0);
});
