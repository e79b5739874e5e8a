import { ArrangeError, ignoring, SuiteError } from '../../base/errors.js';
import { steadyNow } from '../../base/steady-now.js';
import { folded, type Mark, type ReceivedMail } from '../../wire/mail/mailbox.js';
import type { TargetModel } from '../beliefs/target-model.js';
import { supportUser } from './attempts.js';
import type { AskedCode, CodesByMail } from './codes-by-mail.js';
import type { Recorder } from './recorder.js';
import type { Waiter } from './waiter.js';

interface Parts {
  readonly waiter: Waiter;
  readonly recorder: Pick<Recorder, 'supportMails'>;
  readonly model: Pick<TargetModel, 'flag'>;
  mail(): Promise<AskedMail>;
}

type AskedMail = Pick<CodesByMail, 'mark' | 'codeAsked' | 'codeTo' | 'since' | 'codeIn' | 'counted'>;

/** How many mailed codes the suite tries in order to switch MFA off. More refused codes could lock the support user. */
const mostTries = 3;
const mostAsked = 2;

/** If the refusals come from a lock of the support user, it ends during one of these waits. */
const lockWaitsMs = [10_000, 50_000];

/** A code that was mailed earlier comes earlier. The suite waits at least this long for the other one. */
const shortestWaitMs = 2_000;
const timesAsSlow = 3;

interface Switch {
  readonly mark: Mark;
  readonly at: number;
  readonly asked: number;
}

export class SupportMails {
  /** The last switch to e-mail, whose own code, if the target mails one, may come after the request for another. */
  #switch: Switch | undefined;
  #mayBeLate = true;
  #mayBeLocked = true;

  constructor(
    private readonly parts: Parts,
    private readonly ask: () => Promise<{ readonly status: number }>,
    private readonly quietMs: number,
  ) {}

  /** Call this before support MFA is switched to e-mail. */
  async beforeSwitch(address: string | undefined): Promise<void> {
    if (this.#mailsAtSwitch.value === false) return;
    const mail = await this.parts.mail().catch(ignoring(SuiteError));
    const mark = await mail?.mark(address).catch(ignoring(SuiteError));
    const asked = this.parts.recorder.supportMails;
    this.#switch = mark === undefined ? undefined : { mark, at: steadyNow(), asked };
  }

  get #mailsAtSwitch() {
    return this.parts.model.flag('switching support MFA to email mails a code');
  }

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

  async #asked(mail: AskedMail, address: string, tried?: ReadonlySet<string>): Promise<AskedCode> {
    const ask = async () => {
      const { status } = await this.ask();
      if (status >= 300)
        throw new ArrangeError(`POST /support-user/send-email-otp answered ${status}, so no code can come.`);
    };
    const asked = await mail.codeAsked(supportUser, address, ask, tried);
    const last = this.#switch;
    this.#switch = undefined;
    // After several requests, a second code tells nothing of the switch.
    if (last === undefined || this.parts.recorder.supportMails - last.asked > 1) return asked;
    return { ...asked, code: (await this.#newestSince(last, mail, address)) ?? asked.code };
  }

  async #newestSince({ mark, at }: Switch, mail: AskedMail, address: string): Promise<string | undefined> {
    const isOwn = (each: ReceivedMail) =>
      each.to.some((to) => folded(to) === folded(address)) && mail.codeIn(each) !== undefined;
    const waitMs = Math.max(shortestWaitMs, timesAsSlow * (steadyNow() - at));
    const isSure = this.#mailsAtSwitch.value === true;
    await mail.counted(mark, isOwn, 2, (isSure ? Math.max : Math.min)(this.quietMs, waitMs));
    const codes = new Set((await mail.since(mark)).filter(isOwn).flatMap((each) => mail.codeIn(each) ?? []));
    if (!isSure) this.#mailsAtSwitch.learn(codes.size > 1);
    return [...codes].at(-1);
  }
}

async function strayedCode(mail: AskedMail, begin: Mark, tried: ReadonlySet<string>) {
  const mails = (await mail.since(begin).catch(ignoring(SuiteError))) ?? [];
  return mails.flatMap((each) => mail.codeIn(each) ?? []).findLast((code) => !tried.has(code));
}
