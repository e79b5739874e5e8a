import type { Waiter } from '../http/api.js';
import type { Recorder } from '../http/recorder.js';
import type { Authenticator } from './authenticator.js';
import type { TargetClock } from './clock.js';

/** So near a step's end a code may arrive after it. */
const tooLateMs = 2_000;

/** Codes of an authenticator by the target's clock, each given out once. */
export class Codes {
  /** Whether a code was made without knowing the target's clock, since this was last set to false. */
  guessed = false;

  constructor(
    private readonly clock: TargetClock,
    private readonly waiter: Waiter,
    private readonly recorder: Recorder,
  ) {}

  /** The current code; where it was used already, the next step is awaited. */
  async unused(authenticator: Authenticator): Promise<string> {
    const periodMs = authenticator.period * 1000;
    const leftMs = periodMs - (this.clock.now() % periodMs);
    const current = authenticator.stepAt(this.clock.now());
    const isUsed = authenticator.unusedStep(this.clock.now(), { back: 0, ahead: 0 }) === undefined;
    if (isUsed || leftMs < tooLateMs) await this.waiter.letPass(leftMs + 1_000, 'totp step');
    const step = isUsed || leftMs < tooLateMs ? authenticator.stepAt(this.clock.now()) : current;
    authenticator.markUsed(step);
    this.#noteGuess();
    return this.#known(authenticator.codeAt(step));
  }

  /** A well-formed code that no step near now has. */
  wrong(authenticator: Authenticator): string {
    return this.#known(authenticator.wrongCode(this.clock.now()));
  }

  /** The code so many steps away, where it isn't also a valid one by chance. */
  distant(authenticator: Authenticator, steps: number): string | undefined {
    this.#noteGuess();
    const code = authenticator.codeOfSteps(this.clock.now(), steps);
    return code === undefined ? undefined : this.#known(code);
  }

  #noteGuess(): void {
    if (!this.clock.known) this.guessed = true;
  }

  #known(code: string): string {
    this.recorder.addSecret(code, 'code');
    return code;
  }
}
