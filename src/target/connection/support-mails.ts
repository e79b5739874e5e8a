import { ArrangeError, ignoring, SuiteError } from '../../base/errors.js';
import type { Mark } from '../../wire/mail/mailbox.js';
import { supportUser } from './attempts.js';
import type { AskedCode, CodesByMail } from './codes-by-mail.js';
import type { Waiter } from './waiter.js';

interface Parts {
  readonly waiter: Waiter;
  mail(): Promise<AskedMail>;
}

type AskedMail = Pick<CodesByMail, 'mark' | 'codeAsked' | 'codeTo' | 'since' | 'codeIn'>;

/** How many mailed codes the suite tries in order to switch MFA off. More refused codes could lock the support user. */
const mostTries = 3;
const mostAsked = 2;

/** If the refusals come from a lock of the support user, it ends during one of these waits. */
const lockWaitsMs = [10_000, 50_000];

export class SupportMails {
  #mayBeLate = true;
  #mayBeLocked = true;

  constructor(
    private readonly parts: Parts,
    private readonly ask: () => Promise<{ readonly status: number }>,
  ) {}

  async code(address: string): Promise<string> {
    return (await this.#asked(await this.parts.mail(), address)).code;
  }

  /** Uses mailed codes until the target accepts one. An old code may arrive late, and a new code at another address. */
  async acceptedCode<A extends { readonly status: number }>(
    address: string,
    use: (code: string) => Promise<A>,
  ): Promise<A> {
    const mail = await this.parts.mail();
    const tried = new Set<string>();
    const begin = await mail.mark(address);
    const orStrayed = async (error: unknown): Promise<AskedCode> => {
      const code = error instanceof ArrangeError ? await strayedCode(mail, begin, tried) : undefined;
      if (code === undefined) throw error;
      return { code, mark: begin };
    };
    let { code, mark } = await this.#asked(mail, address).catch(orStrayed);
    let waited = 0;
    for (let asked = 1; ; ) {
      tried.add(code);
      const answer = await use(code);
      if (answer.status < 400 || tried.size >= mostTries + waited) return answer;
      const later = this.#mayBeLate
        ? await mail.codeTo(address, mark, tried).catch(ignoring(ArrangeError))
        : undefined;
      // If no mail arrived, the suite doesn't wait for late mails again.
      this.#mayBeLate = later !== undefined;
      if (later !== undefined) {
        code = later;
        continue;
      }
      if (asked >= mostAsked) {
        const ms = this.#mayBeLocked ? lockWaitsMs[waited] : undefined;
        this.#mayBeLocked &&= ms !== undefined;
        if (ms === undefined) return answer;
        waited += 1;
        await this.parts.waiter.letPass(ms, 'lock');
      }
      asked += 1;
      ({ code, mark } = await this.#asked(mail, address, tried).catch(orStrayed));
    }
  }

  #asked(mail: AskedMail, address: string, tried?: ReadonlySet<string>): Promise<AskedCode> {
    const ask = async () => {
      const { status } = await this.ask();
      if (status >= 300)
        throw new ArrangeError(`POST /support-user/send-email-otp answered ${status}, so no code can come.`);
    };
    return mail.codeAsked(supportUser, address, ask, tried);
  }
}

async function strayedCode(mail: AskedMail, begin: Mark, tried: ReadonlySet<string>) {
  const mails = (await mail.since(begin).catch(ignoring(SuiteError))) ?? [];
  return mails.flatMap((each) => mail.codeIn(each) ?? []).findLast((code) => !tried.has(code));
}
