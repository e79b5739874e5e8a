import type { SourceDocument } from './document.js';
import { methods } from './excerpt.js';
import { isOperationId, type OperationId, operationIds, operationRow } from './operations.js';
import { isObject, type LocatedObject } from './pointers.js';

export interface FoundOperation {
  readonly path: string;
  readonly method: string;
  readonly node: LocatedObject;
}

export interface FoundOperations {
  readonly known: ReadonlyMap<OperationId, FoundOperation>;
  readonly furtherTagged: readonly string[];
}

/** The operationId counts only if no path fits: vendors vary it. */
export function findOperations(document: SourceDocument): FoundOperations {
  const all = operationsIn(document);
  const known = new Map<OperationId, FoundOperation>();
  for (const id of operationIds) {
    const { method, paths } = operationRow(id);
    const there = all.find((one) => one.method === method && paths.includes(one.path));
    if (there !== undefined) known.set(id, there);
  }
  const taken = new Set([...known.values()].map(({ node }) => node.pointer));
  for (const one of all) {
    const id = one.node.value['operationId'];
    if (typeof id !== 'string' || !isOperationId(id) || known.has(id) || taken.has(one.node.pointer))
      continue;
    known.set(id, one);
    taken.add(one.node.pointer);
  }
  if (known.size === 0) {
    throw document.error(
      '/paths',
      'none of the operations of the MFA API is there, such as GET /mfa-config; is it the right document?',
    );
  }
  const further = all.filter(({ node }) => !taken.has(node.pointer) && isTagged(node));
  return {
    known,
    furtherTagged: further.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort(),
  };
}

function operationsIn(document: SourceDocument): FoundOperation[] {
  return document.members(document.find('/paths')).flatMap(([path, item]) =>
    document.members(item).flatMap(([method, { value, pointer }]) => {
      if (!methods.includes(method) || !isObject(value)) return [];
      // Some documents repeat the API's root in each path or end paths with a slash.
      const below = path.replace(/^\/v2(?=\/)/, '').replace(/(?<=.)\/$/, '');
      return [{ path: below, method, node: { value, pointer } }];
    }),
  );
}

function isTagged({ value }: LocatedObject): boolean {
  const { tags } = value;
  return Array.isArray(tags) && tags.some((tag) => typeof tag === 'string' && tag.toLowerCase() === 'mfa');
}
