import PostalMime from 'postal-mime';
import type { MailContent, ReceivedMail } from './received-mail.js';

/** Deeper than any sender of codes nests; deeper mails are hostile. */
const deepestNesting = 50;
const largestHeaders = 256 * 1024;

/**
 * Decodes a mail (RFC 5322, MIME): transfer encodings, charsets, multipart, encoded words. It never throws:
 * an unreadable mail has arrived and counts as empty.
 */
export async function parseMail(raw: Uint8Array): Promise<MailContent> {
  const { attached, ...content } = await parsed(raw);
  const [only, another] = attached;
  if (only === undefined || another !== undefined) return content;
  const { attached: _deeper, ...wrapped } = await parsed(only);
  return { ...content, wrapped };
}

interface Parsed extends Pick<MailContent, 'subject' | 'text' | 'html'> {
  readonly attached: readonly Uint8Array[];
}

async function parsed(raw: Uint8Array): Promise<Parsed> {
  try {
    const { subject, text, html, attachments } = await PostalMime.parse(raw, {
      maxNestingDepth: deepestNesting,
      maxHeadersSize: largestHeaders,
      // A forwarded mail is not this mail's text.
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

/** All values of a mail's header field; the name in lower case. */
export async function headerFields({ raw }: Pick<ReceivedMail, 'raw'>, name: string): Promise<string[]> {
  const { headers } = await PostalMime.parse(raw);
  return headers.filter(({ key }) => key === name).map(({ value }) => value);
}
