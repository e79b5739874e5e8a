import type { ReceivedMail } from './received-mail.js';

export type { ReceivedMail } from './received-mail.js';

declare const markBrand: unique symbol;

/** A point in a mailbox's order of arrival. To be taken before what makes the target send a mail. */
export type Mark = number & { readonly [markBrand]: true };

export interface MailFilter {
  readonly to: string;
  /** Mails that were looked at already and are not meant. */
  readonly except?: ReadonlySet<ReceivedMail>;
}

/** Where the target's mail for the suite's addresses arrives. */
export interface Mailbox {
  /**
   * Opens it and proves that mails can be read from it: nothing that only a mailed code undoes may come before.
   *
   * @throws ConfigurationError where the settings don't let it be opened
   */
  open(): Promise<void>;
  close(): Promise<void>;
  /**
   * What has arrived by now: only mails after it count.
   *
   * @param to only mails to this address will be asked for
   * @throws ArrangeError when the mailbox can't be read any more
   */
  mark(to?: string): Promise<Mark>;
  /**
   * The first mail to an address after the mark, that came already or comes within `deadlineMs` milliseconds from now.
   *
   * @throws ArrangeError when none comes, when the signal aborts, or when the mailbox is closed or can't be read
   */
  next(mark: Mark, filter: MailFilter, deadlineMs: number, signal?: AbortSignal): Promise<ReceivedMail>;
  /**
   * All mails to any of the addresses after the mark, as they came.
   *
   * @throws ArrangeError when the mailbox can't be read any more
   */
  since(mark: Mark): Promise<readonly ReceivedMail[]>;
}
