import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CORE_SCHEMA, load } from 'js-yaml';
import { type Document, isAlias, isMap, isScalar, isSeq, visit } from 'yaml';
import { ConfigurationError, reasonOf } from '../../base/errors.js';
import { packageRoot, writeBuilt } from '../../base/package-root.js';
import { parsedJson } from '../../base/shape.js';
import { at, mostKeys, type Places, placesOf } from './places.js';
import {
  childOf,
  isObject,
  type JsonObject,
  type Located,
  localReference,
  pointerTo,
  tokensOf,
} from './pointers.js';
import { readSource, type Source } from './read-source.js';

/** The longest chain of references. A hostile document could otherwise exhaust the stack. */
const longestChain = 100;

const builtPlace = (sha256: string) => join(packageRoot(), 'dist', 'built', `${sha256}.json`);

/** A step of the build, since parsing a release's YAML takes each process a tenth of a second. */
export async function buildDocument(location: string): Promise<void> {
  const { sha256, root } = await SourceDocument.read(location);
  writeBuilt(builtPlace(sha256), JSON.stringify(root));
}

function builtContent(sha256: string): JsonObject | undefined {
  const place = builtPlace(sha256);
  return existsSync(place) ? JSON.parse(readFileSync(place, 'utf8')) : undefined;
}

/** A YAML or JSON file that knows the line and column of each node. */
export class SourceDocument {
  readonly source: string;
  /** The base of relative references. */
  readonly location: string;
  readonly sha256: string;
  readonly root: JsonObject;
  readonly #text: string;
  #places: Places | undefined;
  #parts: readonly (readonly [prefix: string, part: SourceDocument])[] = [];
  #chain = 0;

  private constructor(
    { name, location }: Pick<Source, 'name' | 'location'>,
    text: string,
    content: { readonly root: JsonObject; readonly sha256: string; readonly places: Places | undefined },
  ) {
    this.source = name;
    this.location = location;
    this.sha256 = content.sha256;
    this.root = content.root;
    this.#text = text;
    this.#places = content.places;
  }

  /** @throws ConfigurationError with file and place for an unreadable or malformed document */
  static async read(location: string): Promise<SourceDocument> {
    return SourceDocument.parse(await readSource(location));
  }

  /** @throws ConfigurationError with the place if the text holds no object */
  static parse(source: Source): SourceDocument {
    const sha256 = createHash('sha256').update(source.bytes).digest('hex');
    const text = source.bytes.toString('utf8').replace(/^\uFEFF/, '');
    // Reading without places is many times faster, and only errors need places.
    const content = builtContent(sha256) ?? asJson(text) ?? readQuickly(text);
    if (content !== undefined)
      return new SourceDocument(source, text, { root: content, sha256, places: undefined });
    const places = placesOf(source.name, text);
    const { yaml } = places;
    const [error] = yaml.errors;
    if (error !== undefined) {
      throw new ConfigurationError(`${at(source.name, places, error.pos[0])}: ${error.message}`);
    }
    const root = toJson(source.name, places);
    if (!isObject(root)) throw new ConfigurationError(`${source.name}:1:1: holds no OpenAPI document`);
    return new SourceDocument(source, text, { root, sha256, places });
  }

  /** A document with new content from this one's nodes and, below prefixes, other documents'. */
  derived(root: JsonObject, parts: ReadonlyMap<string, SourceDocument>): SourceDocument {
    const { source: name, location, sha256 } = this;
    const made = new SourceDocument({ name, location }, this.#text, { root, sha256, places: this.#places });
    made.#parts = [...parts];
    return made;
  }

  /** An error with the place of the node at a JSON pointer. */
  error(pointer: string, message: string, cause?: unknown): ConfigurationError {
    const [prefix, part] = this.#parts.find(([each]) => `${pointer}/`.startsWith(`${each}/`)) ?? [];
    if (prefix !== undefined && part !== undefined) {
      return part.error(pointer.slice(prefix.length), message, cause);
    }
    const place = this.#placeOf(pointer);
    const text = `${place}: ${pointer === '' ? '' : `${pointer}: `}${message}`;
    return new ConfigurationError(text, cause === undefined ? {} : { cause });
  }

  /** The node at a JSON pointer, which may cross references; undefined: there is none. */
  find(pointer: string): Located | undefined {
    let node: Located = { value: this.root, pointer: '' };
    for (const token of tokensOf(pointer)) {
      const parent = this.resolve(node);
      const value = childOf(parent.value, token);
      if (value === undefined) return undefined;
      node = { value, pointer: pointerTo(parent.pointer, token) };
    }
    return node;
  }

  /** Follows references. @throws ConfigurationError for a dangling, circular or external one */
  resolve(node: Located): Located {
    const seen = new Set<string>();
    let found = node;
    while (isObject(found.value) && typeof found.value['$ref'] === 'string') {
      const reference = found.value['$ref'];
      const target = localReference(reference);
      if (target === undefined) throw this.error(found.pointer, leadsOut(reference));
      if (seen.has(target)) throw this.error(found.pointer, `refers to itself by ${reference}`);
      seen.add(target);
      if (seen.size + this.#chain > longestChain) {
        throw this.error(found.pointer, `refers to ${reference}, which leads through too many references`);
      }
      const next = this.#within(() => this.find(target));
      if (next === undefined) throw this.error(found.pointer, `refers to ${reference}, which is not there`);
      found = next;
    }
    return found;
  }

  /** The resolved member of an object, or a member within that; undefined: it is absent. */
  member(node: Located, name: string, ...inner: readonly string[]): Located | undefined {
    const value = childOf(node.value, name);
    if (value === undefined) return undefined;
    const found = this.resolve({ value, pointer: pointerTo(node.pointer, name) });
    const [next, ...rest] = inner;
    return next === undefined ? found : this.member(found, next, ...rest);
  }

  /** The unresolved members of an object with their names; empty for any other value. */
  members(node: Located | undefined): [string, Located][] {
    if (node === undefined || !isObject(node.value)) return [];
    return Object.entries(node.value).map(([name, value]) => [
      name,
      { value, pointer: pointerTo(node.pointer, name) },
    ]);
  }

  /** Finds the place on demand. A document too large for the reader with places has none. */
  #placeOf(pointer: string): string {
    try {
      this.#places ??= placesOf(this.source, this.#text);
    } catch (error) {
      if (error instanceof ConfigurationError) return `${this.source}:1:1`;
      throw error;
    }
    return at(this.source, this.#places, offsetOf(this.#places.yaml, pointer));
  }

  /** Counts nested references while `find` runs. */
  #within<T>(find: () => T): T {
    this.#chain += 1;
    try {
      return find();
    } finally {
      this.#chain -= 1;
    }
  }
}

export function leadsOut(reference: string): string {
  return (
    `refers to ${shortened(reference)}; only references within the document are followed ` +
    '(--allow-external-refs follows others)'
  );
}

function shortened(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 120)}…`;
}

/** Undefined for other texts: the YAML reader reports errors with their place. */
function asJson(text: string): JsonObject | undefined {
  const value = /^\s*\{/.test(text) ? parsedJson(text) : undefined;
  return isObject(value) ? value : undefined;
}

function toJson(source: string, places: Places): unknown {
  try {
    return places.yaml.toJS();
  } catch (error) {
    // An alias lacks its anchor, or too many aliases occur.
    const where = at(source, places, firstAlias(places.yaml));
    throw new ConfigurationError(`${where}: ${reasonOf(error)}`, { cause: error });
  }
}

function firstAlias(yaml: Document): number {
  let offset = 0;
  visit(yaml, {
    Alias(_, node) {
      offset = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

/** The offset of the pointer's deepest existing node. */
function offsetOf(yaml: Document, pointer: string): number {
  let node: unknown = yaml.contents;
  let offset = 0;
  for (const token of tokensOf(pointer)) {
    if (isAlias(node)) node = node.resolve(yaml);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === token);
      if (pair === undefined) break;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(token)];
      if (isScalar(item) || isMap(item) || isSeq(item)) offset = item.range?.[0] ?? offset;
      node = item;
    } else {
      break;
    }
  }
  return offset;
}

/** Aliases and deep nesting may be costly: the reader with places handles them. */
const limits = { maxDepth: 100, maxAliases: 0 } as const;

/** Reads an ordinary YAML text without places, in a tenth of the time; undefined for unusual texts. */
export function readQuickly(text: string): JsonObject | undefined {
  try {
    const content = load(text, { schema: CORE_SCHEMA, ...limits });
    return isObject(content) && isOrdinary(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

function isOrdinary(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isOrdinary);
  if (!isObject(value)) return true;
  const values = Object.values(value);
  // The reader with places names a null key differently.
  return values.length <= mostKeys && !Object.hasOwn(value, 'null') && values.every(isOrdinary);
}
