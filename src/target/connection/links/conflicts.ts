import { operationRow } from '../../../contract/openapi/operations.js';
import type { Belief } from '../../beliefs/target-model.js';
import type { Answered, Link } from '../call.js';
import type { Recorder } from '../recorder.js';

interface Change {
  readonly requirement: string;
  /** Whether a change by another test was under way at the same time. */
  isBesideOther: boolean;
  answered?: Promise<Answered>;
}

/** Repeats a change that got 409 beside a change of another lane. From then on, only one test at a time makes changes. */
export function conflicts(
  recorder: Pick<Recorder, 'requirement' | 'retried'>,
  oneAtATime: Belief<boolean>,
): Link {
  const underWay = new Set<Change>();
  return async (call, next) => {
    if (call.operation === null || operationRow(call.operation).sets === undefined) return next(call);
    const { requirement } = recorder;
    const others = () => [...underWay].filter((other) => other.requirement !== requirement);
    for (;;) {
      const waits = oneAtATime.value === true;
      while (waits && others().length > 0) await Promise.allSettled(others().map(({ answered }) => answered));
      const own: Change = { requirement, isBesideOther: others().length > 0 };
      for (const other of others()) other.isBesideOther = true;
      underWay.add(own);
      own.answered = next(call).finally(() => underWay.delete(own));
      const answer = await own.answered;
      if (answer.status !== 409 || !own.isBesideOther || waits) return answer;
      oneAtATime.learn(true);
      recorder.retried(409);
    }
  };
}
