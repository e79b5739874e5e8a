import { extname } from 'node:path';
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
import { jsonErrorOffset } from './json-syntax.js';
import { type KeyPath, type Place, Problems } from './problems.js';
import { yamlSentence } from './yaml-errors.js';

const maxDepth = 50;
/** More than any hand-written file has; far less than a file made to fill the memory. */
const maxAliases = 100;

/** A YAML or JSON file whose values know where they stand. */
export class ConfigDocument {
  readonly problems: Problems;
  /** The content as plain data. */
  readonly value: unknown;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;

  /**
   * @param file the name that messages begin with; `.json` is read as JSON, all else as YAML
   * @throws ConfigurationError naming line and column, when the text is neither; never quoting the text
   */
  constructor(
    text: string,
    readonly file: string,
  ) {
    this.problems = new Problems(file);
    this.#lines = new LineCounter();
    this.#checkDepth(text);
    if (extname(file).toLowerCase() === '.json') this.#checkJson(text);
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      stringKeys: true,
      // `silent` would also be silent about a second document.
      logLevel: 'error',
    });
    this.#checkSyntax(text);
    this.#checkAliases();
    this.value = this.#toValue();
  }

  /** Reports something at a value, or at its key. */
  problem(path: KeyPath, text: string, at: 'value' | 'key' = 'value'): void {
    this.problems.add(this.placeOf(path, at), path, text);
  }

  /** The place of a value, or of the nearest one around it that is there. */
  placeOf(path: KeyPath, at: 'value' | 'key' = 'value'): Place {
    for (let length = path.length; length > 0; length--) {
      const found = this.#find(path.slice(0, length));
      if (found === undefined) continue;
      // What is missing inside something is reported where that something is named.
      const wanted = length === path.length ? at : 'key';
      const node = wanted === 'value' && !isEmpty(found.value) ? found.value : (found.key ?? found.value);
      if (node?.range) return this.#placeAt(node.range[0]);
    }
    return { line: 1, column: 1 };
  }

  /** A plain value as it is written: `7.0`, where the data only says 7. */
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

  /** The parser below calls itself for each level, so a deep enough file would end the process. */
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
    const before = text.slice(0, offset).split('\n');
    const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    this.problems.add(place, [], `nested too deeply: more than ${maxDepth} levels`);
    this.problems.throwIfAny();
  }

  #checkJson(text: string): void {
    const offset = jsonErrorOffset(text, maxDepth);
    if (offset === undefined || text.trim() === '') return;
    const before = text.slice(0, offset).split('\n');
    const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    this.problems.add(
      place,
      [],
      'not valid JSON from here on: look for a missing quote or comma, a comma too many, or a comment',
    );
    this.problems.throwIfAny();
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
    // One broken place makes errors of all that follows it.
    if (broken === undefined) all.forEach(report);
    else report(broken);
    this.problems.throwIfAny();
  }

  #checkAliases(): void {
    visit(this.#document, {
      Alias: (_, alias, ancestors) => {
        const anchored = alias.resolve(this.#document);
        const place = this.#placeAt(alias.range?.[0] ?? 0);
        if (anchored === undefined) {
          this.problems.add(
            place,
            [],
            'an alias (*name) without anchor (&name): quote the value if it is text',
          );
        } else if (ancestors.some((ancestor) => ancestor === anchored)) {
          this.problems.add(place, [], 'an alias (*name) inside of what it stands for');
        }
      },
    });
    this.problems.throwIfAny();
  }

  #toValue(): unknown {
    try {
      return this.#document.toJS({ maxAliasCount: maxAliases });
    } catch {
      // Aliases that are resolved fail here for one reason only.
      this.problems.add({ line: 1, column: 1 }, [], 'too many aliases (*name): write the values out');
      this.problems.throwIfAny();
    }
    return undefined;
  }

  /** The path of the key that begins at an offset. */
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

/** One step for each lexeme, since whole documents come only when it is too late to stop. */
function* tokensOf(parser: Parser, text: string): Generator<void> {
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme)) yield;
    yield;
  }
}

function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.range?.[0] === node.range?.[1]);
}
