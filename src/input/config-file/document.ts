import { extname } from 'node:path';
import { Tokenizer, TokenParser } from '@streamparser/json';
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type ParsedNode,
  Parser,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { ConfigurationError, reasonOf } from '../../base/errors.js';
import { parsedJson } from '../../base/shape.js';
import { type KeyPath, type Place, Problems } from './problems.js';
import { readTextFile } from './text-file.js';

const maxDepth = 50;
/** Hand-written files have fewer aliases. More could fill the memory. */
const maxAliases = 100;

export class ConfigDocument {
  readonly problems: Problems;
  readonly value: unknown;
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();

  /** @throws ConfigurationError with the place of a mistake, without the text */
  constructor(
    readonly text: string,
    readonly file: string,
  ) {
    this.problems = new Problems(file);
    this.#checkDepth(text);
    if (extname(file).toLowerCase() === '.json') this.#checkJson(text);
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      stringKeys: true,
      // `silent` would also hide a second document.
      logLevel: 'error',
    });
    this.#checkSyntax(text);
    this.#checkAliases();
    this.value = this.#toValue();
  }

  /** @param needs the required keys, if the file must be a mapping */
  static read(file: string, needs?: string): ConfigDocument {
    const read = readTextFile(file);
    if ('trouble' in read) throw new ConfigurationError(`${file}: ${read.trouble}`);
    const document = new ConfigDocument(read.text, file);
    if (needs !== undefined) document.requireMapping(needs);
    return document;
  }

  requireMapping(needs: string): void {
    if (isMap(this.#document.contents)) return;
    const isEmpty = this.value === null || this.value === undefined;
    const what = isEmpty ? 'the file is empty' : 'the file is not a mapping (key: value)';
    this.problem([], `${what}: it needs ${needs}`);
    this.problems.throwIfAny();
  }

  problem(path: KeyPath, text: string, at: 'value' | 'key' = 'value'): void {
    this.problems.add(this.placeOf(path, at), path, text);
  }

  placeOf(path: KeyPath, at: 'value' | 'key' = 'value'): Place {
    for (let length = path.length; length > 0; length--) {
      const found = this.#find(path.slice(0, length));
      if (found === undefined) continue;
      const wanted = length === path.length ? at : 'key';
      const node = wanted === 'value' && !isEmpty(found.value) ? found.value : (found.key ?? found.value);
      if (node?.range) return this.#placeAt(node.range[0]);
    }
    return { line: 1, column: 1 };
  }

  /** Such as `7.0`, which is the number 7 in the data. */
  writtenAs(path: KeyPath): string | undefined {
    const node = this.#find(path)?.value;
    return isScalar(node) ? node.source : undefined;
  }

  #find(path: KeyPath): { key?: Node; value: Node | null } | undefined {
    let found: { key?: Node; value: Node | null } = { value: this.#document.contents };
    for (const part of path) {
      const node = isAlias(found.value) ? found.value.resolve(this.#document) : found.value;
      if (isMap<ParsedNode, ParsedNode | null>(node)) {
        const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
        if (pair === undefined) return undefined;
        found = { key: pair.key, value: pair.value };
      } else if (isSeq<ParsedNode>(node) && typeof part === 'number') {
        const item = node.items[part];
        if (item === undefined) return undefined;
        found = { value: item };
      } else return undefined;
    }
    return found;
  }

  #placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  /** The parser is recursive: a deeply nested file would exhaust the stack. */
  #checkDepth(text: string): void {
    const parser = new Parser();
    let deepest = 0;
    let offset = 0;
    for (const _ of tokensOf(parser, text)) {
      if (parser.stack.length > deepest) {
        deepest = parser.stack.length;
        offset = parser.offset;
      }
      if (deepest > maxDepth) break;
    }
    if (deepest <= maxDepth) return;
    this.#fail(placeIn(text, offset), `nested too deeply: more than ${maxDepth} levels`);
  }

  #checkJson(text: string): void {
    const offset = jsonErrorOffset(text);
    if (offset === undefined || text.trim() === '') return;
    this.#fail(
      placeIn(text, offset),
      'not valid JSON from here on: look for a missing quote or comma, a comma too many, or a comment',
    );
  }

  #checkSyntax(text: string): void {
    const lines = text.split('\n');
    const report = (error: YAMLError) => {
      const place = this.#placeAt(error.pos[0]);
      const path = error.code === 'DUPLICATE_KEY' ? this.#pathAt(error.pos[0]) : [];
      this.problems.add(place, path, yamlSentence(error, lines[place.line - 1] ?? ''));
    };
    const all = [...this.#document.errors, ...this.#document.warnings];
    const broken = all.find(({ code }) => code !== 'DUPLICATE_KEY');
    // One broken place causes errors in all text after it.
    if (broken === undefined) all.forEach(report);
    else report(broken);
    this.problems.throwIfAny();
  }

  #checkAliases(): void {
    visit(this.#document, {
      Alias: (_, alias, ancestors) => {
        const anchored = alias.resolve(this.#document);
        const place = this.#placeAt(alias.range?.[0] ?? 0);
        const text =
          anchored === undefined
            ? 'an alias (*name) without anchor (&name): quote the value if it is text'
            : 'an alias (*name) inside the value of its own anchor (&name)';
        if (anchored === undefined || ancestors.includes(anchored)) this.problems.add(place, [], text);
      },
    });
    this.problems.throwIfAny();
  }

  #toValue(): unknown {
    try {
      return this.#document.toJS({ maxAliasCount: maxAliases });
    } catch {
      // Each alias was checked before, so only their number can be the reason.
      return this.#fail({ line: 1, column: 1 }, 'too many aliases (*name): write the values out');
    }
  }

  #fail(place: Place, text: string): void {
    this.problems.add(place, [], text);
    this.problems.throwIfAny();
  }

  #pathAt(offset: number): KeyPath {
    let path: KeyPath = [];
    visit(this.#document, {
      Pair: (_, pair, ancestors) => {
        if (!isScalar(pair.key) || pair.key.range?.[0] !== offset) return;
        const keys = [...ancestors, pair].flatMap((node) => (isPair(node) ? [node.key] : []));
        path = keys.flatMap((key) => (isScalar(key) ? [String(key.value)] : []));
        return visit.BREAK;
      },
    });
    return path;
  }
}

function placeIn(text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Yields after each step, so that the caller can stop. */
function* tokensOf(parser: Parser, text: string): Generator<void> {
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme)) yield;
    yield;
  }
}

const isEmpty = (node: Node | null): boolean =>
  node === null || (isScalar(node) && node.range?.[0] === node.range?.[1]);

/** The parser's own messages may quote a password. */
const sentences: { readonly [Code in YAMLError['code']]?: string } = {
  BAD_ALIAS: "an alias (*name) can't have spaces or special characters: quote the value if it is text",
  BAD_DQ_ESCAPE: 'unknown escape in a "…" text: write \\\\ for a backslash, or use \'…\'',
  BAD_INDENT: 'wrong indentation, or a bracket, brace or quote that is not closed',
  BAD_SCALAR_START: "a text can't begin with this character unless it is quoted: use '…'",
  BLOCK_AS_IMPLICIT_KEY: 'a second key on one line: put it on its own line, or quote a text that holds ": "',
  BLOCK_IN_FLOW: 'a block inside { } or [ ]: write all of it in brackets, or no part of it',
  DUPLICATE_KEY: 'this key was there before: keep one of the two',
  KEY_OVER_1024_CHARS: 'a key longer than 1024 characters',
  MISSING_CHAR: 'a colon, comma or closing quote is missing',
  MULTILINE_IMPLICIT_KEY: 'a key over several lines: a colon or a closing quote is missing',
  MULTIPLE_DOCS:
    'a second document begins here: remove the --- and what follows, or make it a file of its own',
  NON_STRING_KEY: 'a key must be a plain word',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  TAB_AS_INDENT: 'a tab: indent with spaces',
  TAG_RESOLVE_FAILED: 'a tag (!…) has no meaning here: quote the value if it is text',
};

function yamlSentence(error: YAMLError, line: string): string {
  // Within { }, YAML reads the braces of an unquoted ${VAR} as a mapping.
  if (error.code !== 'DUPLICATE_KEY' && /[{[,].*\$\{/.test(line)) {
    return `not valid YAML: inside { } or [ ] a value with \${…} must be quoted: "\${VAR}"`;
  }
  const sentence =
    sentences[error.code] ?? 'unexpected text; look for a wrong character on this line or the one before';
  return error.code === 'DUPLICATE_KEY' ? sentence : `not valid YAML: ${sentence}`;
}

/** Messages of JSON.parse quote the text, which may hold a password. */
function jsonErrorOffset(text: string): number | undefined {
  if (parsedJson(text) !== undefined) return undefined;
  let bytes = 0;
  const tokenizer = new Tokenizer();
  const parser = new TokenParser();
  tokenizer.onToken = (token) => {
    bytes = token.offset;
    parser.write(token);
  };
  parser.onValue = () => {};
  try {
    tokenizer.write(text);
    tokenizer.end();
    parser.end();
  } catch (error) {
    const [, position = bytes] = /absolute position "(\d+)"/.exec(reasonOf(error)) ?? [];
    bytes = Number(position);
  }
  return Buffer.from(text).subarray(0, bytes).toString().length;
}
