import { setTimeout as sleep } from 'node:timers/promises';
import { createTransport, type SendMailOptions } from 'nodemailer';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import type { Clock } from './clock.js';

export interface MailAddress {
  readonly host: string;
  readonly port: number;
}

export interface Message {
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  readonly encoding?: 'base64' | 'quoted-printable';
  /** Set only by faults. */
  readonly bcc?: string;
  /** Set only by faults: changes the text of the mail just before it is sent. */
  rewrite?(source: string): string;
}

/** How long the mailer retries a mail while nobody listens, and the pause between tries. In real milliseconds. */
const keptMs = 30_000;
const retryMs = 100;

/** Sends mails in order, one at a time, without delaying API answers. */
export class Mailer {
  readonly address: MailAddress;
  readonly #clock: Clock;
  readonly #transport;
  #queue: Promise<void> = Promise.resolve();
  /** Aborting this controller drops all mails that are waiting now. */
  #pending = new AbortController();

  constructor(address: MailAddress, clock: Clock) {
    this.address = address;
    this.#clock = clock;
    this.#transport = createTransport({
      host: address.host,
      port: address.port,
      secure: false,
      // One connection serves all mails, because real relays keep theirs open. If another listener takes the
      // port, it gets a new connection.
      pool: true,
      maxConnections: 1,
      maxMessages: Number.POSITIVE_INFINITY,
      // The mails go to a test's own listener and carry no real secrets, so its certificate needs no check.
      tls: { rejectUnauthorized: false },
      connectionTimeout: 5000,
      greetingTimeout: 5000,
      socketTimeout: 10_000,
    });
  }

  send(to: string, message: Message, delayMs = 0): void {
    const { encoding, rewrite, ...rest } = message;
    const composed = {
      ...rest,
      from: '"Cluster" <no-reply@cluster.lab.example>',
      to,
      date: this.#clock.date(),
      ...(encoding === undefined ? {} : { textEncoding: encoding, encoding }),
    };
    const { signal } = this.#pending;
    const source = rewrite === undefined ? undefined : sourceOf(composed).then(rewrite);
    const due = Date.now() + delayMs;
    this.#queue = this.#queue.then(async () => {
      const mail =
        source === undefined ? composed : { envelope: { from: composed.from, to }, raw: await source };
      if (Date.now() < due) await pause(due - Date.now(), signal);
      while (!signal.aborted && Date.now() < due + keptMs) {
        try {
          await this.#transport.sendMail(mail);
          return;
        } catch (error) {
          // The listener refused the mail for good (5xx), as for an unknown address. A further try would fail too.
          if (isFinal(error)) return;
          await pause(retryMs, signal);
        }
      }
    });
  }

  clear(): void {
    this.#pending.abort();
    this.#pending = new AbortController();
  }

  async close(): Promise<void> {
    this.#pending.abort();
    this.#transport.close();
    await this.#queue;
  }
}

async function sourceOf(mail: SendMailOptions): Promise<string> {
  return (await new MailComposer(mail).compile().build()).toString('latin1');
}

function isFinal(error: unknown): boolean {
  return Number(Object(error).responseCode) >= 500;
}

/** Waits until the time has passed or the signal is aborted. */
const pause = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }).catch(() => undefined);
