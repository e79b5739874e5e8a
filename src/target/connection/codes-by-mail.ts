import { ArrangeError } from '../../base/errors.js';
import { steadyNow } from '../../base/steady-now.js';
import type { MailWaits } from '../../input/target-file/mail.js';
import { type FoundCode, findCode, numbersIn } from '../../wire/mail/code.js';
import type { Mailbox, Mark, ReceivedMail } from '../../wire/mail/mailbox.js';
import { mailGivenMs, slowestMails, someMissed } from '../beliefs/policies.js';
import { type Belief, TargetModel } from '../beliefs/target-model.js';
import { sleep } from '../sleep.js';
import type { Recorder } from './recorder.js';

/** The time between mails to one user. A target may limit mails to one a minute without saying so. */
export const mailsApartMs = 61_000;

/** After this many requests without a mail, the suite waits only briefly for mails of the same operation. */
const mostVain = 2;
/** After this many full waits without a mail, of any operation, later waits follow the slowest mail, if any came. */
const mostFullWaits = 3;

/** After a refused code, the suite waits at least this long for another mail. */
const shortestPatienceMs = 2_000;

interface ReadCodes {
  /** When the suite requested the mail that it read last. Mails of earlier requests don't matter. */
  readonly at: number;
  /** `known`: the mails since `mark` that had already arrived when the suite read the last code. */
  readonly came?: { readonly mark: Mark; readonly known: ReadonlySet<string> };
}

export interface AskedCode {
  readonly code: string;
  readonly mark: Mark;
}

const lookMs = 100;

const mayBeMisread =
  'These mails hold only numbers that the target refused as codes. If the code is another text, set mail.codePattern.';

/** Reads the mails that a request caused, and their codes. Every code becomes a secret of the run. */
export class CodesByMail {
  readonly #silent = new Set<string>();
  readonly #vain = new Map<string, number>();
  /** By operation: how many consecutive waits ended with a mail that holds no code. */
  readonly #codeless = new Map<string, number>();
  readonly #seen = new Set<string>();
  /** Who got each number first, and the numbers of mails to several addresses: they are hardly codes. */
  readonly #numbers = new Map<string, string>();
  readonly #shared = new Set<string>();
  readonly #found = new WeakMap<ReceivedMail, FoundCode & { readonly isRepeat: boolean }>();
  readonly #read = new Map<string | undefined, ReadCodes>();
  /** Whether the target may mail a valid code again. Then the suite doesn't wait for a different code. */
  readonly #mailsCodesAgain: Belief<boolean>;
  #slowestMs = 0;
  #missed = 0;
  readonly #cameAt = new Map<string, number>();
  /** Whether an address gets at most one code a minute. Undefined until a code fails to arrive. */
  readonly areApart: Belief<boolean>;

  constructor(
    private readonly mailbox: Pick<Mailbox, 'mark' | 'since' | 'next'>,
    private readonly recorder: Pick<
      Recorder,
      'addSecret' | 'waiting' | 'promisedMails' | 'mailedLane' | 'exchanges'
    >,
    private readonly settings: MailWaits,
    /** Waits until a limit on mails has passed. If absent, the suite never waits for such a limit. */
    private readonly pause?: (ms: number) => Promise<void>,
    model = new TargetModel(),
  ) {
    this.#mailsCodesAgain = model.flag('a code that is still good is mailed again');
    this.areApart = model.flag('codes are mailed a minute apart');
  }

  /** Call this before the request that mails. @param to the only address whose mails the caller will read */
  mark = (to?: string): Promise<Mark> => this.mailbox.mark(to);

  /** Asks for a code. If none arrives, asks again a minute later, because the target may have a hidden limit. */
  async codeAsked(
    who: string,
    address: string,
    ask: () => Promise<unknown>,
    tried?: ReadonlySet<string>,
  ): Promise<AskedCode> {
    for (let isAgain = false; ; isAgain = true) {
      const restMs = isAgain || this.areApart.value ? this.#restMs(who, address) : 0;
      if (restMs > 0) await this.pause?.(Math.ceil(restMs));
      const mark = await this.mark(address);
      const askedAt = steadyNow();
      await ask();
      // The first promise since: a request that runs beside this one may have promised another mail later.
      const sentAt = this.recorder.promisedMails.find((at) => at >= askedAt);
      if (isAgain) this.#silent.delete(address);
      try {
        const code = await this.codeTo(address, mark, tried, sentAt);
        this.#cameAt.set(who, steadyNow());
        if (isAgain) this.areApart.learn(true);
        return { code, mark };
      } catch (error) {
        if (!(error instanceof ArrangeError)) throw error;
        // The second request brought no mail either, so no hidden limit holds mails back.
        if (isAgain) this.areApart.learn(false);
        const mayBeTooSoon = this.areApart.value === undefined && this.#restMs(who, address) > 0;
        if (!mayBeTooSoon) throw error;
      }
    }
  }

  #restMs(who: string, address: string): number {
    const before = [who, address].map((key) => this.#cameAt.get(key) ?? Number.NEGATIVE_INFINITY);
    return this.pause === undefined ? 0 : mailsApartMs - (steadyNow() - Math.max(...before));
  }

  /** Waits for the first code after `mark` that was not refused (`tried`). @param sentAt a mail from before it is of another request */
  async codeTo(
    address: string,
    mark: Mark,
    tried: ReadonlySet<string> = new Set(),
    sentAt = Number.NEGATIVE_INFINITY,
  ): Promise<string> {
    const startedAt = steadyNow();
    const { timeoutMs, quietMs } = this.settings;
    // Until a mail has come, nothing tells how long mails take.
    const isTimed = this.#missed >= mostFullWaits && this.#slowestMs > 0;
    const slowMs = isTimed ? slowestMails * this.#slowestMs : 0;
    const asked = this.recorder.exchanges.at(-1)?.operation;
    const vain = this.#vain.get(asked ?? '') ?? 0;
    const leastMs = mailGivenMs(vain, quietMs, this.#slowestMs);
    const soonMs = Math.min(Math.max(leastMs, slowMs, tried.size > 0 ? shortestPatienceMs : 0), timeoutMs);
    const codeless = this.#codeless.get(asked ?? '') ?? 0;
    const isHopeless = this.#silent.has(address) || vain >= mostVain || isTimed;
    const isShort = isHopeless || tried.size > 0;
    const patienceMs = isShort ? soonMs : timeoutMs;
    const others = new Set<ReceivedMail>();
    const hasCodeless = () => [...others].some((mail) => this.#find(mail).code === undefined);
    // A code that the suite has read before. Either its mail is a late copy, or the target mailed the code again.
    let repeated: { readonly code: string; readonly untilMs: number } | undefined;
    const ended = this.recorder.waiting(patienceMs, 'mail');
    // If this wait ends without a code, the next wait for the address must be shorter.
    if (tried.size === 0) this.#silent.add(address);
    try {
      for (;;) {
        const isOver = codeless >= someMissed && hasCodeless();
        const leftMs = isOver ? 0 : patienceMs - (steadyNow() - startedAt);
        const waitMs = Math.min(leftMs, (repeated?.untilMs ?? Number.POSITIVE_INFINITY) - steadyNow());
        const mail = await this.mailbox.next(mark, { to: address, except: others }, Math.max(waitMs, 0));
        const code = this.codeIn(mail);
        if (code !== undefined && !tried.has(code) && mail.receivedAt >= sentAt) {
          this.#silent.delete(address);
          for (const learned of [this.#vain, this.#codeless]) learned.delete(asked ?? '');
          this.#cameAt.set(address, steadyNow());
          if (!this.#find(mail).isRepeat || this.#mailsCodesAgain.value)
            return await this.#lastOf(code, address, mark);
          repeated ??= { code, untilMs: steadyNow() + Math.max(this.settings.quietMs, 2 * this.#slowestMs) };
        }
        others.add(mail);
      }
    } catch (error) {
      if (!(error instanceof ArrangeError)) throw error;
      if (tried.size === 0 && asked) {
        this.#vain.set(asked, vain + 1);
        if (hasCodeless()) this.#codeless.set(asked, codeless + 1);
      }
      if (repeated !== undefined) {
        this.#mailsCodesAgain.learn(true);
        return await this.#lastOf(repeated.code, address, mark);
      }
      if (!isShort) this.#missed += 1;
      const problems = new Set([...others].flatMap((mail) => this.#find(mail).problem ?? []));
      const hints = others.size > 0 && problems.size === 0 ? [mayBeMisread] : problems;
      throw new ArrangeError([error.message, ...hints].join(' '), error.because);
    } finally {
      ended(steadyNow() - startedAt);
    }
  }

  /** Waits for all promised mails, and returns the code of the last one to this address. */
  async #lastOf(first: string, address: string, mark: Mark): Promise<string> {
    const { mailedLane: lane, promisedMails } = this.recorder;
    const read = this.#read.get(lane);
    const unread = promisedMails.filter((at) => at > (read?.at ?? Number.NEGATIVE_INFINITY));
    const own = unread.at(-1);
    if (own === undefined) {
      this.#read.set(lane, { ...read, at: steadyNow() });
      return first;
    }
    this.#slowestMs = Math.max(this.#slowestMs, steadyNow() - own);
    const lateMs = Math.max(this.settings.quietMs, 1.5 * this.#slowestMs);
    const promised = unread.filter((at) => at > own - lateMs).length;
    const before = read?.came ?? { mark, known: new Set<string>() };
    // While other tests run, mails to other addresses may belong to them.
    const to = lane === undefined ? undefined : address;
    const news = async () =>
      (await this.#sentSince(before.mark, to)).filter(({ id }) => !before.known.has(id));
    while (promised > 1 && steadyNow() < own + lateMs && (await news()).length < promised)
      await sleep(lookMs, 'mail');
    const came = await this.#sentSince(mark, to);
    const last =
      promised > 1 ? (await news()).findLast((each) => each.to.has(address.toLowerCase())) : undefined;
    this.#read.set(lane, { at: own, came: { mark, known: new Set(came.map(({ id }) => id)) } });
    return last !== undefined && came.some(({ id }) => id === last.id) ? last.code : first;
  }

  /** Returns the codes of all mails after a mark. A copy has the same id as its original, and counts once. */
  async #sentSince(mark: Mark, address?: string) {
    const sent = (await this.since(mark)).flatMap((mail) => {
      const to = new Set(mail.to.map((one) => one.toLowerCase()));
      if (address !== undefined && !to.has(address.toLowerCase())) return [];
      const code = this.codeIn(mail);
      return code === undefined ? [] : [{ id: JSON.stringify([code, ...[...to].sort()]), code, to }];
    });
    return [...new Map(sent.map((each) => [each.id, each])).values()];
  }

  since = (mark: Mark): Promise<readonly ReceivedMail[]> => this.mailbox.since(mark);

  /** Counts matching mails, once the promised number has arrived or no further mail can arrive. */
  async counted(
    mark: Mark,
    isMeant: (mail: ReceivedMail) => boolean,
    promised: number,
    timeoutMs = this.settings.timeoutMs,
  ): Promise<number> {
    const startedAt = steadyNow();
    const ended = this.recorder.waiting(timeoutMs, 'mail');
    try {
      for (;;) {
        const count = (await this.since(mark)).filter(isMeant).length;
        if (count >= promised || steadyNow() - startedAt >= timeoutMs) return count;
        await sleep(lookMs, 'mail');
      }
    } finally {
      ended(steadyNow() - startedAt);
    }
  }

  get seen(): readonly string[] {
    return [...this.#seen];
  }

  /** Returns the code of a mail, and records it as a secret of the run. Undefined if the mail holds no code. */
  codeIn(mail: ReceivedMail): string | undefined {
    const { code } = this.#find(mail);
    if (code === undefined) return undefined;
    this.recorder.addSecret(code, 'mailed code', mail.to[0] ?? '');
    this.#seen.add(code);
    return code;
  }

  /** Finds a mail's code only once, because codes of later mails must not change the result. */
  #find(mail: ReceivedMail) {
    const known = this.#found.get(mail);
    if (known !== undefined) return known;
    const to = mail.to.join().toLowerCase();
    for (const number of numbersIn(mail)) {
      if (!this.#numbers.has(number)) this.#numbers.set(number, to);
      else if (this.#numbers.get(number) !== to) this.#shared.add(number);
    }
    const code = findCode(mail, this.settings.codePattern, this.#seen, this.#shared);
    const found = { ...code, isRepeat: code.code !== undefined && this.#seen.has(code.code) };
    this.#found.set(mail, found);
    return found;
  }

  /** Returns why the suite can't read the code of a mail that may hold one. Undefined for all other mails. */
  unclearIn(mail: ReceivedMail): string | undefined {
    const found = this.#find(mail);
    if (found.code !== undefined) return undefined;
    // A pattern of the target file that has matched no mail yet may be wrong.
    const mayBeWrong = this.settings.codePattern !== undefined && this.#seen.size === 0;
    return found.unclear || mayBeWrong ? found.problem : undefined;
  }
}
