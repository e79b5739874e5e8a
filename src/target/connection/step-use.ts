import { steadyNow } from '../../base/steady-now.js';
import type { TargetClock } from '../../wire/clock/clock.js';
import type { Authenticator } from '../../wire/otp/authenticator.js';
import { keyTriedAtMs } from '../beliefs/policies.js';
import { type Belief, TargetModel } from '../beliefs/target-model.js';
import { sleep } from '../sleep.js';
import type { Recorder } from './recorder.js';

/** If the target accepts a code of a key younger than this, new keys are in force at once. */
const newMs = 300;

/** After this many keys that never came into force, the suite no longer waits for new keys: they may fail as well. */
const mostInVain = 2;

type Send<T> = () => Promise<T>;

/** Learns once how long a new TOTP key takes to come into force. Each try counts as an attempt. */
export class KeyLag {
  #inVain = 0;
  readonly #madeAt = new Map<string, number>();

  constructor(
    private readonly recorder: Pick<Recorder, 'waited'>,
    private readonly known: Belief<number> = new TargetModel().number('keys are in force after'),
  ) {}

  get isLate(): boolean {
    return (this.known.value ?? 0) > 0;
  }

  made(role: string, at = steadyNow()): void {
    this.#madeAt.set(role, at);
  }

  async inForce(role: string): Promise<void> {
    await this.#until(role, this.known.value ?? 0);
  }

  /** Repeats a refused code until its key is old. @param teaches whether the target certainly wants a code */
  async tried<T>(role: string, send: Send<T>, isTaken: (of: T) => boolean, teaches = true): Promise<T> {
    await this.inForce(role);
    let came = await send();
    if (this.known.value !== undefined) return came;
    if (isTaken(came)) {
      // The target may have read a slow request late, so only a fast answer shows that the key is in force at once.
      if (this.#ageMs(role) < newMs && teaches) this.known.learn(0);
      return came;
    }
    for (const atMs of keyTriedAtMs) {
      if (atMs <= this.#ageMs(role)) continue;
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

  #ageMs = (role: string): number => steadyNow() - (this.#madeAt.get(role) ?? Number.NEGATIVE_INFINITY);

  async #until(role: string, ms: number): Promise<void> {
    await sleep(ms - this.#ageMs(role), 'key', (passedMs, of) => this.recorder.waited(passedMs, of));
  }
}

/** An accepted code may be this many steps off in either direction. */
const window = 2;

interface Whose {
  readonly role: string;
}

interface Use {
  readonly authenticator: Authenticator;
  readonly step: number;
  /** Whether the target certainly asked for a code, and the key has the code that was sent. */
  readonly isAsked: boolean;
}

interface Tried {
  readonly session?: unknown;
  readonly isTaken?: boolean;
}

const wasTaken = ({ session, isTaken }: Tried) => isTaken ?? session !== undefined;

/** Knows the step of each user's last code. Some targets accept one code per step and user, even with another key. */
export class StepUse {
  readonly #byUser: Belief<boolean>;
  readonly #byKey: Belief<boolean>;
  /** Whether the suite is just now finding out if the target accepts a code of the next step. */
  #isTrying = false;
  readonly #keys = new Map<string, Authenticator>();
  readonly #last = new Map<string, Use>();
  readonly #asked = new Set<string>();

  readonly lag: KeyLag;

  constructor(
    private readonly clock: Pick<TargetClock, 'now'>,
    recorder: Pick<Recorder, 'waited'>,
    private readonly model = new TargetModel(),
    whose = 'users',
  ) {
    this.#byUser = model.flag(`codes of ${whose}: one in a step`);
    this.#byKey = model.flag(`codes of ${whose}: one of each key in a step`);
    this.lag = new KeyLag(recorder, model.number(`keys of ${whose} are in force after`));
  }

  get #isByUser(): boolean {
    return this.#isTrying || this.#byUser.value === true;
  }

  /** Call this for each new key. @param at when the target returned the key */
  enrolled(user: Whose, authenticator: Authenticator, at?: number): void {
    this.#keys.set(user.role, authenticator);
    this.lag.made(user.role, at);
    if (this.#isByUser) this.passOver(user, authenticator);
  }

  /** Repeats the request if the key may be too new. @param isRight whether the rest of it is right */
  ofNewKey<T extends Tried>({ role }: Whose, code: unknown, send: Send<T>, isRight = false): Promise<T> {
    const authenticator = this.#keys.get(role);
    const last = this.#last.get(role);
    const isAsked = this.#asked.has(role);
    const isUsed = last !== undefined && last.authenticator === authenticator && this.#isNow(last);
    const current = authenticator?.codeAt(authenticator.stepAt(this.clock.now()));
    if (!(isAsked || isRight) || current === undefined || code !== current || isUsed) return send();
    return this.lag.tried(role, send, wasTaken, isAsked);
  }

  /** Records a login with a code, probably of the user's newest key. */
  used({ role }: Whose, code: unknown): void {
    const authenticator = this.#keys.get(role);
    if (authenticator === undefined || code === undefined) return;
    const found = authenticator.stepOf(code, this.clock.now(), window);
    const last = this.#last.get(role);
    // If the target asked for no code, this login has not used the code up.
    const isAsked = found !== undefined && this.#asked.has(role);
    if (isAsked && last?.isAsked && last.authenticator !== authenticator)
      if (authenticator.stepAt(last.authenticator.startOf(last.step)) === found) this.#byKey.learn(true);
    this.#last.set(role, { authenticator, step: found ?? authenticator.stepAt(this.clock.now()), isAsked });
  }

  /** Tells whether the user has used the current step, or a later one, with an older key. */
  isByAnotherKey({ role }: Whose): boolean {
    const last = this.#last.get(role);
    return last !== undefined && last.authenticator !== this.#keys.get(role) && this.#isNow(last);
  }

  isSpent({ role }: Whose): boolean {
    const last = this.#last.get(role);
    return this.#isByUser && last !== undefined && this.#isNow(last);
  }

  /** Tells whether a new key's code might be refused because the user has used the current step with another key. */
  mayBeSpent(user: Whose): boolean {
    const last = this.#last.get(user.role);
    return this.isSpent(user) || (!this.#byKey.value && last !== undefined && this.#isNow(last));
  }

  /** Sends a right code and, if it is refused in a step that an older key used, the next step's code. */
  async tried<T extends Tried>(
    user: Whose,
    authenticator: Authenticator | undefined,
    byCode: Send<T>,
    isAsked = true,
  ): Promise<T> {
    if (authenticator !== undefined && this.#isByUser) this.passOver(user, authenticator);
    if (isAsked) this.#asked.add(user.role);
    const inVain = this.#inVain(user);
    try {
      const first = await byCode();
      if (wasTaken(first) && inVain.value) inVain.learn(false);
      if (wasTaken(first) || this.#byKey.value || !this.isByAnotherKey(user) || inVain.value) return first;
      this.#isTrying = true;
      const next = await byCode().finally(() => {
        this.#isTrying = false;
      });
      (wasTaken(next) ? this.#byUser : inVain).learn(true);
      return next;
    } finally {
      this.#asked.delete(user.role);
    }
  }

  /** Tells whether the target also refused the user's right code in the next step, and has accepted none since. */
  isInVain = (user: Whose): boolean => this.#inVain(user).value === true;

  #inVain({ role }: Whose): Belief<boolean> {
    return this.model.flag(`right codes of ${role} are refused in fresh steps`);
  }

  /** Marks the key's codes as used for all steps that the user has used. */
  passOver({ role }: Whose, authenticator: Authenticator): void {
    const last = this.#last.get(role);
    if (last === undefined) return;
    const step = authenticator.stepAt(last.authenticator.startOf(last.step));
    for (let used = step; used >= step - window; used -= 1) authenticator.markUsed(used);
  }

  #isNow = ({ authenticator, step }: Use): boolean => authenticator.stepAt(this.clock.now()) <= step;
}
