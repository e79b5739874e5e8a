import type { ErrorBody, RequestBodies, SuccessBodies } from './generated/bodies.js';
import type { OperationId } from './operations.js';
import { isObject } from './pointers.js';

/** The operation's request body, according to the documents of all releases. */
export type RequestBody<Id extends OperationId> = RequestBodies[Id];

type Named<T> = T extends object ? keyof T & string : never;

/** The property names of an operation's answers, success or error. */
export type AnswerField<Id extends OperationId> = Id extends OperationId
  ? Named<SuccessBodies[Id]> | Named<ErrorBody>
  : never;

/** An answer's body by the contract's property names. The values are whatever the target sent. */
export type AnswerFields<Id extends OperationId> = { readonly [Name in AnswerField<Id>]?: unknown };

/** The body's fields; a body that is no object has none. */
export function fieldsOf<Id extends OperationId>(body: unknown): AnswerFields<Id> {
  const candidate: unknown = isObject(body) ? body : {};
  return hasFields<Id>(candidate) ? candidate : fieldsOf<Id>({});
}

/** Narrows to the fields' type. Every field is optional and unknown, so any object fits. */
function hasFields<Id extends OperationId>(value: unknown): value is AnswerFields<Id> {
  return isObject(value);
}
