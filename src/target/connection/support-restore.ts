import { ArrangeError } from '../../base/errors.js';
import { type SupportConfig, sameSupport, withoutNulls } from '../journal/config.js';
import { keptAddress } from './told-support.js';

interface Restorable {
  read(): Promise<SupportConfig>;
  readUntil(done: (config: SupportConfig) => boolean): Promise<SupportConfig>;
  patchAny(body: unknown): Promise<{ readonly status: number }>;
  off(): Promise<void>;
}

export class SupportRestore {
  /** What the target made of an attempt, where that is all that can be had. */
  #kept: SupportConfig | undefined;

  constructor(private readonly support: Restorable) {}

  /** @returns what of it can't be restored, in words */
  async giveBack(config: SupportConfig, mayBeLate = true): Promise<string[]> {
    const now = await this.support.read();
    if (sameSupport(now, config)) return [];
    if (this.#kept !== undefined && sameSupport(now, this.#kept)) return [keptAddress];
    await this.support.off();
    const body = config.enabled
      ? { enabled: true, mfaType: config.mfaType, email: config.email }
      : { ...config };
    const answer = await this.support.patchAny(body);
    if (answer.status >= 400) await this.support.patchAny(withoutNulls(body));
    const after = await this.support.readUntil((read) => sameSupport(read, config));
    if (sameSupport(after, config)) return [];
    if (after.enabled === config.enabled && !after.enabled) {
      this.#kept = after;
      return [keptAddress];
    }
    // The first read was late: what was done did not fit.
    if (mayBeLate && !sameSupport(after, now)) return this.giveBack(config, false);
    throw new ArrangeError(
      `The support user's MFA is ${after.enabled ? `on (${after.mfaType})` : 'off'}; ` +
        `it was found ${config.enabled ? `on (${config.mfaType})` : 'off'}.`,
    );
  }
}
