import { ArrangeError } from '../errors.js';
import type { Recorder } from '../http/recorder.js';
import { findCode } from './code.js';
import type { Mailbox, Mark, ReceivedMail } from './mailbox.js';

/** Mails that a request caused, and the codes in them; every code found becomes a secret of the run. */
export class CodesByMail {
  constructor(
    private readonly mailbox: Mailbox,
    private readonly recorder: Recorder,
    private readonly settings: { readonly timeoutMs: number; readonly codePattern?: RegExp },
    private readonly onWait: (ms: number) => void,
  ) {}

  mark(): Mark {
    return this.mailbox.mark();
  }

  /**
   * The mail to `address` that came after `mark`.
   * @throws ArrangeError when none comes in time
   */
  async mailTo(address: string, mark: Mark): Promise<ReceivedMail> {
    const startedAt = Date.now();
    this.onWait(this.settings.timeoutMs);
    const mail = await this.mailbox.next(mark, { to: address }, this.settings.timeoutMs);
    this.recorder.waited(Date.now() - startedAt, 'mail');
    this.#learn(mail);
    return mail;
  }

  /** @throws ArrangeError when the mail holds nothing that looks like a code */
  codeIn(mail: ReceivedMail): string {
    const found = findCode(mail, this.settings.codePattern);
    if ('code' in found) return found.code;
    throw new ArrangeError(`No one-time code was found in a mail: ${found.problem}`);
  }

  async codeTo(address: string, mark: Mark): Promise<string> {
    return this.codeIn(await this.mailTo(address, mark));
  }

  holdsCode(mail: ReceivedMail): boolean {
    return 'code' in findCode(mail, this.settings.codePattern);
  }

  since(mark: Mark): readonly ReceivedMail[] {
    const mails = this.mailbox.since(mark);
    for (const mail of mails) this.#learn(mail);
    return mails;
  }

  #learn(mail: ReceivedMail): void {
    const found = findCode(mail, this.settings.codePattern);
    if ('code' in found) this.recorder.addSecret(found.code, 'mailed code');
  }
}
