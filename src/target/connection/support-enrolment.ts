import { steadyNow } from '../../base/steady-now.js';
import type { Authenticator } from '../../wire/otp/authenticator.js';
import type { Answer } from './api.js';
import { supportUser } from './attempts.js';
import type { StateParts } from './part-state.js';
import { StepUse } from './step-use.js';

export interface HandedKey {
  readonly answer: Answer<'UpdateSupportMFAConfig' | 'ConfigureSupportMFAConfig'>;
  /** Undefined if the key is unreadable. */
  readonly authenticator: Authenticator | undefined;
}

export interface SupportEnrolment extends HandedKey {
  readonly authenticator: Authenticator;
}

export interface Verified extends SupportEnrolment {
  readonly code: string;
}

type Verification = Answer<'VerifySupportUserTotp'>;

export interface Proof {
  readonly code: string;
  readonly answer: Verification;
}

const ofSteps = { role: supportUser };

/** After this many failures, the suite waits a minute before another try, because a lock may have ended by then. */
const mostInVain = 3;
const againAfterMs = 60_000;

/** This many steps outlast a lock of a minute. */
const stepsOfALock = 3;

export class SupportProofs {
  readonly #steps: StepUse;
  #inVain = 0;
  #failedAt = 0;
  #lastRefused: Verification | undefined;
  #hasAccepted = false;

  constructor(
    private readonly connection: StateParts,
    private readonly verify: (code: string) => Promise<Verification>,
  ) {
    const { codes, recorder, model } = connection;
    this.#steps = new StepUse(codes.clock, recorder, model, 'the support user');
  }

  enrolled({ answer, authenticator }: SupportEnrolment): void {
    const { startedAt, durationMs } = answer.exchange;
    this.#steps.enrolled(ofSteps, authenticator, Date.parse(startedAt) + durationMs);
  }

  /** If the target refuses a right code and may accept only one per step, sends another in the next step. */
  inFreeStep<T extends { readonly isTaken: boolean }>(byCode: () => Promise<T>): Promise<T> {
    return this.#steps.tried(ofSteps, undefined, byCode);
  }

  inForce = (): Promise<void> => this.#steps.lag.inForce(supportUser);

  /** Sends a right code, and repeats it if its key may be too new. @returns the last answer */
  async ofNewKey(code: string | null, verify: () => Promise<Verification>): Promise<Verification> {
    const send = async () => {
      const answer = await verify();
      return { answer, isTaken: answer.fields.success === true };
    };
    return (await this.#steps.ofNewKey(ofSteps, code, send, true)).answer;
  }

  /** Call this when the target accepted a code. Ignores codes that the key doesn't make, such as mailed ones. */
  used(authenticator: Authenticator | undefined, code: unknown): void {
    if (authenticator === undefined || typeof code !== 'string') return;
    if (this.connection.codes.isRight(authenticator, code)) this.#steps.used(ofSteps, code);
  }

  /** Proves a key by a right code. Prefers the previous step's code, so that the current one stays unused. */
  async prove(authenticator: Authenticator): Promise<Proof> {
    const proof = await this.#prove(authenticator);
    this.#inVain = proof.answer.fields.success === true ? 0 : this.#inVain + 1;
    this.#failedAt = steadyNow();
    return proof;
  }

  /** Whether the target refused the latest right codes, the last within a minute. Then the suite tries no other. */
  get isInVain(): boolean {
    return this.#inVain >= mostInVain && steadyNow() - this.#failedAt < againAfterMs;
  }

  /** Returns the reason why the suite sends no other code. Adds the last refusal to the running test's evidence. */
  readonly whyInVain = (): string => {
    if (this.#lastRefused !== undefined) this.connection.recorder.adopt([this.#lastRefused.exchange]);
    return 'POST /support-user/verify-totp accepted no right code of the latest keys.';
  };

  async #prove(authenticator: Authenticator): Promise<Proof> {
    const wasLate = this.#steps.lag.isLate;
    const before = await this.connection.codes.before(authenticator);
    if (before !== undefined) {
      const answer = await this.verify(before);
      this.#hasAccepted ||= answer.fields.success === true;
      if (answer.fields.success === true) return { code: before, answer };
    }
    const proof = await this.verifyUnused(authenticator);
    // If the key came into force meanwhile, the refusal of the previous step's code teaches nothing.
    const wasInForce = this.#steps.lag.isLate === wasLate;
    if (before !== undefined && wasInForce && proof.answer.fields.success === true)
      this.connection.codes.refuses(-1);
    return proof;
  }

  /** Verifies the current code or, if an older key used this step, the next step's code: see StepUse. */
  async verifyUnused(authenticator: Authenticator): Promise<Proof> {
    const mayBeLocked = this.connection.api.attempts.mayHaveLocked(supportUser);
    const once = async (code: string) => {
      const answer = await this.verify(code);
      const isTaken = answer.fields.success === true;
      if (!isTaken) this.#lastRefused = answer;
      return { code, answer, isTaken };
    };
    const first = async () => once(await this.#unused(authenticator));
    let proof = await this.#steps.tried(ofSteps, authenticator, first);
    // If the support user is locked, the target may answer a right code like a wrong one.
    const again = async () => once(await this.connection.codes.unused(authenticator));
    const { waiter, target } = this.connection;
    if (mayBeLocked && !proof.isTaken)
      proof = (await waiter.outlastLock(target.limits.lockMinutes, again, ({ isTaken }) => isTaken)) ?? proof;
    for (let step = 0; mayBeLocked && this.#hasAccepted && !proof.isTaken && step < stepsOfALock; step += 1)
      proof = await again();
    this.#hasAccepted ||= proof.isTaken;
    return proof;
  }

  /** Sends a right code after wrong ones. Waits for an unused code only if the support user might be locked. */
  async endSeries(authenticator: Authenticator): Promise<boolean> {
    const mayWait = this.connection.api.attempts.mightLock(supportUser);
    const isTaken = async (code: string) => (await this.verify(code)).fields.success === true;
    const before = this.isInVain ? undefined : await this.connection.codes.before(authenticator);
    if (before !== undefined && (await isTaken(before))) return true;
    return mayWait && !this.isInVain && (await isTaken(await this.#unused(authenticator)));
  }

  #unused(authenticator: Authenticator): Promise<string> {
    return this.connection.codes.unused(
      authenticator,
      this.#steps.isInVain(ofSteps) ? this.whyInVain : undefined,
    );
  }
}
