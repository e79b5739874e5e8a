import type { SourceDocument } from './document.js';
import { isObject, type Located, pointerTo } from './pointers.js';

/** The maximum size with references expanded: a short document can expand beyond any machine's memory. */
const mostExpanded = 200_000;
const deepest = 400;

/** @throws ConfigurationError for a recursive schema, or one too large with its references expanded */
export function requireBounded(document: SourceDocument, start: readonly Located[]): void {
  const sizes = new Map<string, number>();
  const open = new Set<string>();

  const sizeOf = (node: Located, depth: number): number => {
    const { value, pointer } = document.resolve(node);
    if (typeof value !== 'object' || value === null) return 1;
    const known = sizes.get(pointer);
    if (known !== undefined) return known;
    if (open.has(pointer))
      throw document.error(node.pointer, 'the schema contains itself (circular reference)');
    if (depth > deepest) throw document.error(pointer, 'leads through too many references');
    open.add(pointer);
    let size = 1;
    for (const [name, child] of Object.entries(value)) {
      size += sizeOf({ value: child, pointer: pointerTo(pointer, name) }, depth + 1);
    }
    // OpenAPI 3.1 allows members beside a reference.
    if (isObject(node.value) && node.pointer !== pointer) size += Object.keys(node.value).length;
    if (size > mostExpanded) {
      throw document.error(
        pointer,
        `stands for more than ${mostExpanded} nodes once its references are in place`,
      );
    }
    open.delete(pointer);
    sizes.set(pointer, size);
    return size;
  };

  let total = 0;
  for (const node of start) {
    total += sizeOf(node, 0);
    if (total > mostExpanded) {
      throw document.error(node.pointer, `the operations stand for more than ${mostExpanded} nodes`);
    }
  }
}
