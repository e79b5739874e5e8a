import { ArrangeError, NotAllowedError } from '../../../base/errors.js';
import { effectiveAllow } from '../../../input/target-file/allow.js';
import type { Target } from '../../../input/target-file/target.js';
import { isSafe, type Link, nameOf } from '../call.js';

/** The methods allowed in a read-only run. TRACE is safe, too, but unexpected there. */
const readMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Refuses requests that are never sent, whatever a test asks for. @param readOnly why only reads may be sent */
export function guards(target: Pick<Target, 'allow'>, readOnly: string | undefined): Link {
  const { disposable } = effectiveAllow(target.allow);
  return (call, next) => {
    const { operation, request, path, options, credential } = call;
    // Without sid it would end all users' sessions, including people's.
    if (request.method === 'DELETE' && path.endsWith('/sessions') && !options.query?.['sid'])
      throw new ArrangeError('DELETE of sessions is never sent without sid.');
    if (readOnly !== undefined && !(isSafe(call) && readMethods.has(request.method)))
      throw new NotAllowedError(`${nameOf(call)} ${readOnly}.`);
    // An undocumented request may do anything, and nobody could know how to undo it.
    if (operation === null && !isSafe(call) && credential.scheme !== 'none' && !disposable)
      throw new NotAllowedError(
        `${nameOf(call)} is not documented: with a credential it is sent to a disposable target only.`,
      );
    return next(call);
  };
}
