import { randomInt } from 'node:crypto';
import { inspect } from 'node:util';
import { createGuardrails, generateSync } from 'otplib';
import { ArrangeError } from '../../base/errors.js';
import { decodeBase32 } from './base32.js';
import type { OtpAlgorithm, OtpDigits, OtpParameters } from './key-uri.js';
import { type DigitPlace, oneDigitOff } from './one-digit-off.js';

export interface AuthenticatorSettings {
  /** The key itself, or its Base32 text. */
  readonly secret: Uint8Array | string;
  readonly digits?: OtpDigits;
  /** Seconds. */
  readonly period?: number;
  readonly algorithm?: OtpAlgorithm;
}

/**
 * The library's limits are advice for servers. Whether a secret is long enough or a period sensible is for the
 * requirements to say, so that codes of a weak key can be made too.
 */
const guardrails = createGuardrails({
  MIN_SECRET_BYTES: 1,
  MAX_SECRET_BYTES: 4096,
  MIN_PERIOD: 1,
  MAX_PERIOD: 9_999_999_999,
});

/** A conforming target accepts codes of up to a minute either side of now. */
const widestAcceptedSeconds = 60;

/** No drift of clocks and no window goes this far: what differs from all these codes is wrong beyond doubt. */
const wrongWithinSteps = 25;

/**
 * One enrolled key, as an authenticator app holds it: it makes codes and remembers which steps were used, since a
 * conforming target accepts each only once. Steps are RFC 6238's T: whole periods since the epoch, by the target's
 * clock. It prints as a placeholder.
 */
export class Authenticator {
  readonly digits: OtpDigits;
  /** Seconds. */
  readonly period: number;
  readonly algorithm: OtpAlgorithm;
  readonly #key: Uint8Array;
  readonly #used = new Set<number>();
  readonly #made: Made;

  /** @throws ArrangeError when the secret is not Base32 */
  constructor(settings: AuthenticatorSettings) {
    this.#key = keyOf(settings.secret);
    this.digits = settings.digits ?? 6;
    this.period = settings.period ?? 30;
    this.algorithm = settings.algorithm ?? 'SHA1';
    this.#made = madeOf(
      [this.algorithm, this.digits, this.period, Buffer.from(this.#key).toString('hex')].join(),
    );
  }

  /** From a well-formed Key URI, or from what can be read of another. */
  static fromKeyUri(keyUri: OtpParameters): Authenticator {
    const { secret, digits, period, algorithm } = keyUri;
    return new Authenticator({ secret: secret.reveal(), digits, period, algorithm });
  }

  /** Periods since the epoch at a time in epoch milliseconds. */
  stepAt(epochMs: number): number {
    return Math.floor(epochMs / (this.period * 1000));
  }

  /** When a step begins, in epoch milliseconds. */
  startOf(step: number): number {
    return step * this.period * 1000;
  }

  /** The code of a step, leading zeros kept. */
  codeAt(step: number): string {
    const known = this.#made.get(step);
    if (known !== undefined) return known;
    const code = this.#codeAt(step);
    this.#made.set(step, code);
    return code;
  }

  #codeAt(step: number): string {
    return generateSync({
      secret: this.#key,
      epoch: step * this.period,
      period: this.period,
      digits: this.digits,
      algorithm: algorithmNames[this.algorithm],
      guardrails,
    });
  }

  /** A well-formed code that is none of the codes around now, nor of a window wider than any target's. */
  wrongCode(nowMs: number): string {
    const right = this.#codesWithin(nowMs, Math.max(wrongWithinSteps, this.widestWindow));
    for (;;) {
      const code = String(randomInt(10 ** this.digits)).padStart(this.digits, '0');
      if (!right.has(code)) return code;
    }
  }

  /**
   * The current code with one digit changed, and none of the codes around now either: what a target that compares
   * a part of a code takes for right.
   */
  almostCode(nowMs: number, place: DigitPlace): string {
    const right = this.#codesWithin(nowMs, Math.max(wrongWithinSteps, this.widestWindow));
    const near = oneDigitOff(this.codeAt(this.stepAt(nowMs)), place).find((code) => !right.has(code));
    return near ?? this.wrongCode(nowMs);
  }

  /**
   * The code `delta` steps from now; undefined where it happens to be a code that the target may accept now, or
   * where the step lies before the epoch.
   */
  codeOfSteps(nowMs: number, delta: number): string | undefined {
    const step = this.stepAt(nowMs) + delta;
    if (step < 0) return undefined;
    const code = this.codeAt(step);
    return this.#codesWithin(nowMs, this.widestWindow).has(code) ? undefined : code;
  }

  /** Whether the code of the step that is so many steps from a time was not given out yet. */
  isUnused(nowMs: number, steps: number): boolean {
    const step = this.stepAt(nowMs) + steps;
    return step >= 0 && !this.#used.has(step);
  }

  markUsed(step: number): void {
    this.#used.add(step);
  }

  toJSON(): string {
    return '[authenticator]';
  }

  [inspect.custom](): string {
    return '[authenticator]';
  }

  /** The steps either side of now whose codes a conforming target may accept, at most. */
  get widestWindow(): number {
    return Math.max(2, Math.ceil(widestAcceptedSeconds / this.period));
  }

  #codesWithin(nowMs: number, distance: number): Set<string> {
    const now = this.stepAt(nowMs);
    const codes = new Set<string>();
    for (let step = Math.max(0, now - distance); step <= now + distance; step++) codes.add(this.codeAt(step));
    return codes;
  }
}

/** What one key's codes were, as far as somebody asked: making one takes a thousand times as long as looking it up. */
type Made = Map<number, string>;

const madeByKey = new Map<string, Made>();

function madeOf(key: string): Made {
  const made = madeByKey.get(key) ?? new Map<number, string>();
  madeByKey.set(key, made);
  return made;
}

const algorithmNames = { SHA1: 'sha1', SHA256: 'sha256', SHA512: 'sha512' } as const;

function keyOf(secret: Uint8Array | string): Uint8Array {
  if (typeof secret !== 'string') return Uint8Array.from(secret);
  const { bytes, problem } = decodeBase32(secret);
  if (problem !== undefined) throw new ArrangeError(`No codes can be made: the TOTP secret ${problem}.`);
  return bytes;
}
