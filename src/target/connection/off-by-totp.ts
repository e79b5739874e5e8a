import type { Authenticator } from '../../wire/otp/authenticator.js';
import type { SupportConfig } from '../journal/config.js';
import type { Answer } from './api.js';
import type { Codes } from './codes.js';

interface Locked {
  /** Whether the key in force was handed out to the suite, and no code has proven it yet. */
  readonly isUnproven: boolean;
  authenticator(): Authenticator | undefined;
  found(): Promise<SupportConfig>;
  patch(body: { enabled: boolean; mfaType?: 'totp'; mfaCode?: string }): Promise<Answer>;
}

const mostTries = 4;

export class OffByTotp {
  /** Whether a key that was never verified may be given up without a code: a code may have to be waited for. */
  #mayGoUnproven = true;
  /** Nothing was taken, however long it was waited for: from then on nothing is waited for. */
  #isStuck = false;

  constructor(private readonly codes: Codes) {}

  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** By a code of the known key, without one where it is unverified, or by a new key. */
  async off(support: Locked, current?: string): Promise<Answer> {
    const answer =
      (await this.#unproven(support)) ??
      (await this.#withCode(support, current)) ??
      (await this.#otherwise(support));
    this.#isStuck = answer.status >= 400;
    return answer;
  }

  async #unproven(support: Locked): Promise<Answer | undefined> {
    if (!support.isUnproven || !this.#mayGoUnproven) return undefined;
    const answer = await support.patch({ enabled: false });
    if (answer.status < 400) return answer;
    this.#mayGoUnproven = false;
    return undefined;
  }

  async #withCode(support: Locked, current?: string): Promise<Answer | undefined> {
    const authenticator = support.authenticator();
    if (authenticator === undefined) return undefined;
    // A key whose proof was not told may be proven: the code of the step before leaves the current one for what follows.
    const before = support.isUnproven ? await this.codes.before(authenticator) : undefined;
    if (before !== undefined) {
      const answer = await support.patch({ enabled: false, mfaCode: before });
      if (answer.status < 400) return answer;
    }
    const soonest = current === undefined ? this.codes.soonest(authenticator) : { code: current, step: 0 };
    if (soonest !== undefined) {
      const answer = await support.patch({ enabled: false, mfaCode: soonest.code });
      if (answer.status < 400 && before !== undefined) this.codes.refuses(-1);
      if (answer.status < 400) return answer;
      if (soonest.step === 1) this.codes.refuses(1);
    }
    // The first code may have been used before this process knew of it, or a lock look like a wrong code.
    for (let n = soonest === undefined ? 0 : 1; n < mostTries && !this.#isStuck; n += 1) {
      const mfaCode = await this.codes.unused(authenticator);
      const answer = await support.patch({ enabled: false, mfaCode });
      if (answer.status < 400) return answer;
    }
    return undefined;
  }

  async #otherwise(support: Locked): Promise<Answer> {
    const answer = await support.patch({ enabled: false });
    const { enabled, mfaType } = await support.found();
    // A key that was found is a person's: that is never replaced.
    const isFoundKey = enabled && mfaType === 'totp';
    if (answer.status < 400 || isFoundKey || this.#isStuck) return answer;
    const anew = await support.patch({ enabled: true, mfaType: 'totp' });
    const authenticator = support.authenticator();
    if (anew.status >= 400 || authenticator === undefined) return answer;
    return support.patch({ enabled: false, mfaCode: await this.codes.unused(authenticator) });
  }
}
