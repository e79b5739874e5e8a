import { extname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLSeq } from 'yaml';
import { ConfigurationError, orElse } from '../../base/errors.js';

/** Removes entries with the comments above them. @throws ConfigurationError if other entries would change */
export function pruned(text: string, file: string, indexes: ReadonlySet<number>): string {
  if (indexes.size === 0) return text;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'error' });
  const list = document.get('waivers');
  if (!isSeq(list)) return text;
  const wanted = list.toJS(document).filter((_: unknown, index: number) => !indexes.has(index));
  const result =
    list.flow === true
      ? inBrackets(document, list, file, indexes)
      : inBlock(text, document, list, lines, indexes);
  const after = parseDocument(result, { logLevel: 'silent' });
  const isRight = after.errors.length === 0 && isDeepStrictEqual(waiversIn(after), wanted);
  if (isRight) return result;
  const places = [...indexes].map((index) => lines.linePos(startOf(list, index)).line);
  throw new ConfigurationError(
    `${file}: the entries in line ${places.join(', ')} can't be removed without changing others (anchors?): do it by hand.`,
  );
}

const waiversIn = (document: Document.Parsed): unknown =>
  Object(orElse<unknown>(undefined, () => document.toJS())).waivers;

function rangeOf(list: YAMLSeq, index: number): readonly [start: number, end: number] | undefined {
  const item = list.items[index];
  if (typeof item !== 'object' || item === null || !('range' in item)) return undefined;
  return Array.isArray(item.range) ? [Number(item.range[0]), Number(item.range[1])] : undefined;
}

const startOf = (list: YAMLSeq, index: number): number => rangeOf(list, index)?.[0] ?? 0;

/** Removes entries of JSON, or of YAML in brackets, and formats the file again. This keeps most comments. */
function inBrackets(document: Document.Parsed, list: YAMLSeq, file: string, indexes: ReadonlySet<number>) {
  list.items = list.items.filter((_, index) => !indexes.has(index));
  if (extname(file).toLowerCase() === '.json') return `${JSON.stringify(document.toJS(), null, 2)}\n`;
  return document.toString({ lineWidth: 0 });
}

function inBlock(
  text: string,
  document: Document.Parsed,
  list: YAMLSeq,
  counter: LineCounter,
  indexes: ReadonlySet<number>,
): string {
  const lines = text.split('\n');
  // Lines count from 0 here. The dash may be on a line above its entry, so search upwards.
  const dashes = list.items.map((_, index) => {
    let line = counter.linePos(startOf(list, index)).line - 1;
    while (line > 0 && !/^\s*-(?:\s|$)/.test(lines[line] ?? '')) line--;
    return line;
  });
  const leads = dashes.map((dash) => {
    let line = dash;
    while (line > 0 && /^\s*#/.test(lines[line - 1] ?? '')) line--;
    return line;
  });
  const end = rangeOf(list, list.items.length - 1)?.[1] ?? text.length;
  const afterLast = text.slice(0, end).trimEnd().split('\n').length;
  const gone = new Set<number>();
  for (const index of indexes) {
    const until = leads[index + 1] ?? afterLast;
    for (let line = leads[index] ?? until; line < until; line++) gone.add(line);
  }
  if (indexes.size === list.items.length) emptyList(lines, document, counter);
  return lines.filter((_, line) => !gone.has(line)).join('\n');
}

function emptyList(lines: string[], document: Document.Parsed, counter: LineCounter): void {
  if (!isMap(document.contents)) return;
  const key = document.contents.items
    .map((pair) => pair.key)
    .find((each) => isScalar(each) && each.value === 'waivers');
  if (!isScalar(key) || !key.range) return;
  const { line, col } = counter.linePos(key.range[1]);
  const text = lines[line - 1] ?? '';
  const colon = text.indexOf(':', col - 1);
  lines[line - 1] = `${text.slice(0, colon + 1)} []${text.slice(colon + 1)}`;
}
