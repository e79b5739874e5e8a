import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { ReleaseName } from '../../src/base/model/releases.js';
import { releaseDocument } from '../../src/contract/openapi/load.js';
import { isObject, type JsonObject } from '../../src/contract/openapi/pointers.js';

/** A property of a successful answer, or of every Error, and the freedoms that the document leaves. */
export interface AnswerProperty {
  /** An operation's id, or `Error`. */
  readonly place: string;
  readonly name: string;
  readonly nullable: boolean;
  readonly list: boolean;
  /** The meaning of its absence; undefined if the document doesn't say. */
  readonly fallback: unknown;
}

/** Every optional property of the answers of a release, by its document. */
export function answerProperties(release: ReleaseName): AnswerProperty[] {
  const document: unknown = parse(readFileSync(releaseDocument(release), 'utf8'));
  const schemaOf = (answer: unknown) => at(document, answer, 'content', 'application/json', 'schema');
  const operations = Object.values(objectAt(document, document, 'paths')).flatMap((path) =>
    Object.values(objectAt(document, path)).filter(isObject),
  );
  const successes = operations.flatMap((operation) => {
    const [, answer] =
      Object.entries(objectAt(document, operation, 'responses')).find(([status]) => /^2/.test(status)) ?? [];
    return optional(document, String(operation['operationId']), schemaOf(answer));
  });
  return [
    ...successes,
    ...optional(document, 'Error', at(document, document, 'components', 'schemas', 'Error')),
  ];
}

function optional(document: unknown, place: string, schema: unknown): AnswerProperty[] {
  const object = objectAt(document, schema);
  const parts = Array.isArray(object['allOf']) ? object['allOf'] : [];
  const required: readonly unknown[] = Array.isArray(object['required']) ? object['required'] : [];
  const own = Object.entries(objectAt(document, object, 'properties'))
    .filter(([name]) => !required.includes(name))
    .map(([name, property]) => {
      const { nullable, type, default: fallback } = objectAt(document, property);
      return { place, name, nullable: nullable === true, list: type === 'array', fallback };
    });
  return [...parts.flatMap((part: unknown) => optional(document, place, part)), ...own];
}

/** Follows these names from a node of the document, and resolves references on the way. */
function at(document: unknown, value: unknown, ...names: readonly string[]): unknown {
  const [name, ...rest] = names;
  const reference = isObject(value) ? value['$ref'] : undefined;
  if (typeof reference === 'string') {
    return at(document, document, ...reference.replace('#/', '').split('/'), ...names);
  }
  if (name === undefined) return value;
  return at(document, isObject(value) ? value[name] : undefined, ...rest);
}

function objectAt(document: unknown, value: unknown, ...names: readonly string[]): JsonObject {
  const found = at(document, value, ...names);
  return isObject(found) ? found : {};
}
