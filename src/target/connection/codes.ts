import { ArrangeError } from '../../base/errors.js';
import type { TargetClock } from '../../wire/clock/clock.js';
import type { Authenticator, DigitPlace } from '../../wire/otp/authenticator.js';
import type { Recorder } from './recorder.js';
import type { Waiter } from './waiter.js';

/** A code sent this shortly before its step ends may arrive too late. */
const tooLateMs = 2_000;

interface Made {
  readonly authenticator: Authenticator;
  readonly make: () => Promise<string>;
  readonly step: number;
  readonly isSpent: boolean;
}

/** Makes codes of authenticators by the target's clock, and returns each code once. */
export class Codes {
  readonly #guesses = new Map<string, 'current steps' | 'other steps'>();
  readonly #made = new Map<string, Made>();
  /** Maps a code that a wait made too old to the fresh code that the suite sends instead. */
  readonly #renewed = new Map<string, string>();

  readonly #refused = new Set<-1 | 1>();

  constructor(
    readonly clock: Pick<TargetClock, 'now' | 'known' | 'apartMs'>,
    private readonly waiter: Waiter,
    private readonly recorder: Recorder,
  ) {}

  renewed = (code: string): string => this.#renewed.get(code) ?? code;

  /** Call this when the target answered a request with this code: from then on, a replay is deliberate. */
  spend(code: string): void {
    const made = this.#made.get(code);
    if (made !== undefined) this.#made.set(code, { ...made, isSpent: true });
  }

  /** Returns the current step of the code's key. Undefined if the suite did not make the code. */
  stepFor(code: string): number | undefined {
    const made = this.#made.get(code);
    return made === undefined ? undefined : this.currentStep(made.authenticator);
  }

  /** Renews a code that a wait made too old. @param sentIn its step when sent @returns whether to send it */
  async renew(code: string, sentIn: number | undefined): Promise<boolean> {
    const made = this.#made.get(code);
    if (made === undefined) return true;
    const { authenticator, make } = made;
    if (this.currentStep(authenticator) === made.step && this.leftMs(authenticator) >= tooLateMs) return true;
    if (made.isSpent) return this.currentStep(authenticator) === sentIn;
    const other = await make();
    for (const [held, sent] of this.#renewed) if (sent === code) this.#renewed.set(held, other);
    this.#renewed.set(code, other);
    return true;
  }

  /** Returns the current code. If it was used, waits for the next step, or throws the text of `inVain`. */
  async unused(authenticator: Authenticator, inVain?: () => string): Promise<string> {
    const isUsed = !authenticator.isUnused(this.clock.now(), 0);
    if (isUsed && inVain !== undefined) throw new ArrangeError(inVain());
    await this.room(authenticator, isUsed);
    return this.at(authenticator, 0);
  }

  /** Like {@link unused}, but doesn't mark the code as used: for a test that sends a changed form of the code. */
  async unsent(authenticator: Authenticator): Promise<string> {
    await this.room(authenticator, !authenticator.isUnused(this.clock.now(), 0));
    const step = this.currentStep(authenticator);
    const make = () => this.unsent(authenticator);
    return this.#known(authenticator.codeAt(step), { authenticator, make }, step);
  }

  /** Returns an unused code that the other key doesn't also make now. @throws ArrangeError if both keys are the same */
  async unlike(authenticator: Authenticator, other: Authenticator): Promise<string> {
    const step = this.currentStep(authenticator);
    const isOne =
      authenticator.period === other.period &&
      [0, 1, 2].every((n) => authenticator.codeAt(step + n) === other.codeAt(step + n));
    for (let attempt = 0; !isOne && attempt < 3; attempt += 1) {
      const code = await this.unused(authenticator);
      if (!this.isRight(other, code)) return code;
    }
    throw new ArrangeError('The target returned the same secret twice, so both keys have the same codes.');
  }

  /** Returns the previous step's code, to save the current one. Undefined if it was used or is refused. */
  async before(authenticator: Authenticator): Promise<string | undefined> {
    await this.room(authenticator);
    return this.#refused.has(-1) || !authenticator.isUnused(this.clock.now(), -1)
      ? undefined
      : this.at(authenticator, -1);
  }

  /** Returns an unused code without a wait: of the current step or the next one. Undefined if both are used. */
  soonest(authenticator: Authenticator): { readonly code: string; readonly step: 0 | 1 } | undefined {
    const now = this.clock.now();
    if (authenticator.isUnused(now, 0) && this.leftMs(authenticator) >= tooLateMs)
      return { code: this.at(authenticator, 0), step: 0 };
    if (this.#refused.has(1) || !authenticator.isUnused(now, 1)) return undefined;
    return { code: this.at(authenticator, 1), step: 1 };
  }

  /** Records that the target refused a code of a neighbouring step, so that the suite tries no other. */
  refuses(step: -1 | 1): void {
    this.#refused.add(step);
  }

  at(authenticator: Authenticator, steps: number): string {
    const step = authenticator.stepAt(this.clock.now()) + steps;
    authenticator.markUsed(step);
    this.#noteGuess(steps);
    const make = async () => {
      if (steps === 0) return this.unused(authenticator);
      await this.room(authenticator);
      return this.at(authenticator, steps);
    };
    return this.#known(authenticator.codeAt(step), { authenticator, make }, step);
  }

  /** Waits for the next step if the current one ends too soon for some requests, or if its code was used (`isUsed`). */
  async room(authenticator: Authenticator, isUsed = false): Promise<void> {
    const leftMs = this.leftMs(authenticator);
    if (isUsed || leftMs < tooLateMs) await this.waiter.letPass(leftMs + 1_000, 'code step');
  }

  leftMs({ period }: Authenticator): number {
    const periodMs = period * 1000;
    return periodMs - (this.clock.now() % periodMs);
  }

  currentStep = (authenticator: Authenticator): number => authenticator.stepAt(this.clock.now());

  /** Tells whether a conforming target may accept the code now. */
  isRight(authenticator: Authenticator, code: string): boolean {
    return authenticator.stepOf(code, this.clock.now(), authenticator.widestWindow) !== undefined;
  }

  wrong(authenticator: Authenticator): string {
    const make = async () => this.wrong(authenticator);
    return this.#known(authenticator.wrongCode(this.clock.now()), { authenticator, make });
  }

  /** Returns the current code with one digit changed, valid in no step near now. For tests that send one wrong code. */
  almost(authenticator: Authenticator, place: DigitPlace): string {
    const make = async () => this.almost(authenticator, place);
    const step = this.currentStep(authenticator);
    this.recorder.origins.made(authenticator.codeAt(step), authenticator, step);
    return this.#known(authenticator.almostCode(this.clock.now(), place), { authenticator, make });
  }

  /** Returns the code `steps` steps away from now. Undefined if by chance a step near now has the same code. */
  distant(authenticator: Authenticator, steps: number): string | undefined {
    this.#noteGuess(steps);
    const code = authenticator.codeOfSteps(this.clock.now(), steps);
    const make = async () => this.distant(authenticator, steps) ?? this.wrong(authenticator);
    if (code === undefined) return undefined;
    return this.#known(code, { authenticator, make }, this.currentStep(authenticator) + steps);
  }

  get guessed(): 'none' | 'current steps' | 'other steps' {
    return this.#guesses.get(this.recorder.requirement) ?? 'none';
  }

  #noteGuess(steps: number): void {
    if (this.clock.known || this.guessed === 'other steps') return;
    // Tests send codes of neighbouring steps only where these may be right. So they count as codes of current steps.
    this.#guesses.set(this.recorder.requirement, Math.abs(steps) <= 1 ? 'current steps' : 'other steps');
  }

  /** Returns the nearest code outside the widest window of the key, with a margin of some seconds. */
  beyondWindow(authenticator: Authenticator, direction: -1 | 1): string | undefined {
    const mayBeOffMs = direction * (tooLateMs + this.clock.apartMs);
    const furthest = authenticator.stepAt(this.clock.now() + mayBeOffMs) - this.currentStep(authenticator);
    return this.distant(authenticator, direction * (authenticator.widestWindow + 1) + furthest);
  }

  /** Returns the number of steps until an unused code begins with 0. Undefined if none does within `steps`. */
  stepsToLeadingZero(authenticator: Authenticator, steps: number): number | undefined {
    const now = this.currentStep(authenticator);
    for (let step = 0; step <= steps; step += 1) {
      const isUnused = authenticator.isUnused(this.clock.now(), step);
      if (isUnused && authenticator.codeAt(now + step).startsWith('0')) return step;
    }
    return undefined;
  }

  /** Waits for an unused code that begins with 0. @param mostSteps counted from the first unused step */
  async reachLeadingZero(authenticator: Authenticator, mostSteps: number): Promise<string | undefined> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await this.room(authenticator);
      let free = 0;
      while (!authenticator.isUnused(this.clock.now(), free)) free += 1;
      const steps = this.stepsToLeadingZero(authenticator, free + mostSteps);
      if (steps === undefined) return undefined;
      // The wait ends a second after the step begins.
      const untilMs = this.leftMs(authenticator) + (steps - 1) * authenticator.period * 1000 + 1_000;
      if (steps > 0) await this.waiter.letPass(untilMs, 'code step');
      const code = this.at(authenticator, 0);
      if (!code.startsWith('0')) continue;
      this.recorder.origins.waitedForZero(code);
      return code;
    }
    return undefined;
  }

  #known(code: string, again: Pick<Made, 'authenticator' | 'make'>, step?: number): string {
    if (step !== undefined) this.recorder.origins.made(code, again.authenticator, step);
    this.recorder.origins.tried(code, again.authenticator);
    this.#made.set(code, { ...again, step: this.currentStep(again.authenticator), isSpent: false });
    this.recorder.addSecret(code, 'code');
    return code;
  }
}
