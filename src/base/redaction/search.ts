import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { unpacked } from './archives.js';
import { Redactor } from './redactor.js';

export interface Leak {
  /** The file as it was found below the searched paths; of an archive also the entry. */
  readonly file: string;
  /** What kind of secret it is; never the value. */
  readonly what: string;
}

export interface Searched {
  readonly artefacts: number;
  readonly leaks: readonly Leak[];
}

/** From this length on a value is no part of anything else by accident. */
const longEnough = 8;

/** Whether a secret is an everyday word, which can't be told from the reports' own. */
export function isTooCommon(value: string, vocabulary: string): boolean {
  return value.length < 4 || vocabulary.includes(value);
}

/** Whether it is a one-time code of fewer digits than any number by accident has. */
export function isShortCode(value: string, what: string): boolean {
  return /^\d{4,5}$/.test(value) && (what === 'code' || what === 'mailed code');
}

/** The secrets of a run, to be looked for in what it has written. */
export class SecretSearch {
  /** Looked for anywhere. */
  readonly #long = new Redactor();
  /** Codes and short values: looked for as whole words, where people and programs write texts. */
  readonly #short = new Redactor();
  /** Codes of so few digits that reports hold them by accident: looked for where a text speaks of codes. */
  readonly #few = new Redactor();
  readonly #leaks: Leak[] = [];
  #artefacts = 0;

  /** @param vocabulary text that reports hold whatever the secrets are: names, addresses, words of the schemas */
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

  /** Searches a file, or all files below a folder; what is not there holds nothing. */
  lookInto(path: string): void {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      for (const name of readdirSync(path).sort()) this.lookInto(join(path, name));
    } else if (stat?.isFile()) {
      this.#artefacts += 1;
      this.#lookIntoBytes(path, readFileSync(path), 0);
    }
  }

  /** Searches text that was written to no file, as to a terminal. */
  lookIntoText(name: string, text: string): void {
    this.#lookFor(this.#long, name, text);
    this.#lookForShort(name, text);
  }

  #lookIntoBytes(name: string, bytes: Buffer, depth: number): void {
    this.lookIntoText(`the name of ${name}`, name);
    let entries: ReturnType<typeof unpacked>;
    try {
      entries = depth < deepest ? unpacked(bytes) : undefined;
    } catch (error) {
      this.#leaks.push({ file: name, what: `what can't be told: ${String(error)}` });
      return;
    }
    for (const entry of entries ?? []) this.#lookIntoBytes(`${name}/${entry.name}`, entry.bytes, depth + 1);
    if (entries !== undefined) return;
    const text = bytes.toString('utf8');
    this.#lookFor(this.#long, name, text);
    this.#lookForShort(name, textsIn(text, extname(name).toLowerCase()));
    if (!isPage(name)) return;
    for (const inner of embedded(text)) {
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

/** A few digits after a word for codes, as in `"otpCode":"4821"` or `Your code is: 4821`. */
const afterWordOfCodes = /(?:code|otp|pin|pass)[^\d\n]{1,40}\d{4,5}(?![\d\w-])/gi;

/** Archives within archives. */
const deepest = 3;

const isPage = (name: string) => /\.(?:html?|js)$/i.test(name);

/**
 * The parts of a file in which a code would be one. Programs, styles and pictures are full of six-digit numbers, as
 * are durations and sizes: in JSON only strings count, in pages only what is shown, and data.
 */
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
    case '.js':
    case '.css':
    case '.map':
    case '.svg':
    case '.woff':
    case '.woff2':
    case '.png':
    case '.ico':
      return '';
    default:
      return text;
  }
}

/** All strings of a JSON text, names included, one a line; undefined where it is none. */
function stringsOf(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const strings: string[] = [];
  // In a list of what is still to be seen, not by calls: a text may be nested deeper than the stack.
  const open: unknown[] = [value];
  while (open.length > 0) {
    const inner = open.pop();
    if (typeof inner === 'string') strings.push(inner);
    else if (typeof inner === 'object' && inner !== null) {
      for (const [name, each] of Object.entries(inner)) {
        strings.push(name);
        open.push(each);
      }
    }
  }
  return strings.join('\n');
}

/** What pages hold as Base64: attachments and data of their own. */
function embedded(text: string): string[] {
  const runs = text.match(/[A-Za-z0-9+/_-]{32,}={0,2}/g) ?? [];
  return runs.map((run) => Buffer.from(run, 'base64').toString('utf8'));
}
