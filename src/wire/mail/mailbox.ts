import type { ReceivedMail } from './received-mail.js';

export type { ReceivedMail } from './received-mail.js';

declare const markBrand: unique symbol;

/** A point in a mailbox's order of arrival. Take it before the request that makes the target send a mail. */
export type Mark = number & { readonly [markBrand]: true };

export interface MailFilter {
  readonly to: string;
  /** Mails that were read already and don't match. */
  readonly except?: ReadonlySet<ReceivedMail>;
}

/** The mailbox that receives the target's mails to the suite's addresses. */
export interface Mailbox {
  /**
   * Opens it and proves that mails can be read. Only then may the suite make changes that need a mailed code
   * to undo.
   *
   * @throws ConfigurationError if the settings don't work
   */
  open(): Promise<void>;
  close(): Promise<void>;
  /**
   * The current end of the mailbox: only later mails count.
   *
   * @param to restricts later questions to mails to this address
   * @throws ArrangeError if the mailbox can't be read
   */
  mark(to?: string): Promise<Mark>;
  /**
   * The first mail to an address after the mark; it waits up to `deadlineMs` milliseconds.
   *
   * @throws ArrangeError if no mail comes, the signal aborts, or the mailbox closes or fails
   */
  next(mark: Mark, filter: MailFilter, deadlineMs: number, signal?: AbortSignal): Promise<ReceivedMail>;
  /**
   * All mails to any of the addresses after the mark, in order of arrival.
   *
   * @throws ArrangeError if the mailbox can't be read
   */
  since(mark: Mark): Promise<readonly ReceivedMail[]>;
}
