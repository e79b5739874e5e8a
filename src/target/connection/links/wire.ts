import { TransportError } from '../../../base/errors.js';
import { steadyNow } from '../../../base/steady-now.js';
import type { TargetClock } from '../../../wire/clock/clock.js';
import type { RateLimiter } from '../../../wire/http/rate-limiter.js';
import type { Link, Next } from '../call.js';
import type { Recorder } from '../recorder.js';

export function paced(limiter: RateLimiter): Link {
  return async (call, next) => {
    await limiter.turn();
    return next(call);
  };
}

/** Sends a request, records the answer, and learns the target's time from it. */
export function sending(recorder: Recorder, clock: TargetClock): Next {
  return async ({ operation, credential, request, json, options, send }) => {
    const { mistake } = options;
    const recorded = {
      operation,
      credential,
      request,
      requestJson: json,
      ...(mistake === undefined ? {} : { mistake }),
      madeUp: options.madeUp ?? false,
    };
    const startedAt = steadyNow();
    const response = await send(request).catch((error: unknown) => {
      // If the request never arrived, its deliberate client mistake can't be why the connection closed.
      const { mistake: _none, ...unsent } = recorded;
      if (error instanceof TransportError)
        recorder.failed(error.mayHaveArrived ? recorded : unsent, error.message, startedAt);
      throw error;
    });
    const dateHeader = response.headers['date'];
    const { exchange, findings, body } = recorder.answered(recorded, response);
    if (dateHeader !== undefined) {
      const { sentAt, receivedAt } = response;
      await clock.learn({ dateHeader, sentAt, receivedAt });
    }
    return { status: response.status, headers: response.headers, body: body.value, exchange, findings };
  };
}
