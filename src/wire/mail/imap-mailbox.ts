import type { FetchMessageObject, ImapFlow, ImapFlowOptions } from 'imapflow';
import PostalMime from 'postal-mime';
import { ArrangeError, ConfigurationError } from '../../base/errors.js';
import { steadyNow } from '../../base/steady-now.js';
import type { MailSettings } from '../../input/target-file/mail.js';
import { authorityOf } from '../http/address.js';
import { authorities } from '../http/authorities.js';
import { Mailbox, type Mark } from './mailbox.js';
import { parseMail, type ReceivedMail, storedMail } from './received-mail.js';

export type ImapSettings = Extract<MailSettings, { kind: 'imap' }>;

const largestMail = 5 * 1024 * 1024;

/** Servers name the recipients in these fields, which take precedence over To and Cc. */
const deliveryHeaders: readonly string[] =
  'delivered-to x-original-to x-delivered-to envelope-to x-envelope-to x-rcpt-to'.split(' ');
const recipientHeaders = [...deliveryHeaders, 'to', 'cc'];

class DeadlineError extends Error {}

async function within<T>(ms: number, step: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`took longer than ${ms} ms`)), ms);
  });
  // A later failure would be an unhandled rejection.
  step.catch(() => undefined);
  try {
    return await Promise.race([step, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A folder opened read-only. After a broken connection a command reconnects once. */
class ImapSession {
  #client: ImapFlow | undefined;
  #validity: bigint | undefined;

  constructor(
    private readonly settings: ImapSettings,
    private readonly commandWithinMs: number,
  ) {}

  /** @returns the folder's highest UID, or 0 */
  async open(): Promise<number> {
    try {
      return await this.#connect();
    } catch (error) {
      throw new ConfigurationError(this.#inWords(error));
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client === undefined) return;
    await within(1000, client.logout()).catch(() => undefined);
    client.close();
  }

  async headsAfter(uid: number): Promise<{ readonly uid: number; readonly headers: Buffer }[]> {
    const range = `${uid + 1}:*`;
    const found = await this.#command(async (client) => {
      // NOOP makes the server report new mails.
      await client.noop();
      return client.fetchAll(range, { uid: true, headers: recipientHeaders }, { uid: true });
    });
    // The range n:* always holds the last mail, even below n.
    return found
      .filter((mail) => mail.uid > uid)
      .sort((a, b) => a.uid - b.uid)
      .map((mail) => ({ uid: mail.uid, headers: mail.headers ?? Buffer.alloc(0) }));
  }

  async source(uid: number): Promise<Buffer | undefined> {
    const query = { uid: true, source: { maxLength: largestMail } };
    const found = await this.#command(
      (client): Promise<FetchMessageObject | false> => client.fetchOne(String(uid), query, { uid: true }),
    );
    return found === false ? undefined : found.source;
  }

  async #command<T>(run: (client: ImapFlow) => Promise<T>): Promise<T> {
    try {
      const client = this.#client;
      if (client?.usable) {
        try {
          return await within(this.commandWithinMs, run(client));
        } catch (error) {
          // If the server itself refused, the error stands. Otherwise the command runs once more.
          if (client.usable && !(error instanceof DeadlineError)) throw error;
        }
      }
      client?.close();
      await this.#connect();
      if (this.#client === undefined) throw new Error('the connection was closed');
      return await within(this.commandWithinMs, run(this.#client));
    } catch (error) {
      if (error instanceof ArrangeError) throw error;
      throw new ArrangeError(this.#inWords(error));
    }
  }

  async #connect(): Promise<number> {
    const { host, port, tls, ca, insecure, username, password, folder } = this.settings;
    const { ImapFlow } = await import('imapflow');
    const options: ImapFlowOptions = {
      host,
      port,
      secure: tls === true,
      doSTARTTLS: tls === 'starttls',
      auth: { user: username, pass: password.reveal() },
      tls: { rejectUnauthorized: !insecure, ca: [...authorities(ca)] },
      logger: false,
      emitLogs: false,
      disableAutoIdle: true,
      connectionTimeout: this.commandWithinMs,
      greetingTimeout: this.commandWithinMs,
      socketTimeout: 0,
      maxLiteralSize: 2 * largestMail,
    };
    const client = new ImapFlow(options);
    // The failing command reports the error.
    client.on('error', () => undefined);
    this.#client = client;
    try {
      await within(this.commandWithinMs, client.connect());
      const box = await within(this.commandWithinMs, client.mailboxOpen(folder, { readOnly: true }));
      if (this.#validity !== undefined && this.#validity !== box.uidValidity) {
        throw new ArrangeError(
          `The folder ${folder} on ${host} was recreated during the run, so new mails can't be recognised.`,
        );
      }
      this.#validity = box.uidValidity;
      return box.uidNext - 1;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  #inWords(error: unknown): string {
    const { host, port, tls, folder } = this.settings;
    const of = (name: string): unknown =>
      error instanceof Error && name in error ? Reflect.get(error, name) : undefined;
    const code = [of('code'), of('serverResponseCode')].find((each) => typeof each === 'string');
    const say = (what: string) =>
      `Mail can't be read from ${authorityOf(host, port)} by IMAP: ${what}${code === undefined ? '' : ` (${code})`}.`;
    if (error instanceof ConfigurationError || error instanceof ArrangeError) return error.message;
    if (error instanceof DeadlineError)
      return say(`no answer within ${this.commandWithinMs} ms: check mail.port and mail.tls`);
    if (of('authenticationFailed') === true) {
      return say('the log-in was refused: check mail.username and mail.password');
    }
    if (of('mailboxMissing') === true || code === 'NONEXISTENT') return say(`there is no folder ${folder}`);
    const text = `${error instanceof Error ? error.message : ''} ${code ?? ''}`;
    const known = troubles.find(([pattern]) => pattern.test(text));
    if (known !== undefined) return say(known[1]);
    if (/STARTTLS/i.test(text)) return say('the server offers no STARTTLS: check mail.port and mail.tls');
    if (of('responseStatus') === 'NO' || of('responseStatus') === 'BAD')
      return say('the server refused a command');
    return say(tls === true ? 'the connection failed' : 'the connection failed, or the port speaks TLS');
  }
}

const troubles: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'nothing listens there: check mail.host and mail.port'],
  [/ENOTFOUND|EAI_AGAIN/, 'the host name is unknown'],
  [/EHOSTUNREACH|ENETUNREACH/, 'there is no route to it'],
  [/CONNECT_TIMEOUT|ETIMEDOUT/, 'it does not answer to a connection'],
  [/GREETING_TIMEOUT/, 'it does not greet as an IMAP server does: check mail.port and mail.tls'],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH|EPROTO/, 'the port does not speak TLS: check mail.port and mail.tls'],
  [/ALTNAME_INVALID/, "the server's certificate is for another name: check mail.host"],
  [
    /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_/,
    "the server's certificate is not signed by a trusted authority: set mail.ca",
  ],
];

/** A mark is the highest UID read. Of mails to others, the suite reads only the recipients. */
export class ImapMailbox extends Mailbox {
  protected readonly pauses = [50, 100, 200, 400, 800, 1000];
  readonly #session: ImapSession;
  #seen = 0;
  readonly #foreign: number[] = [];
  #looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly settings: ImapSettings,
    addresses: readonly string[],
    commandWithinMs: number,
  ) {
    super(addresses, settings.codePattern);
    this.#session = new ImapSession(settings, commandWithinMs);
  }

  async open(): Promise<void> {
    this.#seen = await this.#session.open();
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.#looking.catch(() => undefined);
    await this.#session.close();
  }

  async mark(): Promise<Mark> {
    await this.#look();
    return this.#seen as Mark;
  }

  async since(mark: Mark): Promise<readonly ReceivedMail[]> {
    await this.#look();
    return this.after(mark);
  }

  protected missed(mark: Mark) {
    const foreign = this.#foreign.filter((uid) => uid > mark).length;
    const more = `${foreign} more came that name none of the target file's addresses as recipient.`;
    return { others: this.after(mark), more: foreign === 0 ? [] : [more] };
  }

  /** Each poll starts where the previous one ended. */
  #look(): Promise<void> {
    const look = this.#looking.catch(() => undefined).then(() => this.#lookOnce());
    this.#looking = look;
    return look;
  }

  async #lookOnce(): Promise<void> {
    for (const { uid, headers } of await this.#session.headsAfter(this.#seen)) {
      const to = await this.#recipients(headers);
      if (to.length === 0) this.#foreign.push(uid);
      else {
        const raw = await this.#session.source(uid);
        if (raw !== undefined) {
          const { from } = await headersOf(raw);
          const envelope = { to, from, receivedAt: steadyNow(), secure: this.settings.tls !== false };
          this.mails.push({ at: uid, mail: storedMail(envelope, await parseMail(raw), raw) });
        }
      }
      this.#seen = uid;
    }
  }

  async #recipients(headers: Buffer): Promise<readonly string[]> {
    const { delivered, written } = await headersOf(headers);
    const known = (addresses: readonly string[]) => [
      ...new Set(addresses.flatMap((address) => this.known(address) ?? [])),
    ];
    const byDelivery = known(delivered);
    return byDelivery.length > 0 ? byDelivery : known(written);
  }
}

/** Empty for a malformed header section. */
async function headersOf(raw: Buffer) {
  try {
    const end = raw.indexOf('\r\n\r\n');
    const head = Buffer.concat([end === -1 ? raw : raw.subarray(0, end), Buffer.from('\r\n\r\n')]);
    const { from, to = [], cc = [], headers } = await PostalMime.parse(head);
    const written = [...to, ...cc].flatMap((each) => [
      each.address ?? '',
      ...(each.group?.map(({ address }) => address ?? '') ?? []),
    ]);
    const delivered = headers
      .filter(({ key }) => deliveryHeaders.includes(key))
      .map(({ value }) => value.replace(/^[^<]*<|>.*$/g, ''));
    return { from: from?.address ?? '', delivered, written };
  } catch {
    return { from: '', delivered: [], written: [] };
  }
}
