import PostalMime from 'postal-mime';
import type { MailContent } from './received-mail.js';

/** No sender of codes nests deeper; a mail that does is made to hurt its reader. */
const deepestNesting = 50;
const largestHeaders = 256 * 1024;

/**
 * Decodes a mail (RFC 5322, MIME): transfer encodings, charsets, multipart, encoded words. Never throws: a mail that
 * can't be read came all the same, and is one without content.
 */
export async function parseMail(raw: Uint8Array): Promise<MailContent> {
  const { attached, ...content } = await parsed(raw);
  const [only, another] = attached;
  if (only === undefined || another !== undefined) return content;
  const { attached: _deeper, ...wrapped } = await parsed(only);
  return { ...content, wrapped };
}

interface Parsed extends Pick<MailContent, 'subject' | 'text' | 'html'> {
  /** The mails attached to it. */
  readonly attached: readonly Uint8Array[];
}

async function parsed(raw: Uint8Array): Promise<Parsed> {
  try {
    const { subject, text, html, attachments } = await PostalMime.parse(raw, {
      maxNestingDepth: deepestNesting,
      maxHeadersSize: largestHeaders,
      // A forwarded mail is not what this mail says.
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
