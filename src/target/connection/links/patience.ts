import { ArrangeError } from '../../../base/errors.js';
import { textOf } from '../../../contract/judging/body.js';
import type { TargetClock } from '../../../wire/clock/clock.js';
import type { RateLimiter } from '../../../wire/http/rate-limiter.js';
import { mostRetries, retryAfterMs } from '../../beliefs/policies.js';
import { type Call, type Link, nameOf, withJson } from '../call.js';
import type { Codes } from '../codes.js';
import type { Recorder } from '../recorder.js';
import type { Waiter } from '../waiter.js';

/** The longest Retry-After that the suite obeys. */
const longestRetryAfterMs = 120_000;

export interface PatienceParts {
  readonly clock: TargetClock;
  readonly waiter: Waiter;
  readonly recorder: Recorder;
  readonly codes: Codes;
}

/** Repeats a request while the answer asks to wait: such an answer means that the target has not processed it. */
export function patience(
  { clock, waiter, recorder, codes }: PatienceParts,
  limiter: Pick<RateLimiter, 'refused'>,
): Link {
  /** Operations whose answers kept asking to wait. Until one gets another answer, the suite no longer waits for it. */
  const inVain = new Set<string | null>();
  return async (asked, next) => {
    let call = withCodes(asked, (code) => codes.renewed(code));
    for (let attempt = 0; ; attempt += 1) {
      const answer = await next(call);
      const { status } = answer;
      const waitMs = retryAfterMs(answer, clock.now(), attempt);
      // A test of throttling waits out a 503 unless it expects one: a 503 is not the target's own throttling.
      const { throttlingIsTested: tested } = call.options;
      const isTested = tested === 'and 503' || (tested === true && status === 429);
      if (waitMs === undefined || isTested) {
        inVain.delete(call.operation);
        for (const [, code] of codesIn(call.json)) codes.spend(code);
        return answer;
      }
      const seconds = Math.ceil(waitMs / 1000);
      if (attempt >= mostRetries || inVain.has(call.operation) || waitMs > longestRetryAfterMs) {
        inVain.add(call.operation);
        throw new ArrangeError(
          `${nameOf(call)} was answered ${status}, which asks to wait ${seconds} s, after ${attempt} waits: ` +
            'the target kept asking to wait, so its real answer is unknown.',
        );
      }
      recorder.retried(status === 429 ? 429 : 503);
      // Only the first 429 shows the request rate. With a movable clock, waits cost no time, so the rate isn't needed.
      if (status === 429 && attempt === 0 && !clock.canMove) limiter.refused(waitMs);
      const sent = codesIn(call.json).map(([, code]) => ({ code, sentIn: codes.stepFor(code) }));
      await waiter.letPass(waitMs, 'retry-after');
      for (const { code, sentIn } of sent) {
        if (await codes.renew(code, sentIn)) continue;
        throw new ArrangeError(
          `${nameOf(call)} was answered ${status}, and the code in it was too old after the wait of ${seconds} s.`,
        );
      }
      call = withCodes(call, (code) => codes.renewed(code));
    }
  };
}

/** The codes in a body that an authenticator may have made, by member name. */
function codesIn(json: unknown): [name: string, code: string][] {
  const isMailed = [textOf(json, 'otpType'), textOf(json, 'type')].includes('email');
  const names = ['totpCode', 'mfaCode', ...(isMailed ? [] : ['otpCode', 'otp'])];
  return names.flatMap((name): [string, string][] => {
    const code = textOf(json, name);
    return code !== undefined && /^\d{6,10}$/.test(code) ? [[name, code]] : [];
  });
}

function withCodes(call: Call, other: (code: string) => string): Call {
  const changed = codesIn(call.json).filter(([, code]) => other(code) !== code);
  if (changed.length === 0) return call;
  const members = Object.fromEntries(changed.map(([name, code]) => [name, other(code)]));
  return withJson(call, { ...Object(call.json), ...members });
}
