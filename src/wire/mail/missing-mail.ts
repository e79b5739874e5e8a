import { ArrangeError } from '../../base/errors.js';
import { maskedSubject, type ReceivedMail } from './received-mail.js';

interface Missing {
  readonly address: string;
  readonly waitedMs: number;
  /** What ended the wait; empty: the deadline. */
  readonly why: string;
  readonly others: readonly ReceivedMail[];
  readonly codePattern?: RegExp | undefined;
  /** Further sentences from this kind of mailbox. */
  readonly more?: readonly string[];
}

/** The error of a vain wait: its address, its duration and the other mails, without digits of them. */
export function missingMail({
  address,
  waitedMs,
  why,
  others,
  codePattern,
  more = [],
}: Missing): ArrangeError {
  const came = others.map(({ to, subject }) => `${maskedSubject(subject, codePattern)} to ${to.join(', ')}`);
  const sentences = [
    `No mail to ${address} came within ${(waitedMs / 1000).toFixed(1)} s${why === '' ? '' : `: ${why}`}.`,
    came.length === 0 ? 'No other mail came either.' : `What came: ${came.join('; ')}.`,
    ...more,
  ];
  return new ArrangeError(sentences.join(' '), { lacks: 'mail' });
}
