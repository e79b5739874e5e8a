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
   * The code in the first mail to `address` after `mark` that holds one: other mail may come to the same box.
   * @throws ArrangeError when none comes in time
   */
  async codeTo(address: string, mark: Mark): Promise<string> {
    const startedAt = Date.now();
    const leftMs = () => startedAt + this.settings.timeoutMs - Date.now();
    const others = new Set<ReceivedMail>();
    this.onWait(this.settings.timeoutMs);
    try {
      for (;;) {
        const mail = await this.mailbox.next(mark, { to: address, except: others }, Math.max(leftMs(), 0));
        const found = findCode(mail, this.settings.codePattern);
        if ('code' in found) {
          this.recorder.addSecret(found.code, 'mailed code');
          return found.code;
        }
        others.add(mail);
      }
    } finally {
      this.recorder.waited(Date.now() - startedAt, 'mail');
    }
  }

  private holdsCode(mail: ReceivedMail): boolean {
    return 'code' in findCode(mail, this.settings.codePattern);
  }

  /** Mails after `mark` that hold a code; others are none of the suite's business. */
  since(mark: Mark): readonly ReceivedMail[] {
    return this.mailbox.since(mark).filter((mail) => {
      this.#learn(mail);
      return this.holdsCode(mail);
    });
  }

  #learn(mail: ReceivedMail): void {
    const found = findCode(mail, this.settings.codePattern);
    if ('code' in found) this.recorder.addSecret(found.code, 'mailed code');
  }
}
