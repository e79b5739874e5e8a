import type { MailSettings } from '../../input/target-file/mail.js';
import type { Mailbox } from './mailbox.js';

/**
 * Opens the mailbox of a target file. The kinds are loaded when used: a run without mail pays for none.
 *
 * @param addresses the addresses of the target file's accounts; mail to others is not the suite's
 * @param stepWithinMs how long one command of IMAP, or one run of a program, may take
 * @throws ConfigurationError where it can't be opened
 */
export async function openMailbox(
  settings: MailSettings,
  addresses: readonly string[],
  stepWithinMs = 20_000,
): Promise<Mailbox> {
  const mailbox = await load(settings, addresses, stepWithinMs);
  try {
    await mailbox.open();
  } catch (error) {
    await mailbox.close();
    throw error;
  }
  return mailbox;
}

async function load(
  settings: MailSettings,
  addresses: readonly string[],
  stepWithinMs: number,
): Promise<Mailbox> {
  switch (settings.kind) {
    case 'smtp': {
      const { SmtpMailbox } = await import('./smtp-mailbox.js');
      return new SmtpMailbox(settings, addresses);
    }
    case 'imap': {
      const { ImapMailbox } = await import('./imap-mailbox.js');
      return new ImapMailbox(settings, addresses, stepWithinMs);
    }
    case 'command': {
      const { CommandMailbox } = await import('./command-mailbox.js');
      return new CommandMailbox(settings, addresses, stepWithinMs);
    }
  }
}
