import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { inspect } from 'node:util';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ArrangeError, ConfigurationError } from '../../src/base/errors.js';
import { steadyNow } from '../../src/base/steady-now.js';
import { findCode } from '../../src/wire/mail/code.js';
import { openMailbox } from '../../src/wire/mail/open.js';
import { SmtpMailbox } from '../../src/wire/mail/smtp-mailbox.js';
import { listen } from '../cli/servers.js';

const addresses = ['admin@lab.example', 'bob@lab.example'];
const waits = { timeoutMs: 1000, quietMs: 100 };

async function open(port = 0, codePattern?: RegExp): Promise<SmtpMailbox> {
  const settings = { ...waits, kind: 'smtp', host: '127.0.0.1', port } as const;
  const mailbox = new SmtpMailbox({ ...settings, ...(codePattern && { codePattern }) }, addresses);
  await mailbox.open();
  onTestFinished(() => mailbox.close());
  return mailbox;
}

async function send({ port }: SmtpMailbox, mail: SendMailOptions, options: object = {}) {
  const tls = { rejectUnauthorized: false };
  const transport = createTransport({ host: '127.0.0.1', port, tls, ...options });
  const usual = { from: 'cluster@lab.example', to: addresses[0], subject: 'Hello' };
  try {
    return await transport.sendMail({ ...usual, ...mail });
  } finally {
    transport.close();
  }
}

async function marked(codePattern?: RegExp) {
  const mailbox = await open(0, codePattern);
  return { mailbox, mark: await mailbox.mark() };
}

async function received(mail: SendMailOptions, options?: object) {
  const { mailbox, mark } = await marked();
  await send(mailbox, mail, options);
  return mailbox.next(mark, { to: 'admin@lab.example' }, 1000);
}

describe('receives', () => {
  test('mails sent before and after the request', async () => {
    const { mailbox, mark } = await marked();
    const startedAt = steadyNow();
    await send(mailbox, { text: 'one' });
    const first = await mailbox.next(mark, { to: 'Admin@Lab.example' }, 1000);
    const later = await mailbox.mark();
    const waiting = mailbox.next(later, { to: 'admin@lab.example' }, 5000);
    await send(mailbox, { text: 'two' });
    const second = await waiting;

    expect(first).toMatchObject({ to: ['admin@lab.example'], from: 'cluster@lab.example', secure: true });
    expect([first.text.trim(), second.text.trim()]).toEqual(['one', 'two']);
    expect(first.receivedAt).toBeGreaterThanOrEqual(startedAt);
    expect(first.receivedAt).toBeLessThanOrEqual(steadyNow());
    expect(first.raw.toString()).toContain('Subject: Hello');
    expect((await mailbox.since(mark)).map((mail) => mail === first)).toEqual([true, false]);
    expect((await mailbox.since(later)).map((mail) => mail === second)).toEqual([true]);
  });

  test('mails of each address by the envelope, not by the headers', async () => {
    const { mailbox, mark } = await marked();
    const both = addresses.map((to) => mailbox.next(mark, { to }, 5000));
    await send(mailbox, { text: 'for bob', envelope: { from: 'x@lab.example', to: 'bob@lab.example' } });
    await send(mailbox, { text: 'for admin' });

    expect((await Promise.all(both)).map(({ text }) => text.trim())).toEqual(['for admin', 'for bob']);
  });

  test.each([
    ['without TLS', { ignoreTLS: true }, false],
    ['with STARTTLS', { requireTLS: true }, true],
    ['with a log-in', { requireTLS: true, auth: { user: 'cluster', pass: 'hunter2' } }, true],
    ['with a log-in in the clear', { ignoreTLS: true, auth: { user: 'cluster', pass: 'hunter2' } }, false],
    ['with CRAM-MD5', { authMethod: 'CRAM-MD5', auth: { user: 'cluster', pass: 'hunter2' } }, true],
  ])('%s', async (_name, options, secure) => {
    expect((await received({ text: 'hello' }, options)).secure).toBe(secure);
  });

  test.each<[string, SendMailOptions]>([
    ['plain text', { text: 'Your code is 048291' }],
    ['base64', { text: 'Your code is 048291', textEncoding: 'base64' }],
    ['quoted-printable', { text: `${'ü'.repeat(80)} Your code is 048291`, textEncoding: 'quoted-printable' }],
    ['HTML only', { html: '<p>Your code is <b>048</b>291</p>' }],
    ['both', { text: 'See the HTML part.', html: '<p>Your code:</p><p>048291</p>' }],
    ['an attachment', { text: 'Code: 048291', attachments: [{ filename: 'a.txt', content: 'code 111111' }] }],
    ['a tagged address', { to: 'admin+mfa-conformance@lab.example', text: 'Your code is 048291' }],
    ['an encoded subject', { subject: 'Ihr Bestätigungscode lautet 048291', text: 'Grüße' }],
  ])('%s, and the code in it', async (_name, content) => {
    expect(findCode(await received(content))).toEqual({ code: '048291' });
  });

  test('a mail to several recipients', async () => {
    const { mailbox, mark } = await marked();
    await send(mailbox, { text: 'one', bcc: 'audit@elsewhere.example' });
    await send(mailbox, { text: 'two' });

    const [one, two] = await mailbox.since(mark);
    expect(one).toMatchObject({ to: ['admin@lab.example'], others: ['audit@elsewhere.example'] });
    expect(two).toMatchObject({ to: ['admin@lab.example'], others: [] });
  });

  test('a malformed mail without content', async () => {
    const part = (n: number) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}`;
    const raw = Array.from({ length: 80 }, (_, n) => part(n)).join('\r\n');
    const envelope = { from: 'x@lab.example', to: addresses[0] ?? '' };

    expect((await received({ raw, envelope })).text).toBe('');
  });

  test('several connections at once', async () => {
    const { mailbox, mark } = await marked();
    await Promise.all(Array.from({ length: 8 }, (_, index) => send(mailbox, { text: `mail ${index}` })));

    expect(new Set((await mailbox.since(mark)).map(({ text }) => text.trim())).size).toBe(8);
  });
});

test('refuses: unknown recipients, counted by domain', async () => {
  const { mailbox, mark } = await marked();
  const strangers = ['alice@Elsewhere.example', 'carol@elsewhere.example', 'root@lab.example'];

  for (const to of strangers)
    await expect(send(mailbox, { to })).rejects.toMatchObject({ responseCode: 550 });
  // If a refusal made the sender give up, it would mail nothing at all.
  const both = ['admin@lab.example', 'dave@elsewhere.example'];
  const { accepted } = await send(mailbox, { to: both });

  expect(accepted).toEqual(both);
  await expect(mailbox.next(await mailbox.mark(), { to: 'admin@lab.example' }, 0)).rejects.toThrow(
    'refused: 3 at elsewhere.example, 1 at lab.example.',
  );
  const mails = (await mailbox.since(mark)).map(({ to, others }) => ({ to, others }));
  expect(mails).toEqual([{ to: ['admin@lab.example'], others: ['dave@elsewhere.example'] }]);
});

test('refuses: mails over five megabytes', async () => {
  const { mailbox, mark } = await marked();
  const text = 'x'.repeat(6 * 1024 * 1024);

  await expect(send(mailbox, { text })).rejects.toMatchObject({ responseCode: 552 });
  expect(await mailbox.since(mark)).toEqual([]);
});

describe('when no mail comes', () => {
  test('names the address, the wait and other mails without their digits', async () => {
    const mailbox = await open();
    await send(mailbox, { to: 'admin@lab.example', subject: 'before the mark' });
    const mark = await mailbox.mark();
    await send(mailbox, { to: 'admin@lab.example', subject: '482913 is your code' });
    await send(mailbox, { to: 'x@elsewhere.example' }).catch(() => undefined);
    const startedAt = performance.now();
    const waiting = mailbox.next(mark, { to: 'bob@lab.example' }, 120);

    const error: unknown = await waiting.catch((thrown: unknown) => thrown);
    const mostS = (performance.now() - startedAt) / 1000;
    expect(error).toBeInstanceOf(ArrangeError);
    const said = String(Object(error).message);
    // The message names the real length of the wait, which is longer on a busy machine.
    const waitedS = Number(/ within (\d+\.\d) s\./.exec(said)?.[1]);
    expect(waitedS).toBeGreaterThanOrEqual(0.1);
    expect(waitedS).toBeLessThanOrEqual(mostS + 0.05);
    expect(said.replace(` within ${waitedS} s`, ' within 0.1 s')).toBe(
      'No mail to bob@lab.example came within 0.1 s. What came: "###### is your code" to admin@lab.example. ' +
        'Recipients that are not addresses of the target file were refused: 1 at elsewhere.example.',
    );
  });

  test("masks the matches of the target file's pattern", async () => {
    const { mailbox, mark } = await marked(/[A-Z]{4}-[A-Z]{4}/);
    await send(mailbox, { subject: 'ABCD-EFGH and ZZZZ-YYYY' });

    await expect(mailbox.next(mark, { to: 'bob@lab.example' }, 20)).rejects.toThrow('"# and #"');
  });

  test('the wait ends at once if the mailbox closes', async () => {
    const { mailbox, mark } = await marked();
    const next = () => mailbox.next(mark, { to: 'bob@lab.example' }, 60_000);
    const closed = next();

    await Promise.all([expect(closed).rejects.toThrow(/was closed\. No other mail/), mailbox.close()]);
    await expect(next()).rejects.toThrow(/was closed/);
  });

  test('an address that it refuses is not awaited', async () => {
    const { mailbox, mark } = await marked();

    await expect(mailbox.next(mark, { to: 'x@lab.example' }, 60_000)).rejects.toThrow(ArrangeError);
  });

  test('the mailbox goes on after a sender that breaks off', async () => {
    const { mailbox, mark } = await marked();
    const socket = connect(mailbox.port, '127.0.0.1');
    await once(socket, 'data');
    socket.write('EHLO x\r\nSTARTTLS\r\n');
    await once(socket, 'data');
    socket.write('this is not a handshake, by far\r\n');
    await once(socket, 'close');
    await send(mailbox, { text: 'hello' });

    expect(await mailbox.since(mark)).toHaveLength(1);
  });
});

describe('opens and closes', () => {
  test('while a sender is connected, and again on the same port', async () => {
    const mailbox = await open();
    const socket = connect(mailbox.port, '127.0.0.1').on('error', () => undefined);
    await once(socket, 'data');
    const startedAt = performance.now();
    await mailbox.close();
    const again = await open(mailbox.port);
    const took = performance.now() - startedAt;
    const mark = await again.mark();
    await send(again, { text: 'hello' });

    expect(await again.since(mark)).toHaveLength(1);
    // By default a server waits half a minute for its sender.
    expect(took).toBeLessThan(20_000);
    socket.destroy();
  });

  test('waits for a port that is about to be free', async () => {
    const holder = createServer();
    const { port } = await listen(holder);
    const opening = open(port);
    const freed = new Promise((resolve) => setTimeout(() => holder.close(resolve), 100));

    await freed;
    expect((await opening).port).toBe(port);
  });

  test('a port that stays in use is a configuration error with advice', async () => {
    const mailbox = await open();
    const opening = open(mailbox.port);

    await expect(opening).rejects.toThrow(ConfigurationError);
    await expect(opening).rejects.toThrow(
      new RegExp(`127\\.0\\.0\\.1:${mailbox.port}: the port is in use\\. .*mail\\.listen`),
    );
  });

  test.each([
    ['192.0.2.1', /on 192\.0\.2\.1:2525: this machine has no such address/],
    ['2001:db8::1', /on \[2001:db8::1\]:2525: this machine/],
    ['no-such-host.invalid', /on no-such-host\.invalid:2525: /],
  ])('%s is a configuration error', async (host, problem) => {
    const opening = openMailbox({ ...waits, kind: 'smtp', host, port: 2525 }, addresses);

    await expect(opening).rejects.toThrow(ConfigurationError);
    await expect(opening).rejects.toThrow(problem);
  });
});

test('a printed mail hides text and subject', async () => {
  const mail = await received({ subject: 'code 482913', text: '482913', html: '<b>482913</b>' });

  const printed = `${mail} ${JSON.stringify(mail)} ${inspect([mail])} ${inspect({ ...mail })}`;
  expect(printed).not.toContain('482913');
});
