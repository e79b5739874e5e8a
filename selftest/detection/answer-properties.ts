import type { OpenAPIV3 } from 'openapi-types';
import type { ReleaseName } from '../../src/base/model/releases.js';
import { answerOf, operationsIn, ownProperties, partsOf, rawDocument } from '../contract/raw.js';

/** A property of a successful answer, or of every Error, with the freedoms that the document leaves. */
export interface AnswerProperty {
  readonly place: string;
  readonly name: string;
  readonly nullable: boolean;
  readonly list: boolean;
  /** What its absence means; undefined if the document doesn't say. */
  readonly fallback: unknown;
}

export function answerProperties(release: ReleaseName): AnswerProperty[] {
  const document = rawDocument(release);
  const successes = operationsIn(document).flatMap(({ operation }) => {
    const schema = answerOf(operation);
    return schema === undefined ? [] : optional(document, String(operation.operationId), schema);
  });
  return [...successes, ...optional(document, 'Error', 'Error')];
}

function optional(document: OpenAPIV3.Document, place: string, schema: string): AnswerProperty[] {
  return partsOf(document, schema).flatMap((part) =>
    ownProperties(part)
      .filter(([name]) => part.required?.includes(name) !== true)
      .map(([name, { nullable, type, default: fallback }]) => {
        return { place, name, nullable: nullable === true, list: type === 'array', fallback };
      }),
  );
}
