import PostalMime from 'postal-mime';
import type { ReceivedMail } from './received-mail.js';

/** The values of a header field of a mail, each occurrence; the name in lower case. */
export async function headerFields({ raw }: Pick<ReceivedMail, 'raw'>, name: string): Promise<string[]> {
  const { headers } = await PostalMime.parse(raw);
  return headers.filter(({ key }) => key === name).map(({ value }) => value);
}
