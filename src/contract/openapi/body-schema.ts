import type { SourceDocument } from './document.js';
import { isObject, type Located } from './pointers.js';

/** A request body's schema, as far as bodies are made from it. */
export interface BodySchema {
  /** `any` where the document leaves it open, or says it in a way that no body is made from. */
  readonly type: 'boolean' | 'string' | 'number' | 'integer' | 'array' | 'object' | 'any';
  /**
   * `open`: nullable, but null is missing from the enumeration. OpenAPI 3.0.1 and 3.0.3 read that differently,
   * so null is neither right nor wrong, and never sent.
   */
  readonly nulls: 'allowed' | 'refused' | 'open';
  /** Without null; empty where every value of the type will do. */
  readonly enumValues: readonly string[];
  /** Undefined: no array, or items of any kind. */
  readonly items: BodySchema | undefined;
  /** Those that a request may hold: read-only ones are left out. */
  readonly properties: readonly BodyProperty[];
}

export interface BodyProperty {
  readonly name: string;
  readonly required: boolean;
  readonly schema: BodySchema;
}

const types: readonly BodySchema['type'][] = ['boolean', 'string', 'number', 'integer', 'array', 'object'];

/** @throws ConfigurationError for a reference that leads nowhere */
export function bodySchemaOf(document: SourceDocument, node: Located, depth = 0): BodySchema {
  const located = document.resolve(node);
  const value = isObject(located.value) ? located.value : {};
  const named = types.find((type) => type === value['type']);
  const parts = partsOf(document, located, depth);
  const members = document.members(document.member(located, 'properties'));
  const isObjectSchema =
    named === 'object' || members.length > 0 || parts.some(({ type }) => type === 'object');
  const required = stringsOf(value['required']);
  const values = Array.isArray(value['enum']) ? value['enum'] : [];
  const items = document.member(located, 'items');
  const own = members
    .filter(([, member]) => !isReadOnly(document, member))
    // Deep enough for every body of this API, and for a schema that contains itself.
    .filter(() => depth < 4)
    .map(([name, member]) => ({
      name,
      required: required.includes(name),
      schema: bodySchemaOf(document, member, depth + 1),
    }));
  return {
    type: named ?? (isObjectSchema ? 'object' : 'any'),
    nulls: nullsOf(value['nullable'] === true && named !== undefined, values),
    enumValues: values.filter((each) => each !== null).map(String),
    items: items === undefined || depth >= 4 ? undefined : bodySchemaOf(document, items, depth + 1),
    properties: [...parts.flatMap((part) => part.properties), ...own],
  };
}

function partsOf(document: SourceDocument, node: Located, depth: number): BodySchema[] {
  const list = document.member(node, 'allOf')?.value;
  if (!Array.isArray(list) || depth >= 4) return [];
  return list.map((part: unknown, index) =>
    bodySchemaOf(document, { value: part, pointer: `${node.pointer}/allOf/${index}` }, depth + 1),
  );
}

function nullsOf(nullable: boolean, values: readonly unknown[]): BodySchema['nulls'] {
  if (!nullable) return 'refused';
  return values.length > 0 && !values.includes(null) ? 'open' : 'allowed';
}

function isReadOnly(document: SourceDocument, node: Located): boolean {
  const { value } = document.resolve(node);
  return isObject(value) && value['readOnly'] === true;
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}
