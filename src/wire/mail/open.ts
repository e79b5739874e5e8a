import type { MailSettings } from '../../input/target-file/mail.js';
import type { Mailbox } from './mailbox.js';

/** @param stepWithinMs the limit for an IMAP command or a run of the program */
export async function openMailbox(
  settings: MailSettings,
  addresses: readonly string[],
  stepWithinMs = 20_000,
): Promise<Mailbox> {
  const mailbox: Mailbox =
    settings.kind === 'smtp'
      ? new (await import('./smtp-mailbox.js')).SmtpMailbox(settings, addresses)
      : settings.kind === 'imap'
        ? new (await import('./imap-mailbox.js')).ImapMailbox(settings, addresses, stepWithinMs)
        : new (await import('./command-mailbox.js')).CommandMailbox(settings, addresses, stepWithinMs);
  try {
    await mailbox.open();
  } catch (error) {
    await mailbox.close();
    throw error;
  }
  return mailbox;
}
