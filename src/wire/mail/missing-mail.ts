import { ArrangeError } from '../../base/errors.js';
import { maskedSubject, type ReceivedMail } from './received-mail.js';

export interface Missing {
  readonly address: string;
  readonly waitedMs: number;
  /** What ended the wait, where it was not the time. */
  readonly why: string;
  /** What came instead. */
  readonly others: readonly ReceivedMail[];
  readonly codePattern?: RegExp | undefined;
  /** Whole sentences about what this kind of mailbox knows besides. */
  readonly more?: readonly string[];
}

/** A wait that was in vain: says for what, how long, and what came instead, without a digit of it. */
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
