import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { ConfigurationError, codeOf, reasonOf } from '../../base/errors.js';
import { steadyNow } from '../../base/steady-now.js';
import type { MailSettings } from '../../input/target-file/mail.js';
import { authorityOf } from '../http/address.js';
import { folded, Mailbox, type Mark } from './mailbox.js';
import { parseMail, type ReceivedMail, storedMail } from './received-mail.js';

const largestMail = 5 * 1024 * 1024;
/** Above this size of all mails, the mailbox drops the oldest. */
const largestBox = 64 * 1024 * 1024;
/** Refused recipients of this many domains have a count each. All other domains share one count. */
const mostDomains = 50;
const closeWithinMs = 100;

/** Accepts mails with at least one of the given addresses as recipient, with any credentials or none. */
export class SmtpMailbox extends Mailbox {
  protected readonly pauses = [10];
  /** Counted by domain: a full address may be a stranger's. */
  readonly #refused = new Map<string, number>();
  #size = 0;
  #order = 0;
  readonly #sockets = new Set<Socket>();
  #server: SMTPServer | undefined;
  #port: number;
  /** The unknown recipients of the mail that is being received. */
  readonly #others = new WeakMap<SMTPServerSession, readonly string[]>();
  #senderTrouble = 0;

  constructor(
    private readonly settings: Extract<MailSettings, { kind: 'smtp' }>,
    addresses: readonly string[],
  ) {
    super(addresses, settings.codePattern);
    this.#port = settings.port;
  }

  get port(): number {
    return this.#port;
  }

  async open(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = new SMTPServer({
      name: 'mfa-conformance',
      banner: 'mfa-conformance',
      size: largestMail,
      rejectOversized: true,
      authOptional: true,
      // Mails from a cluster that logs in without TLS count too.
      allowInsecureAuth: true,
      authMethods: ['PLAIN', 'LOGIN', 'CRAM-MD5'],
      disableReverseLookup: true,
      closeTimeout: closeWithinMs,
      logger: false,
      onAuth: (_auth, _session, callback) => callback(null, { user: 'sender' }),
      onConnect: (session, callback) => {
        withCertificate(server, session).then(() => callback());
      },
      onMailFrom: (_from, session, callback) => {
        this.#others.delete(session);
        callback();
      },
      onRcptTo: ({ address }, session, callback) => callback(this.#refusalOf(address, session)),
      onData: (stream, session, callback) => {
        this.#receive(stream, session).then(
          () => callback(),
          () => callback(new Error('The mail could not be read')),
        );
      },
    });
    // A failed sender must not stop the server.
    server.on('error', () => {
      this.#senderTrouble++;
    });
    server.server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#port = await listenOn(server, this.settings.host, this.settings.port);
    this.#server = server;
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    this.closing.abort();
    await new Promise<void>((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
  }

  async mark(): Promise<Mark> {
    // The sender of a mail must not have to wait for the certificate.
    await mailCertificate();
    return this.#order as Mark;
  }

  async since(mark: Mark): Promise<readonly ReceivedMail[]> {
    return this.after(mark);
  }

  protected missed(mark: Mark) {
    const more: string[] = [];
    if (this.#refused.size > 0) {
      const refused = [...this.#refused].map(([domain, count]) => `${count} at ${domain}`).join(', ');
      more.push(`Recipients that are not addresses of the target file were refused: ${refused}.`);
    }
    if (this.#senderTrouble > 0) more.push(`${this.#senderTrouble} connections of senders failed.`);
    return { others: this.after(mark), more };
  }

  #refusalOf(address: string, session: SMTPServerSession): (Error & { responseCode: number }) | null {
    if (this.known(address) !== undefined) return null;
    this.#others.set(session, [...(this.#others.get(session) ?? []), address]);
    const domain = folded(address.slice(address.lastIndexOf('@') + 1));
    const counted = this.#refused.has(domain) || this.#refused.size < mostDomains ? domain : '(others)';
    this.#refused.set(counted, (this.#refused.get(counted) ?? 0) + 1);
    // A sender may drop a mail for one refused recipient, so further ones are accepted and ignored.
    if (session.envelope.rcptTo.length > 0) return null;
    return Object.assign(new Error('No such mailbox here'), { responseCode: 550 });
  }

  async #receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) {
      if (Buffer.isBuffer(chunk) && !stream.sizeExceeded) chunks.push(chunk);
    }
    if (stream.sizeExceeded) return;
    // A later mail may be parsed sooner.
    const at = ++this.#order;
    const receivedAt = steadyNow();
    const raw = Buffer.concat(chunks);
    const { mailFrom, rcptTo } = session.envelope;
    const envelope = {
      to: rcptTo.flatMap(({ address }) => this.known(address) ?? []),
      others: this.#others.get(session) ?? [],
      from: mailFrom === false ? '' : mailFrom.address,
      receivedAt,
      secure: session.secure,
    };
    this.mails.push({ at, mail: storedMail(envelope, await parseMail(raw), raw) });
    this.mails.sort((a, b) => a.at - b.at);
    this.#size += raw.length;
    while (this.#size > largestBox && this.mails.length > 1) {
      this.#size -= this.mails.shift()?.mail.raw.length ?? 0;
    }
  }
}

/** Without a certificate, the session offers no STARTTLS. */
async function withCertificate(server: SMTPServer, session: SMTPServerSession): Promise<void> {
  const certificate = await mailCertificate();
  if (certificate === undefined) session.disabledCommands = ['STARTTLS'];
  else if (server.options.cert !== certificate.cert) server.updateSecureContext({ ...certificate });
}

let made: ReturnType<typeof makeCertificate> | undefined;

/** Each process makes one certificate before the first mail, because it takes long; undefined if it can't. */
function mailCertificate() {
  made ??= makeCertificate();
  return made;
}

async function makeCertificate(): Promise<{ readonly key: string; readonly cert: string } | undefined> {
  try {
    const { generate } = (await import('selfsigned')).default;
    const pems = await generate([{ name: 'commonName', value: 'mfa-conformance' }], {
      keyType: 'ec',
      curve: 'P-256',
      algorithm: 'sha256',
    });
    return { key: pems.private, cert: pems.cert };
  } catch {
    return undefined;
  }
}

const retryForMs = 2000;
const retryEveryMs = 25;

async function listenOn({ server }: SMTPServer, host: string, port: number): Promise<number> {
  const giveUpAt = steadyNow() + retryForMs;
  for (;;) {
    try {
      server.listen(port, host);
      await once(server, 'listening');
      break;
    } catch (error) {
      const failure = codeOf(error) || reasonOf(error);
      if (failure !== 'EADDRINUSE' || steadyNow() > giveUpAt) {
        throw new ConfigurationError(
          `Mail can't be received on ${authorityOf(host, port)}: ${advice[failure] ?? failure}.`,
        );
      }
    }
    await sleep(retryEveryMs);
  }
  const address = server.address();
  return address === null || typeof address === 'string' ? port : address.port;
}

const advice: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'the port is in use. Stop what listens there (another run, perhaps), or set another port in mail.listen and in the SMTP settings of the target',
  EACCES: 'this user may not listen there. Set a port from 1024 up in mail.listen',
  EADDRNOTAVAIL: 'this machine has no such address. Set one of its own in mail.listen, or 0.0.0.0 for all',
  ENOTFOUND: 'the host name is unknown. Set an address of this machine in mail.listen',
  EAFNOSUPPORT: 'this machine does not speak that kind of address. Set an IPv4 address in mail.listen',
};
