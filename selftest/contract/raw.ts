import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenAPIV3 } from 'openapi-types';
import { parse } from 'yaml';
import type { ReleaseName } from '../../src/base/model/releases.js';
import { packageRoot } from '../../src/base/package-root.js';
import { isObject } from '../../src/contract/openapi/pointers.js';

export function releaseFile(release: ReleaseName): string {
  return join(packageRoot(), 'spec', 'releases', `${release}.yaml`);
}

/** The document of a release, read without the module under test. */
export function rawDocument(release: ReleaseName): OpenAPIV3.Document {
  const content: unknown = parse(readFileSync(releaseFile(release), 'utf8'));
  if (!isOpenApi(content)) throw new Error(`${release} is not an OpenAPI document`);
  return content;
}

function isOpenApi(value: unknown): value is OpenAPIV3.Document {
  return isObject(value) && isObject(value['paths']) && isObject(value['components']);
}

export function isReference(value: object): value is OpenAPIV3.ReferenceObject {
  return '$ref' in value;
}

/** The name at the end of a reference. */
export function referenced(value: object | undefined): string | undefined {
  return value !== undefined && isReference(value) ? value.$ref.split('/').at(-1) : undefined;
}

export function namedSchemas(document: OpenAPIV3.Document): [string, OpenAPIV3.SchemaObject][] {
  return Object.entries(document.components?.schemas ?? {}).filter(
    (entry): entry is [string, OpenAPIV3.SchemaObject] => !isReference(entry[1]),
  );
}

/** The properties that a schema declares itself. */
export function ownProperties(schema: OpenAPIV3.SchemaObject): [string, OpenAPIV3.SchemaObject][] {
  return Object.entries(schema.properties ?? {}).filter(
    (entry): entry is [string, OpenAPIV3.SchemaObject] => !isReference(entry[1]),
  );
}

/** The properties of a named schema and its parts. */
export function allProperties(
  document: OpenAPIV3.Document,
  name: string,
): [string, OpenAPIV3.SchemaObject][] {
  const schema = new Map(namedSchemas(document)).get(name);
  if (schema === undefined) throw new Error(`no schema ${name}`);
  const parts = (schema.allOf ?? []).flatMap((part) => allProperties(document, referenced(part) ?? ''));
  return [...ownProperties(schema), ...parts];
}
