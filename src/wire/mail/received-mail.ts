import { inspect } from 'node:util';
import { cut } from '../../base/words.js';

/** Printing or serialising a mail hides its content, which may hold a code. */
export interface ReceivedMail {
  /** The suite's addresses among the recipients, by the envelope (SMTP) or the header. */
  readonly to: readonly string[];
  /** Other recipients, if the SMTP sender named them. */
  readonly others?: readonly string[] | undefined;
  /** The sender by the envelope (SMTP; empty for a bounce) or the header. */
  readonly from: string;
  readonly receivedAt: number;
  /** Decoded, and empty if absent. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Set by mailboxes that deliver codes in place of mails. */
  readonly code?: string | undefined;
  /** The only attached mail: a gateway may have wrapped the original mail. */
  readonly wrapped?: Pick<ReceivedMail, 'subject' | 'text' | 'html'> | undefined;
  readonly raw: Buffer;
  /** Whether the mail came over TLS, as far as the suite knows. */
  readonly secure: boolean;
}

export type MailContent = Pick<ReceivedMail, 'subject' | 'text' | 'html' | 'code' | 'wrapped'>;

export function storedMail(
  envelope: Pick<ReceivedMail, 'to' | 'others' | 'from' | 'receivedAt' | 'secure'>,
  content: MailContent,
  raw: Buffer,
): ReceivedMail {
  const { to, receivedAt } = envelope;
  const told = () => `[mail to ${to.join(', ')} of ${new Date(receivedAt).toISOString()}]`;
  const mail: ReceivedMail = { others: [], ...envelope, ...content, raw };
  const hidden = { ...content, raw, toString: told, toJSON: told, [inspect.custom]: told };
  for (const name of Reflect.ownKeys(hidden))
    Object.defineProperty(mail, name, { value: Reflect.get(hidden, name), enumerable: false });
  return mail;
}

const longestSubject = 80;

export function maskedSubject(subject: string, codePattern?: RegExp): string {
  const flat = subject.normalize('NFKC').replace(/\s+/g, ' ').trim();
  const pattern = codePattern && new RegExp(codePattern.source, `${codePattern.flags.replace(/[gy]/g, '')}g`);
  const masked = pattern === undefined ? flat : flat.replace(pattern, (match) => match && '#');
  return flat === '' ? '(no subject)' : `"${cut(masked.replace(/\p{Nd}/gu, '#'), longestSubject)}"`;
}

/** No sender of codes nests mails more deeply. */
const deepestNesting = 50;
const largestHeaders = 256 * 1024;

/** An unreadable mail counts as an empty one. */
export async function parseMail(raw: Uint8Array): Promise<MailContent> {
  const { attached, ...content } = await parsed(raw);
  const [only, another] = attached;
  if (only === undefined || another !== undefined) return content;
  const { attached: _deeper, ...wrapped } = await parsed(only);
  return { ...content, wrapped };
}

async function parsed(raw: Uint8Array) {
  try {
    const { default: PostalMime } = await import('postal-mime');
    const { subject, text, html, attachments } = await PostalMime.parse(raw, {
      maxNestingDepth: deepestNesting,
      maxHeadersSize: largestHeaders,
      // A forwarded mail's text is not this mail's.
      forceRfc822Attachments: true,
    });
    const attached = attachments.flatMap(({ mimeType, content }) =>
      mimeType === 'message/rfc822'
        ? [typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content)]
        : [],
    );
    return { subject: subject ?? '', text: text ?? '', html: html ?? '', attached };
  } catch {
    return { subject: '', text: '', html: '', attached: [] };
  }
}

/** @param name in lower case */
export async function headerFields({ raw }: Pick<ReceivedMail, 'raw'>, name: string): Promise<string[]> {
  const { default: PostalMime } = await import('postal-mime');
  const { headers } = await PostalMime.parse(raw);
  return headers.filter(({ key }) => key === name).map(({ value }) => value);
}
