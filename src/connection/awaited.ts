import { memberOf } from '../judging/body.js';

/** Whether MFA is on by the last change that was accepted, until a read shows it: reads may be late. */
export class Awaited {
  #enabled: boolean | undefined;

  /** TOTP may be on only once a code was verified, so that nothing is awaited of it. */
  changed(body: unknown): void {
    const enabled = memberOf(body, 'enabled');
    const isCertain = typeof enabled === 'boolean' && memberOf(body, 'mfaType') !== 'totp';
    this.#enabled = isCertain ? enabled : undefined;
  }

  shown(enabled: boolean): void {
    if (enabled === this.#enabled) this.#enabled = undefined;
  }

  /** What is still to show; it is awaited once only. */
  take(): boolean | undefined {
    const enabled = this.#enabled;
    this.#enabled = undefined;
    return enabled;
  }
}
