import PostalMime from 'postal-mime';
import type { ReceivedMail } from './received-mail.js';

/** All values of a mail's header field; the name in lower case. */
export async function headerFields({ raw }: Pick<ReceivedMail, 'raw'>, name: string): Promise<string[]> {
  const { headers } = await PostalMime.parse(raw);
  return headers.filter(({ key }) => key === name).map(({ value }) => value);
}
