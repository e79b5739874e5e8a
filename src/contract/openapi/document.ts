import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ConfigurationError } from '../../base/errors.js';
import { packageRoot, readBuilt, writeBuilt } from '../../base/package-root.js';
import { parsedJson } from '../../base/shape.js';
import { cut } from '../../base/words.js';
import { placeOf, readYaml } from './places.js';
import {
  childOf,
  isObject,
  type JsonObject,
  type Located,
  localReference,
  pointerTo,
  tokensOf,
} from './pointers.js';
import { readSource } from './read-source.js';

/** Longer chains of references in a hostile document would exhaust the stack. */
const longestChain = 100;

const builtPlace = (sha256: string) => join(packageRoot(), 'dist', 'built', `${sha256}.json`);

/** Parses at build time: each process would take a tenth of a second for the YAML. */
export async function buildDocument(location: string): Promise<void> {
  const { sha256, root } = await SourceDocument.read(location);
  writeBuilt(builtPlace(sha256), JSON.stringify(root));
}

export class SourceDocument {
  #chain = 0;

  private constructor(
    readonly source: string,
    readonly location: string,
    readonly sha256: string,
    readonly root: JsonObject,
    private readonly text: string,
    /** Included documents by the JSON pointer below which their nodes stand here. */
    private readonly parts: ReadonlyMap<string, SourceDocument> = new Map(),
  ) {}

  /** @throws ConfigurationError with the place in an unreadable or malformed document */
  static async read(file: string): Promise<SourceDocument> {
    const { name, location, bytes } = await readSource(file);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
    const root = readBuilt<JsonObject>(builtPlace(sha256)) ?? asJson(text) ?? readYaml(name, text);
    return new SourceDocument(name, location, sha256, root, text);
  }

  derived(root: JsonObject, parts: ReadonlyMap<string, SourceDocument>): SourceDocument {
    return new SourceDocument(this.source, this.location, this.sha256, root, this.text, parts);
  }

  error(pointer: string, message: string, cause?: unknown): ConfigurationError {
    for (const [prefix, part] of this.parts)
      if (`${pointer}/`.startsWith(`${prefix}/`))
        return part.error(pointer.slice(prefix.length), message, cause);
    const place = placeOf(this.source, this.text, pointer);
    const text = `${place}: ${pointer === '' ? '' : `${pointer}: `}${message}`;
    return new ConfigurationError(text, cause === undefined ? {} : { cause });
  }

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

  /** @throws ConfigurationError for a dangling, circular or external reference */
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

  member(node: Located, name: string, ...inner: readonly string[]): Located | undefined {
    const value = childOf(node.value, name);
    if (value === undefined) return undefined;
    const found = this.resolve({ value, pointer: pointerTo(node.pointer, name) });
    const [next, ...rest] = inner;
    return next === undefined ? found : this.member(found, next, ...rest);
  }

  /** Leaves references unresolved. Empty for any value that is not an object. */
  members(node: Located | undefined): [string, Located][] {
    if (node === undefined || !isObject(node.value)) return [];
    return Object.entries(node.value).map(([name, value]) => [
      name,
      { value, pointer: pointerTo(node.pointer, name) },
    ]);
  }

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
    `refers to ${cut(reference, 120)}; only references within the document are followed ` +
    '(--allow-external-refs follows others)'
  );
}

/** The YAML reader reports the errors of other texts. */
function asJson(text: string): JsonObject | undefined {
  const value = /^\s*\{/.test(text) ? parsedJson(text) : undefined;
  return isObject(value) ? value : undefined;
}
