import { steadyNow } from '../../base/steady-now.js';
import { memberOf } from '../../contract/judging/body.js';
import type { Part } from '../../contract/openapi/operations.js';
import type { Belief, TargetModel } from '../beliefs/target-model.js';

/** If the old state returns later than this, somebody else restored it, because no node lags that long. */
const latestNodeMs = 10_000;
/** If a node seemed to lag longer than this, the cause was probably another one, so the suite waits for no node. */
const longestNodeLagMs = 3_000;

/** Other members may differ on every read. */
const members: Readonly<Record<Part, readonly string[]>> = {
  cluster: ['enabled', 'authenticationTypes', 'retainUserMfaSettings'],
  support: ['enabled', 'mfaType', 'email', 'otpVerificationState'],
};

/** The last write, if the state before it was known. */
interface Written {
  readonly answeredAt: number;
  readonly before: string;
  /** Whether a read has shown the old state since. */
  isStale: boolean;
  /** The first read that showed another state, and that state. */
  shown?: { readonly at: number; readonly after: string };
  /** Whether a later request may have changed this part, although it was refused or meant for the other part. */
  isDoubtful: boolean;
  /** How long after the write's answer a read showed the old state again. Undefined if none did. */
  wentBackMs?: number;
}

/** Learns from the reads of one part how late they show changes, and whether the target's nodes disagree. */
export class PartLag {
  /** The longest time until a read showed a change, in milliseconds. */
  readonly shownAfter: Belief<number>;
  /** How long after a change a node still showed the old state. Undefined if none did. */
  readonly apart: Belief<number>;
  /** The longest time until a change had its effect, such as on logins. Undefined if none was late. */
  readonly felt: Belief<number>;
  #changedAt = Number.NEGATIVE_INFINITY;
  #touchedAt = Number.NEGATIVE_INFINITY;
  #isTried = false;
  #value: string | undefined;
  #written: Written | undefined;
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
    const last = this.#written;
    // No read followed the previous write yet. So the state before the new write is unknown.
    if (last !== undefined && last.shown === undefined && !last.isStale) this.#value = undefined;
    const before = this.#isTried ? undefined : this.#value;
    this.#isTried = false;
    this.#written =
      before === undefined
        ? undefined
        : { answeredAt: performance.now(), before, isStale: false, isDoubtful: false };
    this.changed();
  }

  changed(): void {
    this.#changedAt = steadyNow();
    this.touched();
  }

  /** Call this if a code was tried. Until the next write, a lagging node may show the state before it. */
  tried(): void {
    this.#isTried = true;
    this.changed();
  }

  touched(): void {
    this.#touchedAt = steadyNow();
  }

  /** Call this if a request other than a write may have changed the state, such as a verified code. */
  unsure(): void {
    const { isStale, shown } = this.#written ?? {};
    // The write may have changed nothing. Then a change in the next read comes from the other request.
    if (isStale || shown !== undefined) this.#written = undefined;
  }

  /** From now on, the old state proves lagging nodes only if a further read shows the new one again. */
  doubtful(): void {
    if (this.#written?.shown === undefined) return;
    this.#written.isDoubtful = true;
    delete this.#written.wentBackMs;
  }

  /** Call this with the body that a read shows. @returns whether this is the first read to show the last write */
  saw(body: unknown, startedAt: number): boolean {
    const value = this.#stateIn(body);
    this.#value = value;
    const written = this.#written;
    if (written === undefined || startedAt < written.answeredAt) return false;
    const now = performance.now();
    const afterMs = Math.ceil(now - written.answeredAt);
    if (written.shown !== undefined) {
      this.#compare(written, value, startedAt, afterMs);
      return false;
    }
    if (value === written.before) {
      written.isStale = true;
      return false;
    }
    this.#shown(written.isStale ? afterMs : 0);
    written.shown = { at: now, after: value };
    return true;
  }

  #compare(written: Written, value: string, startedAt: number, afterMs: number): void {
    const { at = 0, after } = written.shown ?? {};
    if (value === after && written.wentBackMs !== undefined) {
      this.#disagreed(written.wentBackMs);
      delete written.wentBackMs;
    }
    if (value !== written.before || startedAt <= at || afterMs >= latestNodeMs) return;
    this.#wentBackMs = afterMs;
    if (written.isDoubtful) written.wentBackMs = afterMs;
    else this.#disagreed(afterMs);
  }

  #disagreed(afterMs: number): void {
    this.apart.learn(Math.max(this.apart.value ?? 0, afterMs));
    this.#shown(afterMs);
  }

  #shown(ms: number): void {
    this.shownAfter.learn(Math.max(this.shownAfter.value ?? 0, ms));
  }

  /** Returns how long after a change the last read showed the old state again. Undefined if it did not. */
  takeWentBack(): number | undefined {
    const afterMs = this.#wentBackMs;
    this.#wentBackMs = undefined;
    return afterMs;
  }

  get sinceChangeMs(): number {
    return steadyNow() - this.#changedAt;
  }

  /** Returns how long a node may still lack the last change. @param until later changes count as made at this time */
  restMs(feltMs: number, until = Number.POSITIVE_INFINITY): number {
    const left = (lagMs: number, at: number) =>
      lagMs === 0 ? 0 : Math.max(0, Math.min(at, until) + 1.5 * lagMs + 100 - steadyNow());
    const { value: apartMs = 0 } = this.apart;
    const nodeMs = apartMs > longestNodeLagMs ? 0 : apartMs;
    return Math.max(left(nodeMs, this.#touchedAt), left(feltMs, this.#changedAt));
  }

  /** The order in lists doesn't count. */
  #stateIn(body: unknown): string {
    return JSON.stringify(
      members[this.part].map((name) => {
        const value = memberOf(body, name);
        return Array.isArray(value) ? [...value].sort() : value;
      }),
    );
  }
}
