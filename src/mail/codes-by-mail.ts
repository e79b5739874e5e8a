import type { Recorder } from '../http/recorder.js';
import { findCode } from './code.js';
import type { Mailbox, Mark, ReceivedMail } from './mailbox.js';

/** Mails that a request caused, and the codes in them; every code found becomes a secret of the run. */
export class CodesByMail {
  /** Addresses at which a code that was asked for did not come. */
  readonly #silent = new Set<string>();

  constructor(
    private readonly mailbox: Mailbox,
    private readonly recorder: Recorder,
    private readonly settings: {
      readonly timeoutMs: number;
      readonly quietMs: number;
      readonly codePattern?: RegExp;
    },
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
    const { timeoutMs, quietMs } = this.settings;
    const patienceMs = this.#silent.has(address) ? Math.min(quietMs, timeoutMs) : timeoutMs;
    const leftMs = () => startedAt + patienceMs - Date.now();
    const others = new Set<ReceivedMail>();
    this.onWait(patienceMs);
    // Until a code comes: where none came in the whole time, the next one is not waited for as long again.
    this.#silent.add(address);
    try {
      for (;;) {
        const mail = await this.mailbox.next(mark, { to: address, except: others }, Math.max(leftMs(), 0));
        const found = findCode(mail, this.settings.codePattern);
        if ('code' in found) {
          this.recorder.addSecret(found.code, 'mailed code');
          this.#silent.delete(address);
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
