import type { ErrorName, RequestBodies, SuccessNames } from './generated/bodies.js';
import type { OperationId } from './operations.js';
import { isObject } from './pointers.js';

/** The operation's request body, according to the documents of all releases. */
export type RequestBody<Id extends OperationId> = RequestBodies[Id];

/** The property names of an operation's answers, success or error. */
export type AnswerField<Id extends OperationId> = Id extends OperationId
  ? SuccessNames[Id] | ErrorName
  : never;

/** An answer's body by the contract's property names. The values are whatever the target sent. */
export type AnswerFields<Id extends OperationId> = { readonly [Name in AnswerField<Id>]?: unknown };

/** The body's fields, all optional and of unknown type; empty if the body is not an object. */
export function fieldsOf<Id extends OperationId>(body: unknown): AnswerFields<Id>;
export function fieldsOf(body: unknown): object {
  return isObject(body) ? body : {};
}
