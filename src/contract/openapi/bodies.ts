import type { ErrorBody, RequestBodies, SuccessBodies } from './generated/bodies.js';
import type { OperationId } from './operations.js';
import { isObject } from './pointers.js';

/** What the operation takes, by the documents of all releases. */
export type RequestBody<Id extends OperationId> = RequestBodies[Id];

type Named<T> = T extends object ? keyof T & string : never;

/** The properties that an answer of the operation may have, a success or an error. */
export type AnswerField<Id extends OperationId> = Id extends OperationId
  ? Named<SuccessBodies[Id]> | Named<ErrorBody>
  : never;

/**
 * The body of an answer by the contract's names for its properties. What they hold is as the target sent it: judged
 * by the contract, but not to be relied on.
 */
export type AnswerFields<Id extends OperationId> = { readonly [Name in AnswerField<Id>]?: unknown };

/** A body that is no object has no fields. */
export function fieldsOf<Id extends OperationId>(body: unknown): AnswerFields<Id> {
  const candidate: unknown = isObject(body) ? body : {};
  return hasFields<Id>(candidate) ? candidate : fieldsOf<Id>({});
}

/** Any object fits: every field may be absent, and hold anything. */
function hasFields<Id extends OperationId>(value: unknown): value is AnswerFields<Id> {
  return isObject(value);
}
