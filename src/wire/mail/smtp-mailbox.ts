import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { ArrangeError } from '../../base/errors.js';
import { steadyNow } from '../../base/steady-now.js';
import type { MailSettings } from '../../input/target-file/mail.js';
import { Addresses, folded } from './addresses.js';
import { listenOn } from './listen.js';
import type { Mailbox, MailFilter, Mark } from './mailbox.js';
import { missingMail } from './missing-mail.js';
import { parseMail } from './parse.js';
import { anyOf } from './poll.js';
import { type ReceivedMail, StoredMail } from './received-mail.js';
import { mailCertificate } from './starttls.js';

const largestMail = 5 * 1024 * 1024;
/** The limit for all mails together; then the oldest go. */
const largestBox = 64 * 1024 * 1024;
/** The number of domains with their own count of refusals; others share one. */
const mostDomains = 50;
/** How long a closing mailbox waits for senders. */
const closeWithinMs = 100;

/**
 * An SMTP server for the target's mails. It accepts mail that goes to one of the given addresses first, and forwards
 * nothing.
 * STARTTLS and log-in are optional; any credentials work, and it does not keep them.
 */
export class SmtpMailbox implements Mailbox {
  readonly #addresses: Addresses;
  readonly #refused = new Map<string, number>();
  /** Emits `mail` for each mail that is stored. */
  readonly #arrivals = new EventEmitter().setMaxListeners(0);
  #closing = new AbortController();
  #mails: { readonly order: number; readonly mail: ReceivedMail }[] = [];
  #size = 0;
  #order = 0;
  readonly #sockets = new Set<Socket>();
  #server: SMTPServer | undefined;
  #port: number;
  /** Further recipients of the mail being received. */
  readonly #others = new WeakMap<SMTPServerSession, readonly string[]>();
  #senderTrouble = 0;

  constructor(
    private readonly settings: Extract<MailSettings, { kind: 'smtp' }>,
    addresses: readonly string[],
  ) {
    this.#addresses = new Addresses(addresses);
    this.#port = settings.port;
  }

  /** The port it listens on; for port 0 the assigned one. */
  get port(): number {
    return this.#port;
  }

  /** The number of refused recipients by domain. Full addresses may belong to strangers. */
  get refusedRecipients(): ReadonlyMap<string, number> {
    return this.#refused;
  }

  /** @throws ConfigurationError with host and port if it can't listen */
  async open(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = new SMTPServer({
      name: 'mfa-conformance',
      banner: 'mfa-conformance',
      size: largestMail,
      rejectOversized: true,
      authOptional: true,
      // Mails of a cluster that logs in without TLS count too.
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
    // A failed sender must not stop the server, but helps to explain a missing mail.
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
    this.#closing.abort();
    this.#closing = new AbortController();
    await new Promise<void>((resolve) => server.close(resolve));
    // Idle senders would keep this process alive.
    for (const socket of this.#sockets) socket.destroy();
  }

  async mark(): Promise<Mark> {
    // A mail follows soon, and its sender must not wait for the certificate.
    await mailCertificate();
    return this.#order as Mark;
  }

  async since(mark: Mark): Promise<readonly ReceivedMail[]> {
    return this.#since(mark);
  }

  #since(mark: Mark): readonly ReceivedMail[] {
    return this.#mails.filter(({ order }) => order > mark).map(({ mail }) => mail);
  }

  async next(
    mark: Mark,
    filter: MailFilter,
    deadlineMs: number,
    signal?: AbortSignal,
  ): Promise<ReceivedMail> {
    const address = folded(filter.to);
    const startedAt = steadyNow();
    const missing = (why: string) => this.#missing(filter.to, mark, steadyNow() - startedAt, why);
    if (this.#addresses.known(address) === undefined) {
      throw new ArrangeError(`${filter.to} is not an address that the mailbox takes mail for.`);
    }
    const look = () =>
      this.#since(mark).find(
        (mail) => mail.to.some((to) => folded(to) === address) && !filter.except?.has(mail),
      );
    let found = look();
    if (found === undefined && this.#server === undefined) throw missing('the mailbox is closed');
    const closing = this.#closing.signal;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), deadlineMs);
    const ended = anyOf(closing, late.signal, signal);
    while (found === undefined && !ended.aborted) {
      await once(this.#arrivals, 'mail', { signal: ended }).catch(() => undefined);
      found = look();
    }
    clearTimeout(timer);
    if (found !== undefined) return found;
    if (signal?.aborted) throw missing('the wait was called off');
    throw missing(closing.aborted ? 'the mailbox was closed' : '');
  }

  #refusalOf(address: string, session: SMTPServerSession): (Error & { responseCode: number }) | null {
    if (this.#addresses.known(address) !== undefined) return null;
    this.#others.set(session, [...(this.#others.get(session) ?? []), address]);
    const domain = folded(address.slice(address.lastIndexOf('@') + 1));
    const counted = this.#refused.has(domain) || this.#refused.size < mostDomains ? domain : '(others)';
    this.#refused.set(counted, (this.#refused.get(counted) ?? 0) + 1);
    // A sender may drop a whole mail for one refused recipient, so further recipients are accepted but get nothing.
    if (session.envelope.rcptTo.length > 0) return null;
    return Object.assign(new Error('No such mailbox here'), { responseCode: 550 });
  }

  async #receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) {
      if (Buffer.isBuffer(chunk) && !stream.sizeExceeded) chunks.push(chunk);
    }
    if (stream.sizeExceeded) return;
    // Number mails before parsing, since a later mail may be parsed sooner.
    const order = ++this.#order;
    const receivedAt = steadyNow();
    const raw = Buffer.concat(chunks);
    const { mailFrom, rcptTo } = session.envelope;
    const envelope = {
      to: rcptTo.flatMap(({ address }) => this.#addresses.known(address) ?? []),
      others: this.#others.get(session) ?? [],
      from: mailFrom === false ? '' : mailFrom.address,
      receivedAt,
      secure: session.secure,
    };
    this.#store(order, new StoredMail(envelope, await parseMail(raw), raw));
  }

  #store(order: number, mail: ReceivedMail): void {
    this.#mails.push({ order, mail });
    this.#mails.sort((a, b) => a.order - b.order);
    this.#size += mail.raw.length;
    while (this.#size > largestBox && this.#mails.length > 1) {
      this.#size -= this.#mails.shift()?.mail.raw.length ?? 0;
    }
    this.#arrivals.emit('mail');
  }

  #missing(address: string, mark: Mark, waitedMs: number, why: string): ArrangeError {
    const more: string[] = [];
    if (this.#refused.size > 0) {
      const refused = [...this.#refused].map(([domain, count]) => `${count} at ${domain}`).join(', ');
      more.push(`Recipients that are not addresses of the target file were refused: ${refused}.`);
    }
    if (this.#senderTrouble > 0) more.push(`${this.#senderTrouble} connections of senders failed.`);
    const { codePattern } = this.settings;
    return missingMail({ address, waitedMs, why, others: this.#since(mark), codePattern, more });
  }
}

/** Waits for the certificate before the greeting, which announces STARTTLS. */
async function withCertificate(server: SMTPServer, session: SMTPServerSession): Promise<void> {
  const certificate = await mailCertificate();
  if (certificate === undefined) session.disabledCommands = ['STARTTLS'];
  else if (server.options.cert !== certificate.cert) server.updateSecureContext({ ...certificate });
}
