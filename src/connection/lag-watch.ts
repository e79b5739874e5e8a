import { operationRow, type Part } from '../contract/operations.js';
import type { Answered, Call, Next } from './call.js';

interface Watched {
  /** As it was last read. */
  value?: string;
  /** Of the last write that was answered and has not shown yet. */
  write?: { readonly answeredAt: number; readonly before: string; stale: boolean };
  /** What was before the last write, since it showed. */
  before?: string;
}

/** Sees by the reads between writes how long after its answer a change shows. */
export class LagWatch {
  readonly #parts: Readonly<Record<Part, Watched>> = { cluster: {}, support: {} };

  /** @param disagreed told when a read goes back to what was before a write that showed already */
  constructor(
    private readonly tell: (ms: number) => void,
    private readonly disagreed: () => void,
  ) {}

  wrote(part: Part): void {
    const watched = this.#parts[part];
    delete watched.write;
    delete watched.before;
    if (watched.value !== undefined)
      watched.write = { answeredAt: performance.now(), before: watched.value, stale: false };
  }

  async reading(call: Call, next: Next): Promise<Answered> {
    const startedAt = performance.now();
    const answer = await next(call);
    const part = call.operation === null ? undefined : operationRow(call.operation).reads;
    if (part !== undefined && answer.status === 200)
      this.#saw(part, JSON.stringify(answer.body) ?? '', startedAt);
    return answer;
  }

  #saw(part: Part, value: string, startedAt: number): void {
    const watched = this.#parts[part];
    watched.value = value;
    const { write } = watched;
    if (value === watched.before) this.disagreed();
    if (write === undefined || startedAt < write.answeredAt) return;
    if (value === write.before) {
      write.stale = true;
      return;
    }
    this.tell(write.stale ? Math.ceil(performance.now() - write.answeredAt) : 0);
    delete watched.write;
    watched.before = write.before;
  }
}
