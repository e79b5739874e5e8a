import { setTimeout as sleep } from 'node:timers/promises';
import type { TargetClock } from '../../clock/clock.js';
import { TransportError } from '../../errors.js';
import type { Pace } from '../../http/pace.js';
import { steadyNow } from '../../steady-now.js';
import { isSafe, type Link, type Next } from '../call.js';
import type { Recorder } from '../recorder.js';

/** Keeps the rate that the target file allows. */
export function paced(pace: Pace): Link {
  return async (call, next) => {
    await pace.turn();
    return next(call);
  };
}

/** A target that restarts is away for so long at most, where it has answered before. */
const longestAbsenceMs = 15_000;
const longestPauseMs = 1_000;

/**
 * Sends again while nobody listens where somebody did: a target may restart, as after a change of its configuration.
 * No connection came about, so nothing was sent. Where it doesn't come back, later requests don't wait for it. A read
 * is sent once more where its connection was closed: it may have been kept open for too long (RFC 9112 9.3.1).
 */
function presence(recorder: Pick<Recorder, 'waiting'>) {
  let isAwaited = false;
  return async <T>(send: () => Promise<T>, isRepeatable: boolean): Promise<T> => {
    let mayRepeat = isRepeatable;
    const startedAt = steadyNow();
    let ended: ((ms: number) => void) | undefined;
    try {
      for (let pauseMs = 50; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
        try {
          const response = await send();
          isAwaited = true;
          return response;
        } catch (error) {
          if (!(error instanceof TransportError)) throw error;
          if (error.broke === 'closed' && mayRepeat) {
            mayRepeat = false;
            continue;
          }
          if (error.broke !== 'refused' || !isAwaited) throw error;
          if (steadyNow() - startedAt + pauseMs > longestAbsenceMs) isAwaited = false;
          if (!isAwaited) throw error;
        }
        ended ??= recorder.waiting(longestAbsenceMs, 'retry-after');
        await sleep(pauseMs);
      }
    } finally {
      ended?.(steadyNow() - startedAt);
    }
  };
}

/** Sends, records what came, and learns the target's time from it. */
export function sending(recorder: Recorder, clock: TargetClock): Next {
  const present = presence(recorder);
  return async (call) => {
    const { operation, credential, request, json, options, send } = call;
    const { mistake } = options;
    const isRepeatable = isSafe(call) && mistake === undefined && options.isOdd !== true;
    const recorded = {
      operation,
      credential,
      request,
      requestJson: json,
      ...(mistake === undefined ? {} : { mistake }),
      madeUp: options.madeUp ?? false,
    };
    const startedAt = steadyNow();
    const response = await present(() => send(request), isRepeatable).catch((error: unknown) => {
      // What nobody got is no mistake that somebody closed the connection on.
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
