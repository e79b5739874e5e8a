import type { OpenAPI } from 'openapi-types';
import { defined } from '../../base/defined.js';
import { reasonOf } from '../../base/errors.js';
import { objectOf, type Shaped, shapes } from '../../base/shape.js';
import type { SourceDocument } from './document.js';
import { isObject, type Located, pointerTo, tokensOf } from './pointers.js';

/** @throws ConfigurationError for any other document, naming its kind */
export function versionOf(document: SourceDocument): '3.0' | '3.1' {
  const { openapi, swagger } = document.root;
  if (typeof openapi === 'string' && /^3\.0\.\d+/.test(openapi)) return '3.0';
  if (typeof openapi === 'string' && /^3\.1\.\d+/.test(openapi)) return '3.1';
  if (swagger !== undefined) {
    throw document.error(
      '/swagger',
      `Swagger ${String(swagger)} is not read; convert the document to OpenAPI 3.0 first`,
    );
  }
  const found = openapi === undefined ? '' : `, got ${JSON.stringify(openapi)?.slice(0, 40)}`;
  throw document.error('/openapi', `expected an OpenAPI 3.0 or 3.1 document (openapi: "3.0.3")${found}`);
}

export async function requireValid(document: SourceDocument, operations: readonly Located[]): Promise<void> {
  const paths: Record<string, Record<string, unknown>> = {};
  const expanded = expander(document);
  for (const node of operations) {
    const [, path = '', method = ''] = tokensOf(node.pointer);
    const shared = document.find(pointerTo('/paths', path, 'parameters'));
    const parameters = shared === undefined ? {} : { parameters: expanded(shared) };
    paths[path] = { ...paths[path], ...parameters, [method]: expanded(node) };
  }
  const { info, security } = document.root;
  const part = defined({
    // Patch versions differ only in wording, and the validator lacks the newest.
    openapi: versionOf(document) === '3.1' ? '3.1.0' : '3.0.3',
    info,
    paths,
    security,
  });
  if (!isOpenApi(part)) throw document.error('', 'expected the objects info and paths');
  // The parser is slow to load, and the suite's own documents don't need it.
  const { default: SwaggerParser } = await import('@apidevtools/swagger-parser');
  try {
    await SwaggerParser.validate(part, { resolve: { external: false } });
  } catch (error) {
    const fault = deepestOf(error);
    if (fault === undefined) throw document.error('', reasonOf(error).replace(/\n[\s\S]*/, ''), error);
    const pointer = document.find(fault.instancePath)?.pointer ?? fault.instancePath;
    throw document.error(pointer, `not valid OpenAPI: ${fault.message}`, error);
  }
}

function expander(document: SourceDocument): (node: Located) => unknown {
  const copies = new Map<string, unknown>();
  const expanded = (node: Located): unknown => {
    const { value, pointer } = document.resolve(node);
    if (typeof value !== 'object' || value === null) return value;
    const known = copies.get(pointer);
    if (known !== undefined) return known;
    const entries = Object.entries(value).map(([name, inner]): [string, unknown] => [
      name,
      expanded({ value: inner, pointer: pointerTo(pointer, name) }),
    ]);
    const copy = Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
    copies.set(pointer, copy);
    return copy;
  };
  return expanded;
}

function isOpenApi(value: unknown): value is OpenAPI.Document {
  return (
    isObject(value) &&
    typeof value['openapi'] === 'string' &&
    isObject(value['info']) &&
    isObject(value['paths'])
  );
}

const isFault = objectOf(
  { instancePath: shapes.text, message: shapes.text, params: shapes.mapOf(shapes.any) },
  ['params'],
);
type Fault = Shaped<typeof isFault>;

/** The specification has alternatives, so one mistake causes many errors. The deepest names it. */
function deepestOf(error: unknown): Fault | undefined {
  const details =
    error instanceof Error && 'details' in error && Array.isArray(error.details) ? error.details : [];
  const faults = details.filter(isFault).map(({ instancePath, message, params }) => {
    const name = params?.['additionalProperty'];
    return { instancePath, message: typeof name === 'string' ? `${message} (${name})` : message };
  });
  const depth = (fault: Fault) => tokensOf(fault.instancePath).length;
  return faults.sort((one, other) => depth(other) - depth(one))[0];
}

/** A short document can expand beyond any machine's memory. */
const mostExpanded = 200_000;
const deepest = 400;

/** @throws ConfigurationError for a recursive schema, or one too large when expanded */
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
      throw document.error(pointer, `has more than ${mostExpanded} nodes with its references expanded`);
    }
    open.delete(pointer);
    sizes.set(pointer, size);
    return size;
  };

  let total = 0;
  for (const node of start) {
    total += sizeOf(node, 0);
    if (total > mostExpanded) {
      throw document.error(
        node.pointer,
        `the operations have more than ${mostExpanded} nodes with references expanded`,
      );
    }
  }
}
