import type { MailSettings } from '../../input/target-file/mail.js';
import type { Mailbox } from './mailbox.js';

/**
 * Opens the target file's mailbox for its addresses. It loads each kind on demand, so that runs without mail load
 * none. `stepWithinMs` limits an IMAP command or a run of the program.
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
