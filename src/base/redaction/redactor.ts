import { cutAt } from '../words.js';
import {
  redactForm,
  redactKeyUris,
  redactParameters,
  redactProperties,
  secretHeaders,
  secretNames,
} from './positions.js';
import { type Hit, SecretIndex } from './secret-index.js';
import { patternsOf } from './spellings.js';

/** Shorter values occur by accident, so only their names reveal them. */
const shortestValue = 4;

const longestBody = 4096;

const longestLabel = 64;

/** Replaces known values in any encoding, and any value beside a secret's name, by `[kind]`. */
export class Redactor {
  readonly #values = new Map<string, string>();
  readonly #labels = new Set<string>([...secretNames, ...secretHeaders]);
  readonly #index = new SecretIndex();

  /** @param whole to match only without adjacent letters or digits, as codes always do */
  add(value: string, what: string, { whole = false }: { readonly whole?: boolean } = {}): void {
    if (value.length < shortestValue || this.#values.has(value)) return;
    this.#values.set(value, what);
    this.#labels.add(what);
    this.#index.add(patternsOf(value, what, whole || /^\d{4,8}$/.test(value)));
  }

  redact(text: string): string {
    const parts: string[] = [];
    let done = 0;
    for (const { start, end, what } of this.#hits(text)) {
      parts.push(text.slice(done, start), `[${what}]`);
      done = end;
    }
    return redactKeyUris(parts.length === 0 ? text : parts.join('') + text.slice(done));
  }

  redactHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(headers).map(([name, value]) => {
        const lower = name.toLowerCase();
        if (secretHeaders.includes(lower)) return [name, value === '' ? '' : `[${lower}]`];
        return [name, redactParameters(this.redact(value), this.#isPlaceholder)];
      }),
    );
  }

  redactBody(text: string, contentType?: string): string {
    const isForm = /^application\/x-www-form-urlencoded\b/i.test(contentType?.trim() ?? '');
    // Known values come first: redaction by name could leave a part of one.
    const shown = (isForm ? redactForm : redactParameters)(this.redact(text), this.#isPlaceholder);
    // Content-Type may be wrong.
    const redacted = redactProperties(shown, this.#isPlaceholder);
    if (redacted.length <= longestBody) return redacted;
    return `${cutAt(redacted, longestBody).kept}… (${text.length} characters in all)`;
  }

  redactPrinted(text: string): string {
    const shown = redactParameters(this.redact(text), this.#isPlaceholder);
    return redactProperties(shown, this.#isPlaceholder);
  }

  redactUrl(url: string): string {
    const withoutPassword = url.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#@:]*:)[^/?#]+@/i, '$1[password]@');
    return redactParameters(this.redact(withoutPassword), this.#isPlaceholder);
  }

  leaksIn(text: string): string[] {
    return [...new Set(this.#hits(text).map(({ what }) => what))];
  }

  #hits(text: string): Hit[] {
    if (this.#values.size === 0) return [];
    // A secret may be an ordinary word that also occurs in a placeholder.
    return this.#index.find(text).filter((hit) => !this.#inPlaceholder(text, hit));
  }

  #inPlaceholder(text: string, { start, end }: Hit): boolean {
    const before = text.slice(Math.max(0, start - longestLabel), start);
    const after = text.slice(end, end + longestLabel);
    const open = before.lastIndexOf('[');
    const close = after.indexOf(']');
    if (open === -1 || close === -1) return false;
    return this.#labels.has(before.slice(open + 1) + text.slice(start, end) + after.slice(0, close));
  }

  readonly #isPlaceholder = (text: string): boolean =>
    text.startsWith('[') && text.endsWith(']') && this.#labels.has(text.slice(1, -1));
}

/** Anyone may guess zeros, so they count as secret only while they are a user's current code. */
export const isObviousCode = (value: string): boolean => /^0{6,8}$/.test(value);

export const isDistinctive = (value: string): boolean => value.length >= 8 || /^\d{6,}$/.test(value);
