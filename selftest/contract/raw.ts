import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenAPIV3 } from 'openapi-types';
import { parse } from 'yaml';
import type { ReleaseName } from '../../src/base/model/releases.js';
import { packageRoot } from '../../src/base/package-root.js';
import { methods } from '../../src/contract/openapi/excerpt.js';

export function releaseFile(release: ReleaseName): string {
  return join(packageRoot(), 'spec', 'releases', `${release}.yaml`);
}

export function rawDocument(release: ReleaseName): OpenAPIV3.Document {
  return parse(readFileSync(releaseFile(release), 'utf8'));
}

export function isReference(value: object): value is OpenAPIV3.ReferenceObject {
  return '$ref' in value;
}

export function referenced(value: object | undefined): string | undefined {
  return value !== undefined && isReference(value) ? value.$ref.split('/').at(-1) : undefined;
}

export function namedSchemas(document: OpenAPIV3.Document): [string, OpenAPIV3.SchemaObject][] {
  return Object.entries(document.components?.schemas ?? {}).filter(
    (entry): entry is [string, OpenAPIV3.SchemaObject] => !isReference(entry[1]),
  );
}

export function ownProperties(schema: OpenAPIV3.SchemaObject): [string, OpenAPIV3.SchemaObject][] {
  return Object.entries(schema.properties ?? {}).filter(
    (entry): entry is [string, OpenAPIV3.SchemaObject] => !isReference(entry[1]),
  );
}

export function partsOf(document: OpenAPIV3.Document, name: string): OpenAPIV3.SchemaObject[] {
  const schema = new Map(namedSchemas(document)).get(name);
  if (schema === undefined) throw new Error(`no schema ${name}`);
  return [schema, ...(schema.allOf ?? []).flatMap((part) => partsOf(document, referenced(part) ?? ''))];
}

export function allProperties(
  document: OpenAPIV3.Document,
  name: string,
): [string, OpenAPIV3.SchemaObject][] {
  return partsOf(document, name).flatMap(ownProperties);
}

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly operation: OpenAPIV3.OperationObject;
}

export function operationsIn(document: OpenAPIV3.Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item ?? {})
      .filter((entry): entry is [string, OpenAPIV3.OperationObject] => methods.includes(entry[0]))
      .map(([method, operation]) => ({ path, method, operation })),
  );
}

export function answerOf({ responses }: OpenAPIV3.OperationObject): string | undefined {
  const [, response] = Object.entries(responses).find(([status]) => status !== 'default') ?? [];
  if (response === undefined || isReference(response)) return undefined;
  return referenced(response.content?.['application/json']?.schema);
}
