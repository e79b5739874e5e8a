import { ArrangeError } from '../../base/errors.js';
import { steadyNow } from '../../base/steady-now.js';
import { type FoundCode, findCode } from '../../wire/mail/code.js';
import type { Mailbox, Mark, ReceivedMail } from '../../wire/mail/mailbox.js';
import { type Belief, TargetModel } from '../beliefs/target-model.js';
import { sleep } from '../sleep.js';
import type { Recorder } from './recorder.js';

export interface MailPatience {
  /** How long a mail may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How long silence is silence, in milliseconds. */
  readonly quietMs: number;
  readonly codePattern?: RegExp;
}

/** A limit on mails that is not told may be one a minute. */
export const mailsApartMs = 61_000;

/** How long another mail is awaited after one with a code that was refused, at least. */
const shortestPatienceMs = 2_000;

interface SentCode {
  readonly id: string;
  readonly code: string;
  readonly to: ReadonlySet<string>;
}

interface ReadCodes {
  /** Until when mails were promised that count no more, since a later one was read. */
  readonly at: number;
  /** What had come when a code was read last: these after that mark. */
  readonly came?: { readonly mark: Mark; readonly known: ReadonlySet<string> };
}

type Ask = () => Promise<unknown>;

export interface AskedCode {
  readonly code: string;
  readonly mark: Mark;
}

function newIn(sent: readonly SentCode[], known: ReadonlySet<string>): readonly SentCode[] {
  return sent.filter(({ id }, at) => !known.has(id) && sent.findIndex((other) => other.id === id) === at);
}

const lookMs = 100;

/** Mails that a request caused, and the codes in them; every code found becomes a secret of the run. */
export class CodesByMail {
  /** Addresses at which a code that was asked for did not come. */
  readonly #silent = new Set<string>();
  readonly #seen = new Set<string>();
  readonly #found = new WeakMap<ReceivedMail, FoundCode>();
  /** By lane. */
  readonly #read = new Map<string | undefined, ReadCodes>();
  readonly #repeats = new WeakSet<ReceivedMail>();
  /** A target may mail a code again that is still good: then no other is waited for. */
  readonly #mailsCodesAgain: Belief<boolean>;
  #slowestMs = 0;
  readonly #cameAt = new Map<string, number>();
  /** Whether codes to one address come a minute apart only; undefined until one does not come so soon. */
  readonly #areApart: Belief<boolean>;

  constructor(
    private readonly mailbox: Mailbox,
    private readonly recorder: Pick<Recorder, 'addSecret' | 'waiting' | 'promisedMails' | 'lane'>,
    private readonly settings: MailPatience,
    /** Lets a limit on mails pass. Absent: none is waited for. */
    private readonly pause?: (ms: number) => Promise<void>,
    model = new TargetModel(),
  ) {
    this.#mailsCodesAgain = model.flag('a code that is still good is mailed again');
    this.#areApart = model.flag('codes are mailed a minute apart');
  }

  /** To be taken before the request that mails. @param to only mails to this address will be asked for */
  mark(to?: string): Promise<Mark> {
    return this.mailbox.mark(to);
  }

  /** Asks for a code, once more a minute later where an untold limit kept the first away. */
  async codeAsked(who: string, address: string, ask: Ask, tried?: ReadonlySet<string>): Promise<AskedCode> {
    const asked = async () => {
      const mark = await this.mark(address);
      await ask();
      return mark;
    };
    const read = async (mark: Mark) => {
      const code = await this.codeTo(address, mark, tried);
      this.#cameAt.set(who, steadyNow());
      return { code, mark };
    };
    if (this.#areApart.value) await this.#rest(who, address);
    const mark = await asked();
    try {
      return await read(mark);
    } catch (error) {
      const mayBeTooSoon = this.#areApart.value === undefined && this.#restMs(who, address) > 0;
      if (!(error instanceof ArrangeError) || !mayBeTooSoon) throw error;
    }
    this.#areApart.learn(false);
    await this.#rest(who, address);
    const again = await asked();
    this.#silent.delete(address);
    const came = await read(again);
    this.#areApart.learn(true);
    return came;
  }

  #restMs(who: string, address: string): number {
    const before = [who, address].map((key) => this.#cameAt.get(key) ?? Number.NEGATIVE_INFINITY);
    return this.pause === undefined ? 0 : mailsApartMs - (steadyNow() - Math.max(...before));
  }

  async #rest(who: string, address: string): Promise<void> {
    const ms = this.#restMs(who, address);
    if (ms > 0) await this.pause?.(Math.ceil(ms));
  }

  /** The first code to `address` after `mark`. @param tried refused codes: one may have been late */
  async codeTo(address: string, mark: Mark, tried: ReadonlySet<string> = new Set()): Promise<string> {
    const startedAt = steadyNow();
    const { timeoutMs, quietMs } = this.settings;
    const soonMs = Math.min(Math.max(quietMs, tried.size > 0 ? shortestPatienceMs : 0), timeoutMs);
    const patienceMs = this.#silent.has(address) || tried.size > 0 ? soonMs : timeoutMs;
    const leftMs = () => startedAt + patienceMs - steadyNow();
    const others = new Set<ReceivedMail>();
    // Of a code that was read before: a copy of an earlier mail, or the same code again.
    let repeated: { readonly code: string; readonly untilMs: number } | undefined;
    const ended = this.recorder.waiting(patienceMs, 'mail');
    // Until a code comes: where none came in the whole time, the next one is not waited for as long again.
    if (tried.size === 0) this.#silent.add(address);
    try {
      for (;;) {
        const waitMs = Math.min(leftMs(), (repeated?.untilMs ?? Number.POSITIVE_INFINITY) - steadyNow());
        const mail = await this.mailbox.next(mark, { to: address, except: others }, Math.max(waitMs, 0));
        const code = this.codeIn(mail);
        if (code !== undefined && !tried.has(code)) {
          this.#silent.delete(address);
          this.#cameAt.set(address, steadyNow());
          if (!this.#repeats.has(mail) || this.#mailsCodesAgain.value)
            return await this.#lastOf(code, address, mark);
          repeated ??= { code, untilMs: steadyNow() + Math.max(this.settings.quietMs, 2 * this.#slowestMs) };
        }
        others.add(mail);
      }
    } catch (error) {
      if (!(error instanceof ArrangeError)) throw error;
      if (repeated !== undefined) {
        this.#mailsCodesAgain.learn(true);
        return await this.#lastOf(repeated.code, address, mark);
      }
      const problems = new Set([...others].flatMap((mail) => this.#find(mail).problem ?? []));
      throw new ArrangeError([error.message, ...problems].join(' '), error.because);
    } finally {
      ended(steadyNow() - startedAt);
    }
  }

  /** The code of the last mail, once none of those is on its way that nobody read. */
  async #lastOf(first: string, address: string, mark: Mark): Promise<string> {
    const { lane, promisedMails } = this.recorder;
    const read = this.#read.get(lane);
    const unread = promisedMails.filter((at) => at > (read?.at ?? Number.NEGATIVE_INFINITY));
    const own = unread.at(-1) ?? steadyNow();
    this.#slowestMs = Math.max(this.#slowestMs, steadyNow() - own);
    const lateMs = Math.max(this.settings.quietMs, 1.5 * this.#slowestMs);
    const promised = unread.filter((at) => at > own - lateMs).length;
    const before = read?.came ?? { mark, known: new Set<string>() };
    // Beside others, mails to other addresses may be of their tests.
    const to = lane === undefined ? undefined : address;
    const news = async () => newIn(await this.#sentSince(before.mark, to), before.known);
    while (promised > 1 && steadyNow() < own + lateMs && (await news()).length < promised)
      await sleep(lookMs, 'mail');
    const came = promised > 0 ? await this.#sentSince(mark, to) : [];
    const last =
      promised > 1 ? (await news()).findLast((each) => each.to.has(address.toLowerCase())) : undefined;
    const now = promised > 0 ? { mark, known: new Set(came.map(({ id }) => id)) } : read?.came;
    this.#read.set(lane, { at: own, ...(now && { came: now }) });
    if (last !== undefined && came.some(({ id }) => id === last.id)) return last.code;
    return first;
  }

  /** The codes of all mails after a mark; a copy is told like its original. */
  async #sentSince(mark: Mark, address?: string): Promise<readonly SentCode[]> {
    const mails = await this.since(mark);
    return mails.flatMap((mail) => {
      const to = mail.to.map((one) => one.toLowerCase());
      if (address !== undefined && !to.includes(address.toLowerCase())) return [];
      const code = this.codeIn(mail);
      return code === undefined ? [] : [{ id: JSON.stringify([code, ...to.sort()]), code, to: new Set(to) }];
    });
  }

  async comes(address: string, mark: Mark, tried: ReadonlySet<string>): Promise<boolean> {
    try {
      await this.codeTo(address, mark, tried);
      return true;
    } catch (error) {
      if (error instanceof ArrangeError) return false;
      throw error;
    }
  }

  since(mark: Mark): Promise<readonly ReceivedMail[]> {
    return this.mailbox.since(mark);
  }

  /** How many mails of a kind have come, of so many that were promised: they are given the time that a mail may take. */
  async counted(mark: Mark, isMeant: (mail: ReceivedMail) => boolean, promised: number): Promise<number> {
    const { timeoutMs } = this.settings;
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

  /** The code of a mail, which is a secret from then on; undefined where it holds none. */
  codeIn(mail: ReceivedMail): string | undefined {
    const { code } = this.#find(mail);
    if (code === undefined) return undefined;
    this.recorder.addSecret(code, 'mailed code', mail.to[0] ?? '');
    this.#seen.add(code);
    return code;
  }

  /** What a mail holds was found when it came: codes that came later don't change that. */
  #find(mail: ReceivedMail): FoundCode {
    const known = this.#found.get(mail);
    if (known !== undefined) return known;
    const found = findCode(mail, this.settings.codePattern, this.#seen);
    this.#found.set(mail, found);
    if (found.code !== undefined && this.#seen.has(found.code)) this.#repeats.add(mail);
    return found;
  }

  /** Why no code is found in a mail that may hold one: it says nothing of the sender. Undefined of all others. */
  unclearIn(mail: ReceivedMail): string | undefined {
    const found = this.#find(mail);
    return found.code === undefined && found.unclear ? found.problem : undefined;
  }
}

/** Of codes that are tried to switch off with: more could lock the support user. */
export const mostTries = 3;
export const mostAsked = 2;
