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
  /** Opens it and proves that mails can be read, before changes that only a mailed code undoes. */
  open(): Promise<void>;
  close(): Promise<void>;
  /** The end of the mailbox: only later mails count. `to` limits later questions. @throws ArrangeError */
  mark(to?: string): Promise<Mark>;
  /** The first mail to an address after the mark. @throws ArrangeError if none comes in time */
  next(mark: Mark, filter: MailFilter, deadlineMs: number, signal?: AbortSignal): Promise<ReceivedMail>;
  /** All mails to the addresses after the mark, in order of arrival. @throws ArrangeError */
  since(mark: Mark): Promise<readonly ReceivedMail[]>;
}
