import { steadyNow } from '../../base/steady-now.js';
import { nextKeyTryMs } from '../beliefs/policies.js';
import { type Belief, TargetModel } from '../beliefs/target-model.js';
import { sleep } from '../sleep.js';
import type { Recorder } from './recorder.js';

/** If a code of a key this new is accepted, keys are in force at once. */
const newMs = 300;

/** The suite stops after this many refused codes: of two keys made at the same time, one never comes into force. */
const mostInVain = 2;

/** How long new TOTP keys take to come into force. Learned once: each try counts as an attempt. */
export class KeyLag {
  #inVain = 0;
  readonly #madeAt = new Map<string, number>();

  /** @param known undefined until a key was seen to come into force, or never to do so */
  constructor(
    private readonly recorder: Pick<Recorder, 'waited'>,
    private readonly known: Belief<number> = new TargetModel().number('keys are in force after'),
  ) {}

  get #knownMs(): number | undefined {
    return this.known.value;
  }

  get isLate(): boolean {
    return this.#knownMs !== undefined && this.#knownMs > 0;
  }

  /** @param at when the key was returned, by {@link steadyNow} */
  made(role: string, at = steadyNow()): void {
    this.#madeAt.set(role, at);
  }

  async inForce(role: string): Promise<void> {
    await this.#until(role, this.#knownMs ?? 0);
  }

  /** Sends a right code, and again while its key is new. @param teaches whether the target certainly asks for a code */
  async tried<T>(
    role: string,
    send: () => Promise<T>,
    isTaken: (of: T) => boolean,
    teaches = true,
  ): Promise<T> {
    await this.inForce(role);
    const isNew = this.#ageMs(role) < newMs;
    let came = await send();
    if (this.#knownMs !== undefined) return came;
    if (isTaken(came)) {
      if (isNew && teaches) this.known.learn(0);
      return came;
    }
    for (let triedMs = 0; ; ) {
      const atMs = nextKeyTryMs(Math.max(triedMs, this.#ageMs(role)));
      if (atMs === undefined) break;
      triedMs = atMs;
      await this.#until(role, atMs);
      came = await send();
      if (!isTaken(came)) continue;
      this.known.learn(atMs);
      return came;
    }
    this.#inVain += 1;
    if (this.#inVain >= mostInVain) this.known.learn(0);
    return came;
  }

  #ageMs(role: string): number {
    return steadyNow() - (this.#madeAt.get(role) ?? Number.NEGATIVE_INFINITY);
  }

  async #until(role: string, ms: number): Promise<void> {
    await sleep(ms - this.#ageMs(role), 'key', (passedMs, of) => this.recorder.waited(passedMs, of));
  }
}
