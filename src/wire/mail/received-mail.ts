import { inspect } from 'node:util';

/** A received mail. Printing or serialising it hides text and subject, which may hold a code. */
export interface ReceivedMail {
  /** Its recipients among the suite's addresses: by the envelope (SMTP) or the headers (mailboxes). */
  readonly to: readonly string[];
  /** Further recipients that the target file does not list, as the SMTP mailbox was told them. */
  readonly others?: readonly string[] | undefined;
  /** The sender: over SMTP from the envelope (empty for a bounce), in a mailbox from the header. */
  readonly from: string;
  /** Epoch milliseconds of the runner's clock. */
  readonly receivedAt: number;
  /** Decoded; empty if absent. */
  readonly subject: string;
  /** The decoded plain text part; empty if absent. */
  readonly text: string;
  /** The decoded HTML part; empty if absent. */
  readonly html: string;
  /** The code itself, from mailboxes that deliver codes instead of mails. */
  readonly code?: string | undefined;
  /** The attached mail, if any: a gateway may have wrapped the original. */
  readonly wrapped?: Pick<ReceivedMail, 'subject' | 'text' | 'html'> | undefined;
  readonly raw: Buffer;
  /** Whether it came over TLS, as far as the suite knows. */
  readonly secure: boolean;
}

export type MailContent = Pick<ReceivedMail, 'subject' | 'text' | 'html' | 'code' | 'wrapped'>;

/** A mail in memory. Getters hide its content from failed comparisons, which print properties. */
export class StoredMail implements ReceivedMail {
  readonly to: readonly string[];
  readonly others: readonly string[];
  readonly from: string;
  readonly receivedAt: number;
  readonly secure: boolean;
  readonly #content: MailContent;
  readonly #raw: Buffer;

  constructor(
    envelope: Pick<ReceivedMail, 'to' | 'others' | 'from' | 'receivedAt' | 'secure'>,
    content: MailContent,
    raw: Buffer,
  ) {
    this.to = envelope.to;
    this.others = envelope.others ?? [];
    this.from = envelope.from;
    this.receivedAt = envelope.receivedAt;
    this.secure = envelope.secure;
    this.#content = content;
    this.#raw = raw;
  }

  get subject(): string {
    return this.#content.subject;
  }

  get text(): string {
    return this.#content.text;
  }

  get html(): string {
    return this.#content.html;
  }

  get code(): string | undefined {
    return this.#content.code;
  }

  get wrapped(): ReceivedMail['wrapped'] {
    return this.#content.wrapped;
  }

  get raw(): Buffer {
    return this.#raw;
  }

  toString(): string {
    return `[mail to ${this.to.join(', ')} of ${new Date(this.receivedAt).toISOString()}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

const longestSubject = 80;

/** A subject for messages, with digits and other possible codes masked. */
export function maskedSubject(subject: string, codePattern?: RegExp): string {
  const flat = subject.normalize('NFKC').replace(/\s+/g, ' ').trim();
  const pattern = codePattern && new RegExp(codePattern.source, `${codePattern.flags.replace(/[gy]/g, '')}g`);
  const masked = pattern === undefined ? flat : flat.replace(pattern, (match) => match && '#');
  const shown = masked.replace(/\p{Nd}/gu, '#');
  if (shown === '') return '(no subject)';
  return `"${shown.length > longestSubject ? `${shown.slice(0, longestSubject)}…` : shown}"`;
}
