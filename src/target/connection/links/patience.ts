import { ArrangeError } from '../../../base/errors.js';
import { textOf } from '../../../contract/judging/body.js';
import type { RateLimiter } from '../../../wire/http/rate-limiter.js';
import { mostRetries, retryAfterMs } from '../../beliefs/policies.js';
import { type Answered, type Call, type Link, nameOf } from '../call.js';
import type { ConnectionParts } from '../connection-parts.js';

/** Repeats a request as long as the target asks to wait, which means that it has not processed the request. */
export function patience(
  { clock, waiter, recorder, codes, model }: ConnectionParts,
  limiter: Pick<RateLimiter, 'refused'>,
): Link {
  // Waits may end in real time although the suite can move the target's clock.
  const realWaits = model.flag('waits end in real time');
  /** The operations for which the target kept asking to wait. They get no more waits until it answers. */
  const inVain = new Set<string | null>();
  return async (asked, next) => {
    let hasWaited = false;
    for (let attempt = 0; ; attempt += 1) {
      const call = withCodes(asked, codes.renewed);
      const answer = await next(call);
      const { status } = answer;
      const waitMs = retryAfterMs(answer, clock.now(), attempt);
      // A test of throttling gets each 423 and 429 as it is, but waits out a 503 unless it expects that too.
      const { expects } = call.options;
      const isTested = expects === 'either, or 503' || (expects === 'either' && status !== 503);
      if (waitMs === undefined || isTested) {
        inVain.delete(call.operation);
        if (hasWaited) realWaits.learn(true);
        for (const [, code] of codesIn(call.json)) codes.spend(code);
        return answer;
      }
      const seconds = Math.ceil(waitMs / 1000);
      const isTold = answer.headers['retry-after'] !== undefined;
      // Moving the target's clock takes no time, but a limit of a gateway ends in real time.
      const isDespiteClock = waiter.movesClock && (realWaits.value ?? attempt > 0);
      const isReal = isDespiteClock || !waiter.movesClock;
      const longestMs = waiter.longestMs(isReal);
      const isVain = attempt >= mostRetries || (inVain.has(call.operation) && waiter.tellWait === undefined);
      if (isVain || waitMs > longestMs) {
        inVain.add(call.operation);
        if (hasWaited) realWaits.learn(false);
        const why =
          waitMs > longestMs
            ? `the suite waits ${longestMs / 1000} s at most`
            : `the target kept asking after ${mostRetries} waits, now or before`;
        throw new ArrangeError(
          `${nameOf(call)} was answered ${status}, which asks to wait${isTold ? ` ${seconds} s` : ''}: ${why}, so its real answer is unknown.`,
        );
      }
      recorder.retried(status === 423 || status === 429 ? status : 503);
      // Only the first 429 shows the request rate.
      if (status === 429 && attempt === 0 && isReal) limiter.refused(realWaitMs(answer), call.operation);
      const sent = codesIn(call.json).map(([, code]) => ({ code, sentIn: codes.stepFor(code) }));
      // Without Retry-After the limit may end by either clock.
      if (isDespiteClock && !isTold && attempt > 0) await waiter.letPass(waitMs, 'retry-after');
      if (isDespiteClock) await waiter.wait(realWaitMs(answer), 'retry-after');
      else await waiter.letPass(waitMs, 'retry-after');
      hasWaited ||= isDespiteClock;
      for (const { code, sentIn } of sent) {
        if (await codes.renew(code, sentIn)) continue;
        throw new ArrangeError(
          `${nameOf(call)} was answered ${status}, and after the wait of ${seconds} s the code in the request was too old.`,
        );
      }
    }
  };
}

/** Returns a wait in real time of at least a second. A date in Retry-After counts from the answer's Date. */
function realWaitMs(answer: Answered): number {
  const date = Date.parse(answer.headers['date'] ?? '');
  return Math.max(retryAfterMs(answer, Number.isNaN(date) ? Date.now() : date, 0) ?? 0, 1_000);
}

/** Returns the codes in a body that an authenticator may have made, with the names of their members. */
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
  const json = { ...Object(call.json), ...members };
  return { ...call, json, request: { ...call.request, body: JSON.stringify(json) } };
}
