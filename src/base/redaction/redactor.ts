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

/** Shorter values are common by accident: they are replaced where they stand at a secret's place only. */
const shortestValue = 4;

/** A recorded body is cut to this many characters. */
const longestBody = 4096;

/** A label is shorter than this. */
const longestLabel = 64;

/**
 * Replaces secrets by `[what they are]`: by value, in whatever encoding, and by position, known or not.
 * What is added later is not replaced in what was redacted before: add first, then write.
 */
export class Redactor {
  readonly #values = new Map<string, string>();
  readonly #labels = new Set<string>([...secretNames, ...secretHeaders]);
  readonly #index = new SecretIndex();

  /**
   * @param what the placeholder's text: `password`, `session id`
   * @param whole only where no letter or digit joins on; codes always are
   */
  add(value: string, what: string, { whole = false }: { readonly whole?: boolean } = {}): void {
    if (value.length < shortestValue || this.#values.has(value)) return;
    this.#values.set(value, what);
    this.#labels.add(what);
    this.#index.add(patternsOf(value, what, whole || /^\d{4,8}$/.test(value)));
  }

  /** Known values, in any text; and the secret of a TOTP Key URI, known or not. */
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

  /** Cut to {@link longestBody} characters once nothing secret is left in it. */
  redactBody(text: string, contentType?: string): string {
    const form = /^application\/x-www-form-urlencoded\b/i.test(contentType?.trim() ?? '');
    // By value first: what a position takes away may be a part of a value, whose rest would then stay unknown.
    const known = this.redact(text);
    const shown = form
      ? redactForm(known, this.#isPlaceholder)
      : redactParameters(known, this.#isPlaceholder);
    // What a body says it is may be wrong, on purpose even: a form is looked at as JSON too.
    const redacted = redactProperties(shown, this.#isPlaceholder);
    if (redacted.length <= longestBody) return redacted;
    const end = isHighSurrogate(redacted.charCodeAt(longestBody - 1)) ? longestBody - 1 : longestBody;
    return `${redacted.slice(0, end)}… (${text.length} characters in all)`;
  }

  /** Lines that another process prints: by position too, since a value may be printed before it is told. */
  redactPrinted(text: string): string {
    const shown = redactParameters(this.redact(text), this.#isPlaceholder);
    return redactProperties(shown, this.#isPlaceholder);
  }

  redactUrl(url: string): string {
    const withoutPassword = url.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#@:]*:)[^/?#]+@/i, '$1[password]@');
    return redactParameters(this.redact(withoutPassword), this.#isPlaceholder);
  }

  /** What of the known values the text holds, in whatever encoding: each `what` once; empty for a clean text. */
  leaksIn(text: string): string[] {
    return [...new Set(this.#hits(text).map(({ what }) => what))];
  }

  #hits(text: string): Hit[] {
    if (this.#values.size === 0) return [];
    // A value that is an everyday word may be part of a placeholder.
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

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
