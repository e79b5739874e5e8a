import { steadyNow } from '../../base/steady-now.js';
import { memberOf } from '../../contract/judging/body.js';
import { operationRow, type Part } from '../../contract/openapi/operations.js';
import { type Belief, TargetModel } from '../beliefs/target-model.js';
import type { Answered, Call, Next } from './call.js';

/** An old state that shows later than this after a change doesn't come from a lagging node. */
const longestLagMs = 3_000;
const enough = 3;

/** Learns whether a target's nodes show a change at different times, and how many looks cover all. */
export class Nodes {
  #settled = 0;
  /** Before any change, nodes can't disagree. */
  #settledSinceWrite = enough;
  #hasChanged = false;
  readonly #wentBack = new Map<Part, number>();
  #wroteAt = Number.NEGATIVE_INFINITY;

  /** @param apart how long after a change a node still showed the old state; undefined if none did */
  constructor(private readonly apart: Belief<number> = new TargetModel().number('nodes apart')) {}

  /** A configuration changed, and nodes may not know yet. */
  wrote(): void {
    this.#settledSinceWrite = 0;
    this.#wroteAt = steadyNow();
  }

  /** Sessions ended or a code was tried, and nodes may not know yet. */
  touched(): void {
    this.#wroteAt = steadyNow();
  }

  changed(): void {
    this.#hasChanged = true;
  }

  /** A read showed the old state after another had shown the change, this long after its answer. */
  disagreed(afterMs: number): void {
    this.apart.learn(Math.max(this.apart.value ?? 0, afterMs));
  }

  /** A read of this part returned to the old state, this long after the change was answered. */
  wentBack(part: Part, afterMs: number): void {
    this.#wentBack.set(part, afterMs);
  }

  /** How long after the change the last read of this part returned to the old state, if it did; returned once. */
  takeWentBack(part: Part): number | undefined {
    const afterMs = this.#wentBack.get(part);
    this.#wentBack.delete(part);
    return afterMs;
  }

  /** How long a node may still not know of the last change. @param until later changes don't count */
  restMs(feltMs: number, until = Number.POSITIVE_INFINITY): number {
    const { value: apartMs = 0 } = this.apart;
    const lagMs = Math.max(apartMs > longestLagMs ? 0 : apartMs, feltMs);
    if (lagMs === 0) return 0;
    return Math.max(0, Math.min(this.#wroteAt, until) + 1.5 * lagMs + 100 - steadyNow());
  }

  get sinceWriteMs(): number {
    return steadyNow() - this.#wroteAt;
  }

  /** Enough looks saw the awaited state. Without an earlier change that shows nothing. */
  settled(): void {
    if (this.#hasChanged) this.#settled += 1;
    // Until the change is visible, nodes may agree on the old state.
    if (this.#hasChanged || this.#settledSinceWrite > 0) this.#settledSinceWrite += 1;
    this.#hasChanged = false;
  }

  /** Two after the first changes: whether nodes disagree must be known before anything depends on it. */
  get looks(): number {
    if (this.apart.value !== undefined) return 3;
    return Math.max(this.#settled, this.#settledSinceWrite) < enough ? 2 : 1;
  }
}

interface Watched {
  value?: string;
  write?: { readonly answeredAt: number; readonly before: string; stale: boolean };
  /** The state before the last write, and when the change showed. */
  before?: Before;
}

interface Before {
  readonly value: string;
  readonly answeredAt: number;
  readonly shownAt: number;
  /** The changed state. */
  readonly after: string;
  /** A later request was refused but may have been stored, or was meant for another part but may have changed this one. */
  isDoubtful: boolean;
  /** How long after the answer a read showed the old state; undefined if none did since that request. */
  wentBackMs?: number;
}

/** A later return to the old state comes from somebody else. */
const latestNodeMs = 10_000;

/** The members that show a change. Others may differ on every read. */
const members: Readonly<Record<Part, readonly string[]>> = {
  cluster: ['enabled', 'authenticationTypes', 'retainUserMfaSettings'],
  support: ['enabled', 'mfaType', 'email', 'otpVerificationState'],
};

/** The state as a comparable text: members have no order, and lists are sets. */
function stateIn(body: unknown, part: Part): string {
  return JSON.stringify(
    members[part].map((name) => {
      const value = memberOf(body, name);
      return Array.isArray(value) ? [...value].sort() : value;
    }),
  );
}

export class LagWatch {
  readonly #parts: Readonly<Record<Part, Watched>> = { cluster: {}, support: {} };

  /** @param shownAfter the longest read-back delay */
  constructor(
    private readonly nodes: Pick<Nodes, 'changed' | 'disagreed' | 'wentBack'>,
    private readonly shownAfter: Belief<number>,
  ) {}

  wrote(part: Part): void {
    const watched = this.#parts[part];
    // Nothing read the previous write: the next read may show that one.
    if (watched.write?.stale === false) delete watched.value;
    delete watched.write;
    delete watched.before;
    if (watched.value !== undefined)
      watched.write = { answeredAt: performance.now(), before: watched.value, stale: false };
    this.doubtful();
  }

  /** Something else may have changed the state, such as a verified code. */
  unsure(): void {
    for (const watched of Object.values(this.#parts)) {
      delete watched.before;
      // The next read may show that, because the write may have changed nothing.
      if (watched.write?.stale) delete watched.write;
    }
  }

  /** From now on, a return to the old state shows several nodes only if another read shows the new one. */
  doubtful(): void {
    for (const { before } of Object.values(this.#parts)) {
      if (before === undefined) continue;
      before.isDoubtful = true;
      delete before.wentBackMs;
    }
  }

  async reading(call: Call, next: Next): Promise<Answered> {
    const startedAt = performance.now();
    const answer = await next(call);
    const part = call.operation === null ? undefined : operationRow(call.operation).reads;
    // HEAD and OPTIONS show no state.
    const shows = call.request.method === 'GET' && answer.status === 200;
    if (part !== undefined && shows) this.#saw(part, stateIn(answer.body, part), startedAt);
    return answer;
  }

  #saw(part: Part, value: string, startedAt: number): void {
    const watched = this.#parts[part];
    watched.value = value;
    const { write, before } = watched;
    const now = performance.now();
    if (before !== undefined) this.#compare(part, before, value, startedAt, now);
    if (write === undefined || startedAt < write.answeredAt) return;
    if (value === write.before) {
      write.stale = true;
      return;
    }
    this.nodes.changed();
    this.#seen(write.stale ? Math.ceil(now - write.answeredAt) : 0);
    delete watched.write;
    const { before: was, answeredAt } = write;
    watched.before = { value: was, answeredAt, shownAt: now, after: value, isDoubtful: false };
  }

  #compare(part: Part, before: Before, value: string, startedAt: number, now: number): void {
    if (value === before.after && before.wentBackMs !== undefined) {
      this.#disagreed(before.wentBackMs);
      delete before.wentBackMs;
    }
    if (value !== before.value || startedAt <= before.shownAt || now - before.answeredAt >= latestNodeMs)
      return;
    const afterMs = Math.ceil(now - before.answeredAt);
    this.nodes.wentBack(part, afterMs);
    if (before.isDoubtful) before.wentBackMs = afterMs;
    else this.#disagreed(afterMs);
  }

  #disagreed(afterMs: number): void {
    this.nodes.disagreed(afterMs);
    this.#seen(afterMs);
  }

  #seen(ms: number): void {
    this.shownAfter.learn(Math.max(this.shownAfter.value ?? 0, ms));
  }
}
