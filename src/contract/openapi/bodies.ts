import type { ErrorName, RequestBodies, SuccessNames } from './generated/bodies.js';
import type { OperationId } from './operations.js';
import { isObject } from './pointers.js';

/** The request body by the documents of all releases. */
export type RequestBody<Id extends OperationId> = RequestBodies[Id];

export type AnswerField<Id extends OperationId> = Id extends OperationId
  ? SuccessNames[Id] | ErrorName
  : never;

/** The target may send values of any type. */
export type AnswerFields<Id extends OperationId> = { readonly [Name in AnswerField<Id>]?: unknown };

export function fieldsOf<Id extends OperationId>(body: unknown): AnswerFields<Id>;
export function fieldsOf(body: unknown): object {
  return isObject(body) ? body : {};
}
