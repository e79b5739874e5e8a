import { steadyNow } from '../../base/steady-now.js';
import { memberOf } from '../../contract/judging/body.js';
import type { Part } from '../../contract/openapi/operations.js';
import type { Belief, TargetModel } from '../beliefs/target-model.js';

/** If the old state returns later than this, somebody else restored it, so it shows no lag of a node. */
const latestNodeMs = 10_000;
/** If a node seemed to lag by more than this, something else was probably the cause, so the suite does not wait. */
const longestNodeLagMs = 3_000;

/** The members that show a change. Other members may differ on every read. */
const members: Readonly<Record<Part, readonly string[]>> = {
  cluster: ['enabled', 'authenticationTypes', 'retainUserMfaSettings'],
  support: ['enabled', 'mfaType', 'email', 'otpVerificationState'],
};

interface Write {
  readonly answeredAt: number;
  readonly before: string;
  isStale: boolean;
}

/** The state before the last write. */
interface Before {
  readonly value: string;
  readonly answeredAt: number;
  readonly shownAt: number;
  /** The state that the write produced. */
  readonly after: string;
  /** Whether a later request that was refused, or meant for another part, may have changed this part all the same. */
  isDoubtful: boolean;
  /** How long after the answer a read showed the old state again; undefined if none did. */
  wentBackMs?: number;
}

/** Learns from the reads of one part how late they show its changes, and whether the target's nodes disagree. */
export class PartLag {
  /** The longest time until a read showed a change. */
  readonly shownAfter: Belief<number>;
  /** How long after a change a node still showed the old state; undefined if none did. */
  readonly apart: Belief<number>;
  /** The longest time until a change had its awaited effect, such as on logins; undefined if none was late. */
  readonly felt: Belief<number>;
  #changedAt = Number.NEGATIVE_INFINITY;
  #touchedAt = Number.NEGATIVE_INFINITY;
  #value: string | undefined;
  #write: Write | undefined;
  #before: Before | undefined;
  #wentBackMs: number | undefined;

  constructor(
    private readonly part: Part,
    model: TargetModel,
  ) {
    this.shownAfter = model.number(`changes of ${part} show after`);
    this.apart = model.number(`nodes apart on ${part}`);
    this.felt = model.number(`changes of ${part} are felt after`);
  }

  wrote(): void {
    const { isStale } = this.#write ?? {};
    // No read has shown the previous write, so the next read may show it.
    if (isStale === false) this.#value = undefined;
    this.#before = undefined;
    this.#write =
      this.#value === undefined
        ? undefined
        : { answeredAt: performance.now(), before: this.#value, isStale: false };
    this.changed();
  }

  /** Call this if the part has changed: nodes may not know it yet. */
  changed(): void {
    this.#changedAt = steadyNow();
    this.touched();
  }

  /** Call this if something may have changed the part. */
  touched(): void {
    this.#touchedAt = steadyNow();
  }

  /** Call this if something other than a write may have changed the state, such as a verified code. */
  unsure(): void {
    this.#before = undefined;
    // The write may have changed nothing. Then the next read shows this other change, not the write.
    if (this.#write?.isStale) this.#write = undefined;
  }

  /** From now on a return to the old state proves lagging nodes only if another read shows the new state. */
  doubtful(): void {
    if (this.#before === undefined) return;
    this.#before.isDoubtful = true;
    delete this.#before.wentBackMs;
  }

  /** Call this if a read shows the state. @returns whether it is the first read to show the last write */
  saw(body: unknown, startedAt: number): boolean {
    const value = this.#stateIn(body);
    this.#value = value;
    const now = performance.now();
    if (this.#before !== undefined) this.#compare(this.#before, value, startedAt, now);
    const write = this.#write;
    if (write === undefined || startedAt < write.answeredAt) return false;
    if (value === write.before) {
      write.isStale = true;
      return false;
    }
    const { before, answeredAt, isStale } = write;
    this.#shown(isStale ? Math.ceil(now - answeredAt) : 0);
    this.#write = undefined;
    this.#before = { value: before, answeredAt, shownAt: now, after: value, isDoubtful: false };
    return true;
  }

  #compare(before: Before, value: string, startedAt: number, now: number): void {
    if (value === before.after && before.wentBackMs !== undefined) {
      this.#disagreed(before.wentBackMs);
      delete before.wentBackMs;
    }
    const afterMs = Math.ceil(now - before.answeredAt);
    if (value !== before.value || startedAt <= before.shownAt || afterMs >= latestNodeMs) return;
    this.#wentBackMs = afterMs;
    if (before.isDoubtful) before.wentBackMs = afterMs;
    else this.#disagreed(afterMs);
  }

  #disagreed(afterMs: number): void {
    this.apart.learn(Math.max(this.apart.value ?? 0, afterMs));
    this.#shown(afterMs);
  }

  #shown(ms: number): void {
    this.shownAfter.learn(Math.max(this.shownAfter.value ?? 0, ms));
  }

  /**
   * How long after a change the last read showed the old state again; undefined if it did not, and at a second call.
   */
  takeWentBack(): number | undefined {
    const afterMs = this.#wentBackMs;
    this.#wentBackMs = undefined;
    return afterMs;
  }

  get sinceChangeMs(): number {
    return steadyNow() - this.#changedAt;
  }

  /** How long a node may still lack the last change. @param until changes after this time don't count */
  restMs(feltMs: number, until = Number.POSITIVE_INFINITY): number {
    const left = (lagMs: number, at: number) =>
      lagMs === 0 ? 0 : Math.max(0, Math.min(at, until) + 1.5 * lagMs + 100 - steadyNow());
    const { value: apartMs = 0 } = this.apart;
    return Math.max(
      left(apartMs > longestNodeLagMs ? 0 : apartMs, this.#touchedAt),
      left(feltMs, this.#changedAt),
    );
  }

  /** The state as a comparable text: members have no order, and lists are sets. */
  #stateIn(body: unknown): string {
    return JSON.stringify(
      members[this.part].map((name) => {
        const value = memberOf(body, name);
        return Array.isArray(value) ? [...value].sort() : value;
      }),
    );
  }
}
