import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { ConfigurationError } from '../errors.js';
import { packageRoot } from '../package-root.js';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A node of the document with its JSON pointer. */
export interface Located {
  readonly value: unknown;
  readonly pointer: string;
}

export interface LocatedObject extends Located {
  readonly value: JsonObject;
}

export function pointerTo(parent: string, ...tokens: readonly string[]): string {
  return [parent, ...tokens.map((token) => token.replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}

export function tokensOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The JSON pointer of a reference within the same document; undefined for one that leads out of it. */
export function localReference(reference: string): string | undefined {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined;
  try {
    return decodeURIComponent(reference.slice(1));
  } catch {
    return undefined;
  }
}

/** A YAML or JSON file that remembers where each of its nodes stands. */
export class SourceDocument {
  readonly source: string;
  readonly sha256: string;
  readonly root: JsonObject;
  readonly #yaml: Document;
  readonly #lines: LineCounter;

  private constructor(source: string, bytes: Buffer) {
    this.source = source;
    this.sha256 = createHash('sha256').update(bytes).digest('hex');
    this.#lines = new LineCounter();
    this.#yaml = parseDocument(bytes.toString('utf8'), { lineCounter: this.#lines, prettyErrors: false });
    const [error] = this.#yaml.errors;
    if (error !== undefined) throw new ConfigurationError(`${this.#at(error.pos[0])}: ${error.message}`);
    const root = this.#toJson();
    if (!isObject(root)) throw new ConfigurationError(`${source}:1:1: holds no OpenAPI document`);
    this.root = root;
  }

  /** @throws ConfigurationError with file and place when it can't be read or parsed */
  static async read(file: string): Promise<SourceDocument> {
    const path = resolve(packageRoot(), file);
    const inPackage = relative(packageRoot(), path);
    const outside = inPackage.startsWith('..') || isAbsolute(inPackage);
    const source = (outside ? path : inPackage).split(sep).join('/');
    let bytes: Buffer;
    try {
      bytes = await readFile(path);
    } catch (error) {
      throw new ConfigurationError(`${source}: cannot be read (${codeOf(error)})`, { cause: error });
    }
    return new SourceDocument(source, bytes);
  }

  /** The error to throw for what stands at a JSON pointer. */
  error(pointer: string, message: string, cause?: unknown): ConfigurationError {
    const text = `${this.#at(this.#offsetOf(pointer))}: ${pointer === '' ? '' : `${pointer}: `}${message}`;
    return new ConfigurationError(text, cause === undefined ? {} : { cause });
  }

  /** The node at a JSON pointer, which may lead through references; undefined where there is none. */
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

  /**
   * Follows references until something else is found.
   *
   * @throws ConfigurationError for a reference to nothing, to itself or out of the document
   */
  resolve(node: Located): Located {
    const seen = new Set<string>();
    let at = node;
    while (isObject(at.value) && typeof at.value['$ref'] === 'string') {
      const reference = at.value['$ref'];
      const target = localReference(reference);
      if (target === undefined) {
        throw this.error(
          at.pointer,
          `refers to ${reference}; only references within the document are followed`,
        );
      }
      if (seen.has(target)) throw this.error(at.pointer, `refers to itself by ${reference}`);
      seen.add(target);
      const found = this.find(target);
      if (found === undefined) throw this.error(at.pointer, `refers to ${reference}, which is not there`);
      at = found;
    }
    return at;
  }

  /** The resolved member of an object, undefined where it is absent. */
  member(node: Located, name: string): Located | undefined {
    const value = childOf(node.value, name);
    return value === undefined ? undefined : this.resolve({ value, pointer: pointerTo(node.pointer, name) });
  }

  /** The members of an object with their names, not resolved; none where it is absent or no object. */
  members(node: Located | undefined): [string, Located][] {
    if (node === undefined || !isObject(node.value)) return [];
    return Object.entries(node.value).map(([name, value]) => [
      name,
      { value, pointer: pointerTo(node.pointer, name) },
    ]);
  }

  #toJson(): unknown {
    try {
      return this.#yaml.toJS();
    } catch (error) {
      // An alias without its anchor, or far too many of them.
      throw new ConfigurationError(`${this.source}:1:1: ${messageOf(error)}`, { cause: error });
    }
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.source}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  }

  /** Where the deepest part of the pointer that exists begins. */
  #offsetOf(pointer: string): number {
    let node: unknown = this.#yaml.contents;
    let offset = 0;
    for (const token of tokensOf(pointer)) {
      if (isAlias(node)) node = node.resolve(this.#yaml);
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
}

function childOf(value: unknown, token: string): unknown {
  if (Array.isArray(value)) {
    const item: unknown = value[Number(token)];
    return item;
  }
  return isObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : messageOf(error);
}
