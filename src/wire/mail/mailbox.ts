import { setTimeout as sleep } from 'node:timers/promises';
import { ArrangeError } from '../../base/errors.js';
import { steadyNow } from '../../base/steady-now.js';
import { maskedSubject, type ReceivedMail } from './received-mail.js';

export type { ReceivedMail } from './received-mail.js';

declare const markBrand: unique symbol;

/** A point in a mailbox's order of arrival. Take it before the request that triggers a mail. */
export type Mark = number & { readonly [markBrand]: true };

export interface MailFilter {
  readonly to: string;
  readonly except?: ReadonlySet<ReceivedMail>;
}

export const folded = (address: string): string => address.trim().toLowerCase();

export abstract class Mailbox {
  readonly #addresses: ReadonlyMap<string, string>;
  protected readonly closing = new AbortController();
  /** In the order of `at`, which a mark is compared with. */
  protected mails: { readonly at: number; readonly mail: ReceivedMail }[] = [];
  /** Milliseconds between two reads; the last pause repeats. */
  protected abstract readonly pauses: readonly number[];

  constructor(
    addresses: readonly string[],
    private readonly codePattern?: RegExp,
  ) {
    this.#addresses = new Map(addresses.map((address) => [folded(address), address]));
  }

  /** Returns the address as the target file spells it, also without a tag: tests send tagged addresses. */
  protected known(address: string): string | undefined {
    const all = this.#addresses;
    return all.get(folded(address)) ?? all.get(folded(address).replace(/\+[^@]*@/, '@'));
  }

  protected get addresses(): readonly string[] {
    return [...this.#addresses.values()];
  }

  protected after(mark: Mark): readonly ReceivedMail[] {
    return this.mails.filter(({ at }) => at > mark).map(({ mail }) => mail);
  }

  /** Proves that mail can be read. Call this before a change that only a mailed code can undo. */
  abstract open(): Promise<void>;
  abstract close(): Promise<void>;
  /** Later calls return only mails after this mark. @param to the only address of later calls */
  abstract mark(to?: string): Promise<Mark>;

  /** In order of arrival. @param to limits the search to one address if that is cheaper */
  abstract since(mark: Mark, to?: string): Promise<readonly ReceivedMail[]>;

  protected abstract missed(
    mark: Mark,
    to: string,
  ): { readonly others: readonly ReceivedMail[]; readonly more: readonly string[] };

  async next(mark: Mark, { to, except }: MailFilter, deadlineMs: number): Promise<ReceivedMail> {
    const address = this.known(to);
    if (address === undefined)
      throw new ArrangeError(`${to} is not an address that the mailbox takes mail for.`);
    const startedAt = steadyNow();
    const { signal } = this.closing;
    for (let at = 0; !signal.aborted; at += 1) {
      const mails = await this.since(mark, address);
      const found = mails.find((mail) => mail.to.includes(address) && !except?.has(mail));
      if (found !== undefined) return found;
      const leftMs = startedAt + deadlineMs - steadyNow();
      if (leftMs <= 0) break;
      const pauseMs = this.pauses[at] ?? this.pauses.at(-1) ?? leftMs;
      await sleep(Math.min(pauseMs, leftMs), undefined, { signal }).catch(() => undefined);
    }
    throw missingMail({
      address: to,
      waitedMs: steadyNow() - startedAt,
      isFurther: (except?.size ?? 0) > 0,
      isClosed: signal.aborted,
      codePattern: this.codePattern,
      ...this.missed(mark, address),
    });
  }
}

interface Missing {
  readonly address: string;
  readonly waitedMs: number;
  readonly isClosed?: boolean;
  /** Whether mails to the address came that the caller leaves out. */
  readonly isFurther?: boolean;
  readonly others: readonly ReceivedMail[];
  readonly codePattern?: RegExp | undefined;
  readonly more?: readonly string[];
}

/** Names the other mails without their digits. */
export function missingMail(missing: Missing): ArrangeError {
  const { address, waitedMs, isClosed, isFurther, others, codePattern, more = [] } = missing;
  const came = others.map(({ to, subject }) => `${maskedSubject(subject, codePattern)} to ${to.join(', ')}`);
  const sentences = [
    `No ${isFurther ? 'further ' : ''}mail to ${address} came within ${(waitedMs / 1000).toFixed(1)} s${isClosed ? ': the mailbox was closed' : ''}.`,
    came.length === 0 ? 'No other mail came either.' : `What came: ${came.join('; ')}.`,
    ...more,
  ];
  return new ArrangeError(sentences.join(' '), { lacks: 'mail' });
}
