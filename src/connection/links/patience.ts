import type { TargetClock } from '../../clock/clock.js';
import { ArrangeError, CodeTooOldError } from '../../errors.js';
import { textOf } from '../../judging/body.js';
import { type Answered, type Link, nameOf } from '../call.js';
import type { Recorder } from '../recorder.js';
import type { Waiter } from '../waiter.js';

/** How long a Retry-After is obeyed at most, and how often in a row. */
const longestRetryAfterMs = 120_000;
const mostRetries = 3;

/** Codes are taken with at least two seconds of their step left. */
const longestForCodeMs = 1_500;

/**
 * Sends until the answer is no request to wait: then the target has not taken the request yet, so that repeating it
 * is safe, whatever its method. Throws an ArrangeError where the target goes on asking.
 */
export function patience(clock: TargetClock, waiter: Waiter, recorder: Recorder): Link {
  /** Whether a target that asked to wait may do so again: none that has gone on asking is waited for as long. */
  let isPatient = true;
  return async (call, next) => {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await next(call);
      const { status } = answer;
      const waitMs = retryAfterMs(answer, clock.now(), attempt);
      if (waitMs === undefined || call.options.throttlingIsTested === true) {
        isPatient = true;
        return answer;
      }
      const seconds = Math.ceil(waitMs / 1000);
      if (attempt >= mostRetries || !isPatient || waitMs > longestRetryAfterMs) {
        isPatient = false;
        throw new ArrangeError(
          `${nameOf(call)} was answered ${status}, which asks to wait ${seconds} s, after ${attempt} waits: ` +
            'the target would not take the request, which says nothing of how it answers it.',
        );
      }
      recorder.retried(status === 429 ? 429 : 503);
      await waiter.letPass(waitMs, 'retry-after');
      if (waitMs <= longestForCodeMs || !holdsTotpCode(call.json)) continue;
      throw new CodeTooOldError(
        `${nameOf(call)} was answered ${status}, and the code in it was too old after the wait of ${seconds} s.`,
      );
    }
  };
}

/** How long a 429 or 503 asks to wait, in milliseconds; undefined where the answer asks for nothing. */
function retryAfterMs(
  { status, headers }: Pick<Answered, 'status' | 'headers'>,
  now: number,
  attempt: number,
): number | undefined {
  const header = headers['retry-after'];
  if (status !== 429 && (status !== 503 || header === undefined)) return undefined;
  const ms =
    header === undefined
      ? Number.NaN
      : /^\d+$/.test(header)
        ? Number(header) * 1000
        : Date.parse(header) - now;
  // A 429 need not say how long (RFC 6585 4): a little, then longer.
  return Number.isNaN(ms) ? 1000 * 2 ** attempt : Math.max(ms, 0);
}

function holdsTotpCode(json: unknown): boolean {
  const codes = [textOf(json, 'totpCode'), textOf(json, 'mfaCode')];
  if (textOf(json, 'otpType') !== 'email') codes.push(textOf(json, 'otpCode'));
  // Junk does not age.
  return codes.some((code) => code !== undefined && /^\d{6,10}$/.test(code));
}
