import PostalMime from 'postal-mime';
import { steadyNow } from '../../base/steady-now.js';
import { deliveryHeaders, ImapSession, type ImapSettings } from './imap-session.js';
import { AwaitedMailbox, type Mailbox, type Mark } from './mailbox.js';
import { parseMail } from './parse.js';
import { type ReceivedMail, storedMail } from './received-mail.js';

/**
 * An IMAP folder that receives the target's mail. UIDs grow with each arrival, so the highest seen UID is the
 * mark. It reads only mails to the suite's addresses, and of others only the recipients.
 */
export class ImapMailbox extends AwaitedMailbox implements Mailbox {
  /** Short at first, since most mails come quickly. */
  protected readonly pauses = [50, 100, 200, 400, 800, 1000];
  readonly #session: ImapSession;
  #mails: readonly { readonly uid: number; readonly mail: ReceivedMail }[] = [];
  /** The highest UID read so far. */
  #seen = 0;
  /** The UIDs of mails to others. */
  #foreign: readonly number[] = [];
  #looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly settings: ImapSettings,
    addresses: readonly string[],
    commandWithinMs: number,
  ) {
    super(addresses, settings.codePattern);
    this.#session = new ImapSession(settings, commandWithinMs);
  }

  /** @throws ConfigurationError if the server does not answer or refuses the log-in or folder */
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
    return this.#since(mark);
  }

  #since(mark: Mark): readonly ReceivedMail[] {
    return this.#mails.filter(({ uid }) => uid > mark).map(({ mail }) => mail);
  }

  protected missed(mark: Mark) {
    const foreign = this.#foreign.filter((uid) => uid > mark).length;
    const more = `${foreign} more came that name none of the target file's addresses as recipient.`;
    return { others: this.#since(mark), more: foreign === 0 ? [] : [more] };
  }

  /** Runs polls one after another, so that each starts where the last one ended. */
  #look(): Promise<void> {
    const look = this.#looking.catch(() => undefined).then(() => this.#lookOnce());
    this.#looking = look;
    return look;
  }

  async #lookOnce(): Promise<void> {
    for (const { uid, headers } of await this.#session.headsAfter(this.#seen)) {
      const to = await this.#recipients(headers);
      if (to.length === 0) this.#foreign = [...this.#foreign, uid];
      else {
        const raw = await this.#session.source(uid);
        if (raw !== undefined) {
          const { from } = await headersOf(raw);
          const envelope = { to, from, receivedAt: steadyNow(), secure: this.settings.tls !== false };
          const mail = storedMail(envelope, await parseMail(raw), raw);
          this.#mails = [...this.#mails, { uid, mail }];
        }
      }
      this.#seen = uid;
    }
  }

  /** The recipients: known addresses in delivery headers, else those in To and Cc. */
  async #recipients(headers: Buffer): Promise<readonly string[]> {
    const { delivered, written } = await headersOf(headers);
    const known = (addresses: readonly string[]) => [
      ...new Set(addresses.flatMap((address) => this.known(address) ?? [])),
    ];
    const byDelivery = known(delivered);
    return byDelivery.length > 0 ? byDelivery : known(written);
  }
}

/** The addresses in a mail's headers; empty if they are malformed. */
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
