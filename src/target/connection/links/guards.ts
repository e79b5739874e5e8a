import { ArrangeError, NotAllowedError } from '../../../base/errors.js';
import { effectiveAllow } from '../../../input/target-file/allow.js';
import type { Target } from '../../../input/target-file/target.js';
import { isSafe, type Link, nameOf } from '../call.js';

/** All that is sent where nothing may change. TRACE is safe, too, but nobody expects it of a run that only reads. */
const readMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What is never sent, whatever a test asks for. @param readOnly why only reads may be sent */
export function guards(target: Pick<Target, 'allow'>, readOnly: string | undefined): Link {
  const { disposable } = effectiveAllow(target.allow);
  return (call, next) => {
    const { operation, request, path, options, credential } = call;
    // Without sid it would end everybody's sessions, people's included.
    if (request.method === 'DELETE' && path.endsWith('/sessions') && !options.query?.['sid'])
      throw new ArrangeError('DELETE of sessions is never sent without sid.');
    if (readOnly !== undefined && !(isSafe(call) && readMethods.has(request.method)))
      throw new NotAllowedError(`${nameOf(call)} ${readOnly}.`);
    // What no document describes may do anything, and nobody could tell how to undo it.
    if (operation === null && !isSafe(call) && credential.scheme !== 'none' && !disposable)
      throw new NotAllowedError(
        `${nameOf(call)} is not documented: with a credential it is sent to a disposable target only.`,
      );
    return next(call);
  };
}
