import type { ErrorName, RequestBodies, SuccessNames } from './generated/bodies.js';
import type { OperationId } from './operations.js';
import { isObject } from './pointers.js';

/** The operation's request body by the documents of all releases. */
export type RequestBody<Id extends OperationId> = RequestBodies[Id];

/** The names of an operation's properties in its answers, success or error. */
export type AnswerField<Id extends OperationId> = Id extends OperationId
  ? SuccessNames[Id] | ErrorName
  : never;

/** An answer's body by the contract's property names. The target may send values of any type. */
export type AnswerFields<Id extends OperationId> = { readonly [Name in AnswerField<Id>]?: unknown };

/** Returns the body's members, all optional and of unknown type; empty if the body is not an object. */
export function fieldsOf<Id extends OperationId>(body: unknown): AnswerFields<Id>;
export function fieldsOf(body: unknown): object {
  return isObject(body) ? body : {};
}
