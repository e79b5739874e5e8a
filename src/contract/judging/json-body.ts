import { parseDocument } from 'yaml';

/** A body read as JSON as strictly as RFC 8259 has it; `value` is what a lenient reader would get of it. */
export interface JsonBody {
  /** Undefined where the text is no JSON at all, or is nested deeper than anybody reads. */
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

/** RFC 8259, 9 lets a reader have a limit. No answer of the API has a tenth of it; the stack has more than that. */
const deepest = 200;

export function readJsonBody(bytes: Buffer): JsonBody {
  const hasBom = bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]));
  const isUtf8 = decodes(bytes);
  const text = bytes.subarray(hasBom ? 3 : 0).toString('utf8');
  const unread = { value: undefined, isJson: false, hasBom, isUtf8, duplicates: false, text };
  if (isTooDeep(text)) return unread;
  try {
    const value: unknown = JSON.parse(text);
    return { ...unread, value, isJson: true, duplicates: hasDuplicates(text) };
  } catch {
    return unread;
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

/** Whether brackets are nested deeper than is read; those within strings don't count. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') inString = !inString;
    else if (inString) at += character === '\\' ? 1 : 0;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    if (depth > deepest) return true;
  }
  return false;
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
