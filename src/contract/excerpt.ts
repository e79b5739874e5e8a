import {
  isObject,
  type JsonObject,
  localReference,
  pointerTo,
  type SourceDocument,
  tokensOf,
} from './document.js';

/** The methods that an OpenAPI 3.0 path item may have operations for. */
export const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/**
 * A copy of the document with the given operations and what they refer to, and nothing else: vendors' documents
 * are large, and a fault in an operation that the suite doesn't use must not keep it from running.
 *
 * @param operations JSON pointers
 * @throws ConfigurationError for a reference to nothing or out of the document
 */
export function excerpt(document: SourceDocument, operations: readonly string[]): JsonObject {
  const { paths, components, ...rest } = document.root;
  const result: Record<string, unknown> = { ...structuredClone(rest), paths: {} };
  const taken = new Set<string>();

  const take = (pointer: string, value: unknown): void => {
    if (taken.has(pointer)) return;
    taken.add(pointer);
    put(result, tokensOf(pointer), structuredClone(value));
    follow(value, pointer);
  };
  const follow = (value: unknown, pointer: string): void => {
    if (Array.isArray(value)) {
      value.forEach((item: unknown, index) => {
        follow(item, pointerTo(pointer, String(index)));
      });
      return;
    }
    if (!isObject(value)) return;
    const reference = value['$ref'];
    if (typeof reference === 'string') {
      // Throws for what can't be followed, with the place of the reference.
      document.resolve({ value, pointer });
      const target = document.find(localReference(reference) ?? '');
      if (target !== undefined) take(target.pointer, target.value);
      return;
    }
    for (const [key, inner] of Object.entries(value)) follow(inner, pointerTo(pointer, key));
  };

  for (const pointer of operations) {
    const [path = ''] = tokensOf(pointer).slice(1);
    // What stands beside the operations of a path, its parameters say, holds for all of them.
    for (const [name, member] of document.members(document.find(pointerTo('/paths', path)))) {
      if (!methods.includes(name) || member.pointer === pointer) take(member.pointer, member.value);
    }
  }
  if (isObject(components) && components['securitySchemes'] !== undefined) {
    take('/components/securitySchemes', components['securitySchemes']);
  }
  return result;
}

/** Puts a value at a place, making the objects on the way. */
function put(root: Record<string, unknown>, tokens: readonly string[], value: unknown): void {
  let parent = root;
  tokens.forEach((token, index) => {
    if (index === tokens.length - 1) {
      parent[token] = value;
      return;
    }
    const next = parent[token];
    const made: Record<string, unknown> = isObject(next) ? next : {};
    parent[token] = made;
    parent = made;
  });
}
