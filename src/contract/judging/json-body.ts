import { isUtf8 as isUtf8Text } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import { isNode, parseDocument, visit } from 'yaml';

/** A body read by RFC 8259. `value` is set despite a byte order mark or invalid UTF-8. */
export interface JsonBody {
  /** Undefined if the text is not JSON, or is nested too deeply. */
  readonly value: unknown;
  readonly isJson: boolean;
  readonly hasBom: boolean;
  readonly isUtf8: boolean;
  readonly duplicates: 'none' | 'equal' | 'contrary';
  readonly text: string;
}

const duplicateSearchLimit = 64 * 1024;

/** RFC 8259 9 allows a limit. Answers have a tenth of this depth, which still fits the stack. */
const deepest = 200;

export function readJsonBody(bytes: Buffer): JsonBody {
  const hasBom = bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]));
  const isUtf8 = isUtf8Text(bytes);
  const text = bytes.subarray(hasBom ? 3 : 0).toString('utf8');
  const unread = { value: undefined, isJson: false, hasBom, isUtf8, duplicates: 'none' as const, text };
  if (isTooDeep(text)) return unread;
  try {
    const value: unknown = JSON.parse(text);
    return { ...unread, value, isJson: true, duplicates: duplicatesIn(text) };
  } catch {
    return unread;
  }
}

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

/** A quick check. Names with `\u` escapes need a parser, so it returns true for them. */
function mayHaveDuplicates(text: string): boolean {
  if (text.includes('\\u')) return text.includes(':');
  const names = text.match(/"(?:[^"\\]|\\.)*"(?=\s*:)/g) ?? [];
  return new Set(names).size < names.length;
}

/** Every JSON text is YAML, and the YAML reader keeps duplicate keys. */
function duplicatesIn(text: string): JsonBody['duplicates'] {
  if (text.length > duplicateSearchLimit || !mayHaveDuplicates(text)) return 'none';
  let found: JsonBody['duplicates'] = 'none';
  const document = parseDocument(text, { schema: 'json', uniqueKeys: false });
  visit(document, {
    Map(_, { items }) {
      const values = new Map<string, unknown>();
      for (const { key, value } of items) {
        const [name, now] = [String(key), isNode(value) ? value.toJS(document) : value];
        if (values.has(name) && found !== 'contrary')
          found = isDeepStrictEqual(values.get(name), now) ? 'equal' : 'contrary';
        values.set(name, now);
      }
    },
  });
  return found;
}
