import { randomInt } from 'node:crypto';
import { inspect } from 'node:util';
import { ArrangeError } from '../../base/errors.js';
import { otplib } from '../../base/libraries.js';
import { decodeTyped, type OtpAlgorithm, type OtpDigits, type OtpParameters } from './key-uri.js';

export interface AuthenticatorSettings extends Partial<Omit<OtpParameters, 'secret'>> {
  /** A text holds Base32, in any case, with spaces and hyphens. */
  readonly secret: Uint8Array | string;
}

/** The suite must use weak keys too, because requirements judge them. */
const limits = {
  MIN_SECRET_BYTES: 1,
  MAX_SECRET_BYTES: 4096,
  MIN_PERIOD: 1,
  MAX_PERIOD: 9_999_999_999,
};

/** A conforming target accepts no code more than a minute before or after now. */
const widestAcceptedSeconds = 60;

/** Codes of more distant steps are wrong whatever the target's drift or window. */
const wrongWithinSteps = 25;

/** Remembers used steps (RFC 6238's T), since a target accepts each code once. */
export class Authenticator {
  readonly digits: OtpDigits;
  /** Seconds. */
  readonly period: number;
  readonly algorithm: OtpAlgorithm;
  readonly #key: Uint8Array;
  readonly #used = new Set<number>();
  /** Codes by step: making a code takes a thousand times as long as a lookup. */
  readonly #codes = new Map<number, string>();

  constructor(settings: AuthenticatorSettings) {
    this.#key = keyOf(settings.secret);
    this.digits = settings.digits ?? 6;
    this.period = settings.period ?? 30;
    this.algorithm = settings.algorithm ?? 'SHA1';
  }

  static fromKeyUri(keyUri: OtpParameters): Authenticator {
    const { secret, digits, period, algorithm } = keyUri;
    return new Authenticator({ secret: secret.reveal(), digits, period, algorithm });
  }

  stepAt(epochMs: number): number {
    return Math.floor(epochMs / (this.period * 1000));
  }

  /** Returns epoch milliseconds. */
  startOf(step: number): number {
    return step * this.period * 1000;
  }

  codeAt(step: number): string {
    const known = this.#codes.get(step);
    if (known !== undefined) return known;
    const { createGuardrails, generateSync } = otplib();
    const code = generateSync({
      secret: this.#key,
      epoch: step * this.period,
      period: this.period,
      digits: this.digits,
      algorithm: algorithmNames[this.algorithm],
      guardrails: createGuardrails(limits),
    });
    this.#codes.set(step, code);
    return code;
  }

  wrongCode(nowMs: number): string {
    const right = this.#rightCodes(nowMs);
    for (;;) {
      const code = String(randomInt(10 ** this.digits)).padStart(this.digits, '0');
      if (!right.has(code)) return code;
    }
  }

  /** Changes one digit. A target that compares only a part of the code accepts the result. */
  almostCode(nowMs: number, place: DigitPlace): string {
    const right = this.#rightCodes(nowMs);
    const near = oneDigitOff(this.codeAt(this.stepAt(nowMs)), place).find((code) => !right.has(code));
    return near ?? this.wrongCode(nowMs);
  }

  /** Undefined before the epoch, or if the code may be valid now. */
  codeOfSteps(nowMs: number, delta: number): string | undefined {
    const step = this.stepAt(nowMs) + delta;
    if (step < 0) return undefined;
    const code = this.codeAt(step);
    return this.stepOf(code, nowMs, this.widestWindow) === undefined ? code : undefined;
  }

  /** Returns the first step within `distance` steps of now that has the code. Undefined if none has it. */
  stepOf(code: unknown, nowMs: number, distance: number): number | undefined {
    return this.#stepsWithin(nowMs, distance).find((step) => this.codeAt(step) === code);
  }

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

  /** The largest distance in steps at which a conforming target may accept a code. */
  get widestWindow(): number {
    return Math.max(2, Math.ceil(widestAcceptedSeconds / this.period));
  }

  #rightCodes(nowMs: number): Set<string> {
    const steps = this.#stepsWithin(nowMs, Math.max(wrongWithinSteps, this.widestWindow));
    return new Set(steps.map((step) => this.codeAt(step)));
  }

  #stepsWithin(nowMs: number, distance: number): number[] {
    const steps = Array.from({ length: 2 * distance + 1 }, (_, n) => this.stepAt(nowMs) - distance + n);
    return steps.filter((step) => step >= 0);
  }
}

const algorithmNames = { SHA1: 'sha1', SHA256: 'sha256', SHA512: 'sha512' } as const;

function keyOf(secret: Uint8Array | string): Uint8Array {
  if (typeof secret !== 'string') return Uint8Array.from(secret);
  const { bytes, problem } = decodeTyped(secret);
  if (problem !== undefined) throw new ArrangeError(`No codes can be made: the TOTP secret ${problem}.`);
  return bytes;
}

/** Where a digit is changed. A target that doesn't compare this end misses the change. */
export type DigitPlace = 'first' | 'last';

export function oneDigitOff(code: string, place: DigitPlace): readonly string[] {
  const at = place === 'first' ? 0 : code.length - 1;
  return [1, 2, 3, 4, 5, 6, 7, 8, 9].map(
    (n) => `${code.slice(0, at)}${((Number(code[at]) || 0) + n) % 10}${code.slice(at + 1)}`,
  );
}

/** A careless target compares only this half, which attackers guess in a thousand attempts. */
export const firstHalf = (code: string): string => code.slice(0, Math.ceil(code.length / 2));
