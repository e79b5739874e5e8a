import type { SchemaProperty } from './contract.js';
import type { SourceDocument } from './document.js';
import { isObject, itemsOf, type Located, pointerTo, schemaNameOf } from './pointers.js';

export function propertiesOf(document: SourceDocument, schema: Located): SchemaProperty[] {
  const found = new Map<string, SchemaProperty>();

  const visit = (node: Located, at: string, outer: string): void => {
    const { value, pointer } = document.resolve(node);
    if (!isObject(value)) return;
    const owner = schemaNameOf(pointer) ?? outer;
    for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
      for (const part of itemsOf(value[keyword], pointerTo(pointer, keyword))) visit(part, at, owner);
    }
    const items = document.member({ value, pointer }, 'items');
    if (items !== undefined) visit(items, `${at}/*`, owner);
    for (const [name, inner] of document.members(document.member({ value, pointer }, 'properties'))) {
      const to = pointerTo(at, name);
      const property = { pointer: to, schema: owner, name, enumValues: enumValuesOf(document, inner) };
      // Two parts may declare the same property; both count.
      found.set(`${owner} ${to}`, property);
      visit(inner, to, `${owner}.${name}`);
    }
  };

  visit(schema, '', schemaNameOf(document.resolve(schema).pointer) ?? '');
  return [...found.values()];
}

function enumValuesOf(document: SourceDocument, property: Located): string[] {
  const node = document.resolve(property);
  const values = document.member(node, 'enum') ?? document.member(node, 'items', 'enum');
  if (values === undefined || !Array.isArray(values.value)) return [];
  return values.value.filter((value: unknown) => value !== null).map(String);
}
