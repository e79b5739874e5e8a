import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defined } from '../../base/defined.js';
import { reasonOf } from '../../base/errors.js';
import { leadsOut, SourceDocument } from './document.js';
import { childOf, isObject, localReference, pointerTo, tokensOf } from './pointers.js';
import { isUrl } from './read-source.js';
import { credentialsOf } from './security.js';

export const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** Vendors' operations stay below these bounds, and documents within them are cheap to process. */
const mostNodes = 50_000;
const deepestNesting = 200;
const mostDocuments = 50;

/** Keys below these members are names, not keywords. */
const holdsNames = new Set([
  ...['properties', 'patternProperties', 'dependentSchemas', '$defs', 'schemas'],
  ...['responses', 'parameters', 'requestBodies', 'headers', 'content', 'encoding'],
]);

/**
 * Copies only what operations refer to, because a mistake elsewhere must not stop the suite. Nodes keep their
 * JSON pointers; nodes of other documents move below `/x-external-N`.
 */
export async function excerpt(
  document: SourceDocument,
  operations: readonly string[],
  external: boolean,
): Promise<SourceDocument> {
  const cut = new Excerpt(document, external);
  for (const pointer of operations) {
    const [path = ''] = tokensOf(pointer).slice(1);
    // A path's parameters apply to all its operations.
    for (const [name, member] of document.members(document.find(pointerTo('/paths', path)))) {
      if (name === 'parameters' || member.pointer === pointer) cut.take(document, member.pointer);
    }
  }
  for (const { pointer } of credentialsOf(document).values()) cut.take(document, pointer);
  return cut.finished();
}

class Excerpt {
  readonly #result: Record<string, unknown>;
  readonly #taken = new Set<string>();
  readonly #waiting: { readonly document: SourceDocument; readonly pointer: string }[] = [];
  readonly #others = new Map<string, SourceDocument>();
  #nodes = 0;

  constructor(
    private readonly main: SourceDocument,
    private readonly external: boolean,
  ) {
    const { openapi, info, security } = main.root;
    const title = isObject(info) && typeof info['title'] === 'string' ? info['title'] : main.source;
    const version = isObject(info) ? String(info['version'] ?? '') : '';
    this.#result = defined({
      openapi,
      info: { title, version },
      paths: {},
      security: structuredClone(security),
    });
  }

  take(document: SourceDocument, pointer: string): void {
    const key = this.#prefixOf(document) + pointer;
    if (this.#taken.has(key)) return;
    this.#taken.add(key);
    this.#waiting.push({ document, pointer });
  }

  async finished(): Promise<SourceDocument> {
    for (const { document, pointer } of this.#waiting) {
      const value = document.find(pointer)?.value;
      const copy = await this.#copy(document, pointer, value, false, 0);
      put(this.#result, tokensOf(this.#prefixOf(document) + pointer), copy, document);
    }
    const parts = [...this.#others.values()].map((part) => [this.#prefixOf(part), part] as const);
    return this.main.derived(this.#result, new Map(parts));
  }

  async #copy(
    document: SourceDocument,
    pointer: string,
    value: unknown,
    named: boolean,
    depth: number,
  ): Promise<unknown> {
    this.#nodes += 1;
    if (this.#nodes > mostNodes) {
      throw document.error(pointer, `the operations of the MFA API reach more than ${mostNodes} nodes`);
    }
    if (depth > deepestNesting) throw document.error(pointer, 'is nested too deeply');
    if (Array.isArray(value)) {
      const items: unknown[] = [];
      for (const [index, item] of value.entries()) {
        items.push(await this.#copy(document, pointerTo(pointer, String(index)), item, false, depth + 1));
      }
      return items;
    }
    if (!isObject(value)) return value;
    const copy: Record<string, unknown> = {};
    for (const [key, inner] of Object.entries(value)) {
      const at = pointerTo(pointer, key);
      if (key === '__proto__') throw document.error(at, 'is not a name that can be used');
      if (!named && (key === 'example' || key === 'examples')) continue;
      if (!named && key === '$ref' && typeof inner === 'string') {
        copy[key] = await this.#follow(document, pointer, inner);
      } else if (!named && isOpaque(key)) {
        if (!holdsReference(inner, 0)) copy[key] = structuredClone(inner);
      } else {
        const free = !named && holdsNames.has(key) && isObject(inner);
        copy[key] = await this.#copy(document, at, inner, free, depth + 1);
      }
    }
    return copy;
  }

  /** Queues the target for copying. Returns the reference as the excerpt holds it. */
  async #follow(document: SourceDocument, pointer: string, reference: string): Promise<string> {
    const local = localReference(reference);
    const other = local === undefined ? await this.#open(document, pointer, reference) : document;
    const target = local ?? localReference(`#${reference.split('#')[1] ?? ''}`);
    const found = target === undefined ? undefined : other.find(target);
    if (found === undefined) {
      throw document.error(pointer, `refers to ${reference.slice(0, 120)}, which is not there`);
    }
    // Throws for a circular or endless reference.
    if (!isExternal(found.value)) other.resolve(found);
    this.take(other, found.pointer);
    return `#${encodeURI(this.#prefixOf(other) + found.pointer)}`;
  }

  async #open(document: SourceDocument, pointer: string, reference: string): Promise<SourceDocument> {
    if (!this.external) throw document.error(pointer, leadsOut(reference));
    const location = locationOf(document, pointer, reference);
    if (location === this.main.location) return this.main;
    const known = this.#others.get(location);
    if (known !== undefined) return known;
    if (this.#others.size >= mostDocuments) {
      throw document.error(pointer, `refers to more than ${mostDocuments} other documents`);
    }
    const opened = await SourceDocument.read(location).catch((error: unknown) => {
      throw document.error(pointer, reasonOf(error), error);
    });
    this.#others.set(location, opened);
    return opened;
  }

  #prefixOf(document: SourceDocument): string {
    if (document === this.main) return '';
    return `/x-external-${[...this.#others.values()].indexOf(document) + 1}`;
  }
}

/** A document from the web must not refer to files. */
function locationOf(document: SourceDocument, pointer: string, reference: string): string {
  const [place = ''] = reference.split('#');
  try {
    if (isUrl(document.location)) {
      const url = new URL(place, document.location);
      if (isUrl(url.href)) return url.href;
      throw document.error(pointer, `refers to ${url.protocol} from the web; that is not followed`);
    }
    if (isUrl(place)) return new URL(place).href;
    const path = place.startsWith('file:') ? fileURLToPath(place) : decodeURIComponent(place);
    return resolve(dirname(document.location), path);
  } catch (error) {
    if (error instanceof TypeError || error instanceof URIError) {
      throw document.error(
        pointer,
        `refers to ${reference.slice(0, 120)}, which is not a valid location`,
        error,
      );
    }
    throw error;
  }
}

function isExternal(value: unknown): boolean {
  const reference = childOf(value, '$ref');
  return typeof reference === 'string' && localReference(reference) === undefined;
}

/** The values of these keys may hold `$ref` as plain text. */
const isOpaque = (key: string): boolean => key.startsWith('x-') || ['default', 'enum', 'const'].includes(key);

function holdsReference(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth > deepestNesting) return true;
  return Object.entries(value).some(([key, inner]) => key === '$ref' || holdsReference(inner, depth + 1));
}

function put(
  root: Record<string, unknown>,
  tokens: readonly string[],
  value: unknown,
  document: SourceDocument,
): void {
  let parent = root;
  for (const [index, token] of tokens.entries()) {
    if (token === '__proto__') throw document.error('', 'holds a reference by way of __proto__');
    const known = Object.hasOwn(parent, token) ? parent[token] : undefined;
    const next = isNode(known) ? known : {};
    parent[token] = index === tokens.length - 1 ? value : next;
    parent = next;
  }
}

const isNode = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
