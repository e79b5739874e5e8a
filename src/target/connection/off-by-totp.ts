import { defined } from '../../base/defined.js';
import type { Authenticator } from '../../wire/otp/authenticator.js';
import type { SupportConfig } from '../journal/config.js';
import type { Answer } from './api.js';
import type { Codes } from './codes.js';

interface Locked {
  readonly isUnproven: boolean;
  readonly ownAuthenticator: Authenticator | undefined;
  found(): Promise<SupportConfig>;
  leave(body: { enabled: boolean; mfaType?: 'totp'; mfaCode?: string }): Promise<Answer>;
}

const mostTries = 4;

export class OffByTotp {
  /** Whether the target may give up an unverified key without a code, which the suite tries first. */
  #mayGoUnproven = true;
  /** Whether the target refused every attempt despite all waits. Then the suite no longer waits. */
  isStuck = false;

  constructor(
    private readonly support: Locked,
    private readonly codes: Codes,
  ) {}

  /** Switches support MFA off: without a code if the key is unverified, by a code of the known key, or by a new key. */
  async off(current?: string): Promise<Answer> {
    const answer = (await this.#unproven()) ?? (await this.#withCode(current)) ?? (await this.#otherwise());
    this.isStuck = answer.status >= 400;
    return answer;
  }

  /** @returns the answer if the target accepted the change */
  async #tried(mfaCode?: string): Promise<Answer | undefined> {
    const answer = await this.support.leave(defined({ enabled: false, mfaCode }));
    return answer.status < 400 ? answer : undefined;
  }

  async #unproven(): Promise<Answer | undefined> {
    if (!this.support.isUnproven || !this.#mayGoUnproven) return undefined;
    const answer = await this.#tried();
    this.#mayGoUnproven = answer !== undefined;
    return answer;
  }

  async #withCode(current?: string): Promise<Answer | undefined> {
    const authenticator = this.support.ownAuthenticator;
    if (authenticator === undefined) return undefined;
    // Another process may have verified the key. The previous step's code comes first, as it saves the current one.
    const before = this.support.isUnproven ? await this.codes.before(authenticator) : undefined;
    const early = before === undefined ? undefined : await this.#tried(before);
    if (early !== undefined) return early;
    const soonest = current === undefined ? this.codes.soonest(authenticator) : { code: current, step: 0 };
    if (soonest !== undefined) {
      const answer = await this.#tried(soonest.code);
      if (answer !== undefined && before !== undefined) this.codes.refuses(-1);
      if (answer !== undefined) return answer;
      if (soonest.step === 1) this.codes.refuses(1);
    }
    // Another process may have used the first code, or the support user is locked and a lock looks like a wrong code.
    for (let n = soonest === undefined ? 0 : 1; n < mostTries && !this.isStuck; n += 1) {
      const answer = await this.#tried(await this.codes.unused(authenticator));
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  async #otherwise(): Promise<Answer> {
    const answer = await this.support.leave({ enabled: false });
    const { enabled, mfaType } = await this.support.found();
    // A key from before the run belongs to a person, so the suite never replaces it.
    const isFoundKey = enabled && mfaType === 'totp';
    if (answer.status < 400 || isFoundKey || this.isStuck) return answer;
    const enrolled = await this.support.leave({ enabled: true, mfaType: 'totp' });
    const authenticator = this.support.ownAuthenticator;
    if (enrolled.status >= 400 || authenticator === undefined) return answer;
    return this.support.leave({ enabled: false, mfaCode: await this.codes.unused(authenticator) });
  }
}
