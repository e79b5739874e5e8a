import { Composer, type Document, Lexer, LineCounter, Parser } from 'yaml';
import { ConfigurationError } from '../../base/errors.js';

/** A YAML or JSON text with the places of its nodes. */
export interface Places {
  readonly yaml: Document;
  readonly lines: LineCounter;
}

/** The reader is recursive: deep nesting would exhaust the stack and end the process. */
const deepest = 200;
/** Tokens of the syntax with line breaks; vendors' full documents have about 400,000. */
const mostTokens = 2_000_000;
/** The reader compares each key of a mapping with all earlier ones. */
export const mostKeys = 10_000;

/** @throws ConfigurationError with the place of a part that is too costly to read */
export function placesOf(source: string, text: string): Places {
  const lines = new LineCounter();
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({ lineCounter: lines, prettyErrors: false });
  const refuse = (offset: number, message: string): never => {
    throw new ConfigurationError(`${at(source, { lines }, offset)}: ${message}`);
  };

  lines.addNewLine(0);
  let tokens = 0;
  const documents: Document[] = [];
  const compose = (parsed: ReturnType<Parser['next']>): void => {
    for (const token of parsed) for (const document of composer.next(token)) documents.push(document);
  };
  for (const lexeme of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens > mostTokens) refuse(parser.offset, `has more than ${mostTokens} tokens`);
    compose(parser.next(lexeme));
    if (parser.stack.length > deepest) refuse(parser.offset, 'is nested too deeply to be read');
    const top = parser.stack.at(-1);
    if (top !== undefined && 'items' in top && top.type !== 'block-seq' && top.items.length > mostKeys) {
      refuse(parser.offset, `has more than ${mostKeys} entries in one place`);
    }
  }
  compose(parser.end());
  for (const document of composer.end(true, text.length)) documents.push(document);
  const [yaml, second] = documents;
  if (yaml === undefined) return refuse(0, 'holds no OpenAPI document');
  if (second !== undefined) {
    return refuse(second.range?.[0] ?? 0, 'holds several documents; expected one');
  }
  return { yaml, lines };
}

/** An offset in the text as `source:line:column`. */
export function at(source: string, { lines }: Pick<Places, 'lines'>, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${source}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
}
