import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ArrangeError, ConfigurationError } from '../../src/base/errors.js';
import { Secret } from '../../src/base/secret.js';
import { findCode } from '../../src/wire/mail/code.js';
import type { ImapSettings } from '../../src/wire/mail/imap-mailbox.js';
import type { Mailbox } from '../../src/wire/mail/mailbox.js';
import { openMailbox } from '../../src/wire/mail/open.js';
import { listen, tcpServer } from '../cli/servers.js';
import { Dovecot, hasDovecot, password } from './dovecot.js';

const addresses = ['Admin@lab.example', 'bob@lab.example'];
const defaults = {
  kind: 'imap',
  host: '127.0.0.1',
  insecure: false,
  username: 'suite',
  folder: 'INBOX',
  timeoutMs: 1000,
  quietMs: 100,
} as const;

function mail(to: string, text: string, more = ''): string {
  return `From: Cluster <no-reply@lab.example>\n${more}To: ${to}\nSubject: Sign-in\n\n${text}\n`;
}

test('the IMAP server to try the mailbox against is installed', () => {
  if (hasDovecot()) return;
  const missing = 'Dovecot (Debian: dovecot-imapd) is not installed: the IMAP mailbox was NOT TESTED.';
  if (process.env['CI']) throw new Error(missing);
  process.stderr.write(`\n*** ${missing} ***\n\n`);
});

describe.runIf(hasDovecot())('with a real server', () => {
  let server: Dovecot;
  beforeAll(async () => {
    server = await Dovecot.start();
  });
  afterAll(() => server.stop());

  async function open(more: Partial<ImapSettings> = {}): Promise<Mailbox> {
    const settings = { port: server.port, tls: false, password: new Secret(password), ...defaults, ...more };
    const mailbox = await openMailbox(settings, addresses, 3000);
    onTestFinished(() => mailbox.close());
    return mailbox;
  }

  async function marked(more?: Partial<ImapSettings>) {
    const mailbox = await open(more);
    return { mailbox, mark: await mailbox.mark() };
  }

  test('finds only mails after the mark, in order', async () => {
    await server.deliver(mail('admin@lab.example', 'old 111111'));
    const mailbox = await open();
    await server.deliver(mail('admin@lab.example', 'between 222222'));
    const mark = await mailbox.mark();
    const waiting = mailbox.next(mark, { to: 'admin@lab.example' }, 5000);
    await server.deliver(mail('admin@lab.example', 'code 333333'));
    const first = await waiting;
    await server.deliver(mail('"A, B" <ADMIN@lab.example>', 'code 444444'));
    const all = await mailbox.since(mark);

    expect(findCode(first)).toEqual({ code: '333333' });
    expect(first).toMatchObject({ to: ['Admin@lab.example'], from: 'no-reply@lab.example', secure: false });
    expect(all.map((each) => findCode(each).code)).toEqual(['333333', '444444']);
    expect(all[0]).toBe(first);
    expect(await mailbox.since(await mailbox.mark())).toEqual([]);
  });

  test('distinguishes recipients by delivery first, then by headers', async () => {
    const { mailbox, mark } = await marked();
    await server.deliver(mail('undisclosed:;', 'to bob', 'Delivered-To: BOB@lab.example\n'));
    await server.deliver(mail('admin@lab.example', 'bob again', 'X-Original-To: <bob@lab.example>\n'));
    await server.deliver(mail('x@lab.example', 'by cc', 'Cc: bob@lab.example, admin@lab.example\n'));
    await server.deliver(mail('admin@lab.example', 'for admin', 'Delivered-To: catch-all@lab.example\n'));

    expect((await mailbox.since(mark)).map(({ to }) => to)).toEqual([
      ['bob@lab.example'],
      ['bob@lab.example'],
      ['bob@lab.example', 'Admin@lab.example'],
      ['Admin@lab.example'],
    ]);
    const adminsOnly = await mailbox.next(mark, { to: 'admin@lab.example' }, 0);
    const later = await mailbox.next(mark, { to: 'admin@lab.example', except: new Set([adminsOnly]) }, 0);
    expect([adminsOnly.text.trim(), later.text.trim()]).toEqual(['by cc', 'for admin']);
  });

  test("shows other people's mail only as a count", async () => {
    const { mailbox, mark } = await marked();
    await server.deliver(mail('alice@lab.example', 'private', 'X: y\n'));
    await server.deliver(mail('bob@lab.example', '', 'Date: x\n').replace('Sign-in', 'Ticket 778812'));
    const waiting = mailbox.next(mark, { to: 'admin@lab.example' }, 150);

    await expect(waiting).rejects.toThrow(ArrangeError);
    await expect(waiting).rejects.toThrow(
      /^No mail to admin@lab\.example came within 0\.\d s\. What came: "Ticket ######" to bob@lab\.example\. 1 more came that name none of the target file's addresses as recipient\.$/,
    );
  });

  test.each([
    ['base64', 'WW91ciBjb2RlIGlzIDA0ODI5MQ==', 'text/plain'],
    ['quoted-printable', 'Ihr Best=C3=A4tigungscode lautet <b>0482=\n91</b>', 'text/html; charset=utf-8'],
  ])('decodes %s', async (encoding, body, type) => {
    const { mailbox, mark } = await marked();
    const head = `MIME-Version: 1.0\nContent-Type: ${type}\nContent-Transfer-Encoding: ${encoding}\n`;
    await server.deliver(mail('admin@lab.example', body, head));

    expect(findCode(await mailbox.next(mark, { to: 'admin@lab.example' }, 5000))).toEqual({ code: '048291' });
  });

  test('changes no flag of any mail', async () => {
    const { mailbox, mark } = await marked();
    await server.deliver(mail('admin@lab.example', 'code 333333'));
    await mailbox.next(mark, { to: 'admin@lab.example' }, 5000);

    expect(await server.flags()).toEqual([]);
  });

  test.each<[string, 'tlsPort' | 'port', ImapSettings['tls']]>([
    ['TLS from the first byte', 'tlsPort', true],
    ['STARTTLS', 'port', 'starttls'],
  ])('over %s, trusting mail.ca or anything', async (_name, port, tls) => {
    const at = { port: server[port], tls };
    const refused = open(at);
    await expect(refused).rejects.toThrow(ConfigurationError);
    await expect(refused).rejects.toThrow(/not signed by a trusted authority: set mail\.ca/);

    const { mailbox: trusted, mark } = await marked({ ...at, ca: server.certificate });
    await server.deliver(mail('admin@lab.example', 'code 333333'));
    expect((await trusted.next(mark, { to: 'admin@lab.example' }, 5000)).secure).toBe(true);
    await open({ ...at, insecure: true });
  });

  test.each<[string, Partial<ImapSettings> | ((at: Dovecot) => Partial<ImapSettings>), RegExp]>([
    ['a wrong password', { password: new Secret('not-this-one') }, /the log-in was refused: check mail\.us/],
    ['a missing folder', { folder: 'Codes' }, /there is no folder Codes/],
    ['a port where nothing listens', { port: 1 }, /127\.0\.0\.1:1 by IMAP: nothing listens there/],
    ['an unknown host', { host: 'no-such-host.invalid' }, /the host name is unknown/],
    ['TLS at a plain port', { tls: true }, /does not speak TLS: check mail\.port and mail\.tls/],
    ['no TLS at a TLS port', ({ tlsPort }) => ({ port: tlsPort }), /check mail\.port and mail\.tls/],
  ])('%s is a configuration error', async (_name, more, problem) => {
    const opening = open(typeof more === 'function' ? more(server) : more);

    await expect(opening).rejects.toThrow(ConfigurationError);
    await expect(opening).rejects.toThrow(problem);
    await expect(opening).rejects.not.toThrow(/not-this-one|pass-of/);
  });

  test('goes on after a restart of the server', async () => {
    const { mailbox, mark } = await marked();
    await server.deliver(mail('admin@lab.example', 'code 333333'));
    await server.restart();
    await server.deliver(mail('admin@lab.example', 'code 444444'));

    expect((await mailbox.since(mark)).map((each) => findCode(each).code)).toEqual(['333333', '444444']);
  });

  test('reports that the folder was recreated: its marks are void', async () => {
    await server.remake('Codes');
    const { mailbox, mark } = await marked({ folder: 'Codes' });
    await server.restart();
    await server.remake('Codes');
    await server.deliver(mail('admin@lab.example', 'code 333333'), 'Codes');

    const asked = mailbox.since(mark);
    await expect(asked).rejects.toThrow(ArrangeError);
    await expect(asked).rejects.toThrow(/Codes on 127\.0\.0\.1 was recreated/);
  });

  test('ends a wait at once when it is closed', async () => {
    const { mailbox, mark } = await marked();
    const closed = mailbox.next(mark, { to: 'bob@lab.example' }, 60_000);

    await Promise.all([expect(closed).rejects.toThrow(/mailbox was closed/), mailbox.close()]);
  });
});

async function opening(greeting: string): Promise<Mailbox> {
  const { port } = await listen(tcpServer((socket) => void socket.write(greeting)));
  const settings = { ...defaults, port, tls: false, password: new Secret(password) } as const;
  return openMailbox(settings, addresses, 300);
}

test.each([
  ['never greets', ''],
  ['never answers', '* OK ready\r\n'],
  ['speaks SMTP', '220 mail.example ESMTP\r\n'],
  ['closes at once', '* BYE not today\r\n'],
])('with a server that %s is given up', async (_name, greeting) => {
  const open = opening(greeting);

  await expect(open).rejects.toThrow(ConfigurationError);
  await expect(open).rejects.toThrow(/by IMAP: (?:no answer within 300 ms|it does not greet|the connection)/);
});
