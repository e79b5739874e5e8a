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
  try {
    const { subject, text, html } = await PostalMime.parse(raw, {
      maxNestingDepth: deepestNesting,
      maxHeadersSize: largestHeaders,
      // A forwarded mail is not what this mail says.
      forceRfc822Attachments: true,
    });
    return { subject: subject ?? '', text: text ?? '', html: html ?? '' };
  } catch {
    return { subject: '', text: '', html: '' };
  }
}
