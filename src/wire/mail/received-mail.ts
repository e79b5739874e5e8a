import { inspect } from 'node:util';

/** One mail as it came. Its content may hold a code: printed or serialised it shows neither text nor subject. */
export interface ReceivedMail {
  /**
   * Who got it, of the suite's addresses, as the target file spells them. Over SMTP the envelope's recipients,
   * whatever the headers say; out of a mailbox those that its headers name.
   */
  readonly to: readonly string[];
  /** Whom it was for besides, of nobody's addresses in the target file: over SMTP, where that mailbox refused them. */
  readonly others?: readonly string[] | undefined;
  /** The sender: over SMTP the envelope's (empty for a bounce), out of a mailbox that of the header. */
  readonly from: string;
  /** Epoch milliseconds of the runner's clock. */
  readonly receivedAt: number;
  /** Decoded; empty where there is none. */
  readonly subject: string;
  /** The plain text part, decoded; empty where there is none. */
  readonly text: string;
  /** The HTML part, decoded; empty where there is none. */
  readonly html: string;
  /** The code itself, where the mailbox hands out codes instead of mails. */
  readonly code?: string | undefined;
  /** The mail that is attached to it, where there is one: a gateway may have wrapped it. */
  readonly wrapped?: Pick<ReceivedMail, 'subject' | 'text' | 'html'> | undefined;
  readonly raw: Buffer;
  /** Whether it came over TLS, as far as the suite can tell. */
  readonly secure: boolean;
}

/** What a mail says, apart from how it came. */
export type MailContent = Pick<ReceivedMail, 'subject' | 'text' | 'html' | 'code' | 'wrapped'>;

/** A mail in memory; getters keep its content out of what enumerates properties, as failed comparisons do. */
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

/** A subject for a message to people: digits, which may be the code, and what else may be one are masked. */
export function maskedSubject(subject: string, codePattern?: RegExp): string {
  const flat = subject.normalize('NFKC').replace(/\s+/g, ' ').trim();
  const masked =
    codePattern === undefined ? flat : flat.replace(global(codePattern), (match) => match && '#');
  const shown = masked.replace(/\p{Nd}/gu, '#');
  if (shown === '') return '(no subject)';
  return `"${shown.length > longestSubject ? `${shown.slice(0, longestSubject)}…` : shown}"`;
}

function global(pattern: RegExp): RegExp {
  return new RegExp(
    pattern.source,
    [...new Set(`${pattern.flags}g`)].filter((flag) => flag !== 'y').join(''),
  );
}
