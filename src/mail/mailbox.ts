import { ConfigurationError } from '../errors.js';
import type { MailSettings } from '../target/target.js';
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
  /** @throws ConfigurationError where the settings don't let it be opened */
  open(): Promise<void>;
  close(): Promise<void>;
  mark(): Mark;
  /**
   * The first mail to an address after the mark, that came already or comes within `deadlineMs` milliseconds from now.
   *
   * @throws ArrangeError when none comes, when the signal aborts, or when the mailbox is closed
   */
  next(mark: Mark, filter: MailFilter, deadlineMs: number, signal?: AbortSignal): Promise<ReceivedMail>;
  /** All mails to any of the addresses after the mark, as they came. */
  since(mark: Mark): readonly ReceivedMail[];
}

/**
 * Opens the mailbox of a target file. The kinds are loaded when used: a run without mail pays for none.
 *
 * @param addresses the addresses of the target file's accounts; mail to others is refused
 * @throws ConfigurationError where it can't be opened
 */
export async function openMailbox(settings: MailSettings, addresses: readonly string[]): Promise<Mailbox> {
  if (settings.kind !== 'smtp') {
    throw new ConfigurationError(`mail.kind ${settings.kind} is not supported by this version; use smtp`);
  }
  const { SmtpMailbox } = await import('./smtp-mailbox.js');
  const mailbox = new SmtpMailbox(settings, addresses);
  await mailbox.open();
  return mailbox;
}
