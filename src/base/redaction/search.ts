import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { membersIn, parsedJson } from '../shape.js';
import { Redactor } from './redactor.js';

export interface Leak {
  readonly file: string;
  readonly what: string;
}

export interface Searched {
  readonly artefacts: number;
  readonly leaks: readonly Leak[];
}

const longEnough = 8;

/** Everyday words prove no leak: reports contain them anyway. */
export const isTooCommon = (value: string, vocabulary: string): boolean =>
  value.length < 4 || vocabulary.includes(value);

/** Other numbers equal so short a code by accident. */
export const isShortCode = (value: string, what: string): boolean =>
  /^\d{4,5}$/.test(value) && (what === 'code' || what === 'mailed code');

export class SecretSearch {
  readonly #long = new Redactor();
  /** Long codes and short values, to search for as whole words. */
  readonly #short = new Redactor();
  /** Codes of four or five digits, to search for only after a word such as code or PIN. */
  readonly #few = new Redactor();
  readonly #leaks: Leak[] = [];
  #artefacts = 0;

  /** @param vocabulary words that all reports hold: names, addresses, words of the schemas */
  constructor(values: ReadonlyMap<string, string>, vocabulary: string) {
    for (const [value, what] of values) {
      if (/^\d{6,}$/.test(value)) this.#short.add(value, what);
      else if (isTooCommon(value, vocabulary)) continue;
      else if (isShortCode(value, what)) this.#few.add(value, what);
      else if (value.length < longEnough) this.#short.add(value, what, { whole: true });
      else this.#long.add(value, what);
    }
  }

  get result(): Searched {
    const leaks = [...this.#leaks].sort((a, b) => (a.file < b.file ? -1 : 1));
    return { artefacts: this.#artefacts, leaks };
  }

  searchPath(path: string): void {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      for (const name of readdirSync(path).sort()) this.searchPath(join(path, name));
    } else if (stat?.isFile()) {
      this.#artefacts += 1;
      this.#lookIntoBytes(path, readFileSync(path), 0);
    }
  }

  searchText(name: string, text: string): void {
    this.#lookFor(this.#long, name, text);
    this.#lookForShort(name, text);
  }

  #lookIntoBytes(name: string, bytes: Buffer, depth: number): void {
    this.searchText(`the name of ${name}`, name);
    let entries: ReturnType<typeof unpacked>;
    try {
      entries = depth < deepest ? unpacked(bytes) : undefined;
    } catch (error) {
      this.#leaks.push({ file: name, what: `unknown content: ${String(error)}` });
      return;
    }
    for (const entry of entries ?? []) this.#lookIntoBytes(`${name}/${entry.name}`, entry.bytes, depth + 1);
    if (entries !== undefined) return;
    const text = bytes.toString('utf8');
    this.#lookFor(this.#long, name, text);
    this.#lookForShort(name, textsIn(text, extname(name).toLowerCase()));
    if (!/\.(?:html?|js)$/i.test(name)) return;
    for (const run of text.match(/[A-Za-z0-9+/_-]{32,}={0,2}/g) ?? []) {
      const inner = Buffer.from(run, 'base64').toString('utf8');
      this.#lookFor(this.#long, name, inner);
      this.#lookForShort(name, textsIn(inner, '.json'));
    }
  }

  #lookForShort(file: string, text: string): void {
    this.#lookFor(this.#short, file, text);
    this.#lookFor(this.#few, file, text.match(afterWordOfCodes)?.join('\n') ?? '');
  }

  #lookFor(redactor: Redactor, file: string, text: string): void {
    for (const what of redactor.leaksIn(text)) {
      if (!this.#leaks.some((leak) => leak.file === file && leak.what === what))
        this.#leaks.push({ file, what });
    }
  }
}

/** As in `"otpCode":"4821"` or `Your code is: 4821`. */
const afterWordOfCodes = /(?:code|otp|pin|pass)[^\d\n]{1,40}\d{4,5}(?![\d\w-])/gi;

const deepest = 3;

const withoutText = new Set(['.js', '.css', '.map', '.svg', '.woff', '.woff2', '.png', '.ico']);

/** Returns the parts of a file where six digits are no accident. */
function textsIn(text: string, extension: string): string {
  switch (extension) {
    case '.json':
      return stringsOf(text) ?? text;
    case '.jsonl':
      return text
        .split('\n')
        .map((line) => stringsOf(line) ?? line)
        .join('\n');
    case '.html':
    case '.htm':
      return text
        .replace(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi, (_whole, attributes: string, code: string) =>
          /\bjson\b/i.test(attributes) ? (stringsOf(code) ?? code) : ' ',
        )
        .replace(/<style\b[\s\S]*?<\/style>/gi, ' ')
        .replace(/#[0-9a-f]{6}\b/gi, ' ');
    default:
      return withoutText.has(extension) ? '' : text;
  }
}

/** Returns strings and names, one per line; undefined for other text than JSON. */
function stringsOf(text: string): string | undefined {
  const value = parsedJson(text);
  if (value === undefined) return undefined;
  return [...membersIn([value])]
    .flatMap(([name, inner]) => (typeof inner === 'string' ? [name, inner] : [name]))
    .join('\n');
}

interface Entry {
  readonly name: string;
  readonly bytes: Buffer;
}

const largest = 256 * 1024 * 1024;

/** Undefined for other files than zip and gzip. @throws Error for a damaged one */
export function unpacked(bytes: Buffer): Entry[] | undefined {
  if (bytes.length > 2 && bytes.readUInt16BE(0) === 0x1f8b) {
    return [{ name: 'content', bytes: gunzipSync(bytes, { maxOutputLength: largest }) }];
  }
  return bytes.length > 21 && bytes.readUInt32LE(0) === localHeader ? entriesOf(bytes) : undefined;
}

// Signatures of APPNOTE 6.3.10, 4.3.7, 4.3.12 and 4.3.16.
const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const endOfCentral = Buffer.from([0x50, 0x4b, 0x05, 0x06]);

function entriesOf(zip: Buffer): Entry[] {
  const end = zip.lastIndexOf(endOfCentral);
  if (end === -1) throw new Error('the zip has no directory');
  const count = zip.readUInt16LE(end + 10);
  const entries: Entry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let n = 0; n < count; n += 1) {
    if (zip.readUInt32LE(at) !== centralHeader) throw new Error("the zip's directory is damaged");
    const [nameLength, extra, comment] = [at + 28, at + 30, at + 32].map((place) => zip.readUInt16LE(place));
    const name = zip.subarray(at + 46, at + 46 + (nameLength ?? 0)).toString('utf8');
    entries.push({ name, bytes: contentOf(zip, at) });
    at += 46 + (nameLength ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return entries;
}

function contentOf(zip: Buffer, central: number): Buffer {
  const method = zip.readUInt16LE(central + 10);
  const size = zip.readUInt32LE(central + 20);
  const local = zip.readUInt32LE(central + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const packed = zip.subarray(start, start + size);
  if (method === 0) return packed;
  if (method === 8) return inflateRawSync(packed, { maxOutputLength: largest });
  throw new Error(`the zip is packed by method ${method}`);
}
