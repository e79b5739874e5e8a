import { orElse, TransportError } from '../../../base/errors.js';
import { memberOf } from '../../../contract/judging/body.js';
import { gatewayStatuses } from '../../../contract/judging/judge.js';
import { type OperationId, operationRow, type Part, partOf } from '../../../contract/openapi/operations.js';
import { clusterConfigOf, sameCluster, sameSupport, supportConfigOf } from '../../journal/config.js';
import type { Found } from '../../journal/journal.js';
import { type Answered, type Call, isSafe, type Link, nameOf } from '../call.js';
import type { ConnectionParts } from '../connection-parts.js';

/** Even a refused code may change a state that GET shows. */
const verifying: ReadonlySet<OperationId | null> = new Set(['VerifySupportUserTotp', 'VerifyUserOtp']);

/** Records each request that may change a configuration in the journal, before it is sent and after its answer. */
export function tracked(
  { journal, readBack, recorder }: ConnectionParts,
  noteFound: (part: Part) => Promise<void>,
): Link {
  const predicting: Link = async (call, next) => {
    const touches = partsOf(call).length > 0 || verifying.has(call.operation);
    const { parts } = recorder;
    for (const part of parts) readBack.expected[part].sent(touches);
    if (!touches) return next(call);
    let answer: Answered | undefined;
    try {
      answer = await next(call);
      return answer;
    } finally {
      for (const part of parts) readBack.expected[part].answered(effectOn(part, call, answer));
    }
  };
  return async (call, next) => {
    if (isSafe(call)) return readBack.reading(call, next);
    const parts = partsOf(call);
    if (parts.length === 0) {
      readBack.unsure();
      const answer = await predicting(call, next);
      const part = changedWith(call, answer);
      if (part !== undefined) readBack.changed(part);
      return answer;
    }
    for (const part of parts) await noteFound(part);
    const id = journal.writes.sent(nameOf(call));
    const answer = await predicting(call, next).catch((error: unknown) => {
      if (error instanceof TransportError && !error.mayHaveArrived) journal.writes.answered(id, null, false);
      throw error;
    });
    if (gatewayStatuses.has(answer.status)) return answer;
    const mayDiffer = answer.status < 400 && !isAsFound(call, parts, journal.read());
    journal.writes.answered(id, answer.status, mayDiffer);
    if (answer.status < 400) readBack.wrote(parts);
    else readBack.refused();
    return answer;
  };
}

function changedWith({ operation }: Call, { status }: Answered): Part | undefined {
  if (operation === 'VerifySupportUserTotp') return 'support';
  // An ended session counts as a change of the cluster.
  return operation === 'DeleteSession' && status < 400 ? 'cluster' : undefined;
}

/** Returns the parts that a request may change, including the state of keys and codes. */
export function changedBy(call: Call): readonly Part[] {
  const part = call.operation === null ? undefined : partOf(call.operation);
  return isSafe(call) || part === undefined ? partsOf(call) : [...new Set([part, ...partsOf(call)])];
}

/** A read that a target may take for a write may change both parts. */
function partsOf(call: Call): readonly Part[] {
  const { operation, options } = call;
  if (isSafe(call)) return [];
  if (operation === null)
    return typeof options.mayChange === 'string' ? [options.mayChange] : ['cluster', 'support'];
  const { reads, sets } = operationRow(operation);
  if (reads !== undefined) return ['cluster', 'support'];
  return sets === undefined ? [] : [sets];
}

/** Returns a text that is the same for all requests with the same effect on a part, whatever their codes. */
function effectOn(part: Part, { operation, json, credential, options }: Call, answer?: Answered) {
  if (operation === null || answer === undefined) return undefined;
  const { sets } = operationRow(operation);
  const like = `${operation} ${answer.status} ${memberOf(answer.body, 'success') === true} ${credential.scheme}`;
  // A refused request that was meant for the other part has no effect, whatever its body.
  if (sets !== undefined && sets !== part && answer.status >= 400) return like;
  const isPlain = json !== undefined && options.headers === undefined && options.contentType === undefined;
  const { mfaCode, totpCode, ...said } = { mfaCode: '', totpCode: '', ...Object(json) };
  return isPlain ? `${like} ${JSON.stringify([said, mfaCode !== ''])}` : undefined;
}

function isAsFound({ operation, json }: Call, parts: readonly Part[], found: Found = {}): boolean {
  if (operation === null || typeof json !== 'object' || json === null) return false;
  // If the body is not a configuration, the effect of the request is unknown.
  return orElse(false, () =>
    parts.every((part) =>
      part === 'cluster'
        ? found.cluster !== undefined && sameCluster(clusterConfigOf(json), found.cluster)
        : found.support !== undefined &&
          sameSupport(supportConfigOf({ ...found.support, ...json }), found.support),
    ),
  );
}
