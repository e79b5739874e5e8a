import { TransportError } from '../../../base/errors.js';
import { steadyNow } from '../../../base/steady-now.js';
import { gatewayStatuses } from '../../../contract/judging/judge.js';
import type { Belief } from '../../beliefs/target-model.js';
import { sleep } from '../../sleep.js';
import { isSafe, type Link, nameOf } from '../call.js';
import type { Recorder } from '../recorder.js';

/** A target that answered before may be away this long while it restarts. */
const longestAbsenceMs = 15_000;
const longestPauseMs = 1_000;
/** A gateway may need this long to find another node. */
const aWhileMs = 500;

/** Repeats requests while a target restarts, and a read once after a closed connection (RFC 9112 9.3.1). */
export function presence(recorder: Pick<Recorder, 'waiting'>, restarts: Belief<boolean>): Link {
  let isAwaited = false;
  return async (call, next) => {
    let mayRepeat = isSafe(call) && call.options.mistake === undefined && call.options.mayBeIgnored !== true;
    const startedAt = steadyNow();
    let ended: ((ms: number) => void) | undefined;
    try {
      for (let pauseMs = 50; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
        try {
          const answer = await next(call);
          isAwaited = true;
          if (!gatewayStatuses.has(answer.status) || answer.body !== undefined) return answer;
          if (!mayRepeat)
            throw new TransportError(
              `${nameOf(call)} was answered ${answer.status} by a gateway, which got no answer from the target.`,
            );
          mayRepeat = false;
          await sleep(aWhileMs, 'restart');
          continue;
        } catch (error) {
          if (!(error instanceof TransportError)) throw error;
          if (error.broke === 'closed' && mayRepeat) {
            mayRepeat = false;
            restarts.learn(true);
            continue;
          }
          if (error.broke !== 'refused' || !isAwaited) throw error;
          if (steadyNow() - startedAt + pauseMs > longestAbsenceMs) isAwaited = false;
          if (!isAwaited) throw error;
          restarts.learn(true);
        }
        ended ??= recorder.waiting(longestAbsenceMs, 'restart');
        await sleep(pauseMs, 'restart');
      }
    } finally {
      ended?.(steadyNow() - startedAt);
    }
  };
}
