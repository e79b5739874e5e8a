import { parseDocument } from 'yaml';

/** A body read as JSON as strictly as RFC 8259 has it; `value` is what a lenient reader would get of it. */
export interface JsonBody {
  /** Undefined where the text is no JSON at all. */
  readonly value: unknown;
  readonly isJson: boolean;
  readonly hasBom: boolean;
  readonly isUtf8: boolean;
  /** Names of members that stand twice in one object. */
  readonly duplicates: boolean;
  readonly text: string;
}

/** Bodies beyond this are not searched for duplicate members. */
const duplicateSearchLimit = 64 * 1024;

export function readJsonBody(bytes: Buffer): JsonBody {
  const hasBom = bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]));
  const isUtf8 = decodes(bytes);
  const text = bytes.subarray(hasBom ? 3 : 0).toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    return { value, isJson: true, hasBom, isUtf8, duplicates: hasDuplicates(text), text };
  } catch {
    return { value: undefined, isJson: false, hasBom, isUtf8, duplicates: false, text };
  }
}

function decodes(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Whether any name stands twice in the whole text, in one object or in two: most bodies are done with that. */
function mayHaveDuplicates(text: string): boolean {
  // Two spellings of one name, by an escape, are for the reader to compare.
  if (text.includes('\\u')) return text.includes(':');
  const names = text.match(/"(?:[^"\\]|\\.)*"(?=\s*:)/g) ?? [];
  return new Set(names).size < names.length;
}

/** Every JSON text is YAML, and the YAML reader tells duplicate keys, which JSON.parse hides. */
function hasDuplicates(text: string): boolean {
  if (text.length > duplicateSearchLimit || !mayHaveDuplicates(text)) return false;
  return parseDocument(text, { schema: 'json' }).errors.some(({ code }) => code === 'DUPLICATE_KEY');
}
