import { memberOf } from '../../contract/judging/body.js';
import { operationRow, type Part } from '../../contract/openapi/operations.js';
import type { Belief } from '../beliefs/target-model.js';
import type { Answered, Call, Next } from './call.js';
import type { Nodes } from './nodes.js';

interface Watched {
  value?: string;
  write?: { readonly answeredAt: number; readonly before: string; stale: boolean };
  /** What was before the last write, since it showed, and when that was. */
  before?: Before;
}

interface Before {
  readonly value: string;
  readonly answeredAt: number;
  readonly shownAt: number;
  /** What showed instead. */
  readonly after: string;
  /** A request was refused since: it may have been stored all the same. */
  isRefusedSince: boolean;
  /** A read went back so long after the answer; undefined: none did since the refusal. */
  wentBackMs?: number;
}

/** What goes back later than this after a change was changed by somebody else. */
const latestNodeMs = 10_000;

/** The members that show a change. Others may differ on every read. */
const members: Readonly<Record<Part, readonly string[]>> = {
  cluster: ['enabled', 'authenticationTypes', 'retainUserMfaSettings'],
  support: ['enabled', 'mfaType', 'email', 'otpVerificationState'],
};

/** As a text to compare: members have no order, and lists are sets. */
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

  /** @param shownAfter how long after its answer a change shows at the latest */
  constructor(
    private readonly nodes: Pick<Nodes, 'changed' | 'disagreed' | 'wentBack'>,
    private readonly shownAfter: Belief<number>,
  ) {}

  wrote(part: Part): void {
    const watched = this.#parts[part];
    // Nobody looked at the write before: what is shown now may be of it.
    if (watched.write?.stale === false) delete watched.value;
    delete watched.write;
    delete watched.before;
    if (watched.value !== undefined)
      watched.write = { answeredAt: performance.now(), before: watched.value, stale: false };
  }

  /** Something else may have changed what is read: a code that was verified, say. */
  unsure(): void {
    for (const watched of Object.values(this.#parts)) {
      delete watched.before;
      // What shows now may be of that: a write may have had nothing to show.
      if (watched.write?.stale) delete watched.write;
    }
  }

  /** A read that goes back after a refusal tells of nodes only where one goes forth again. */
  refused(): void {
    for (const { before } of Object.values(this.#parts))
      if (before !== undefined) before.isRefusedSince = true;
  }

  async reading(call: Call, next: Next): Promise<Answered> {
    const startedAt = performance.now();
    const answer = await next(call);
    const part = call.operation === null ? undefined : operationRow(call.operation).reads;
    // HEAD and OPTIONS show nothing.
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
    watched.before = { value: was, answeredAt, shownAt: now, after: value, isRefusedSince: false };
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
    if (before.isRefusedSince) before.wentBackMs = afterMs;
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
