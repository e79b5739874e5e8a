import { createContext, Script } from 'node:vm';
import { ConfigurationError } from '../../base/errors.js';

/** No pattern that anybody meant to be matched takes a thousandth of it. */
const longestMs = 1_000;

const scope = createContext({ pattern: /(?:)/, text: '' });
const match = new Script('pattern.test(text)');

/**
 * A pattern of a document, which anybody may have written: where trying it out would take for ever, it ends after a
 * while. The engine is JavaScript's own, since that is the language of patterns in OpenAPI.
 */
class BoundedPattern {
  readonly #pattern: RegExp;

  constructor(source: string, flags: string) {
    this.#pattern = new RegExp(source, flags);
  }

  /** @throws ConfigurationError where that takes too long: nothing can be said then of the text */
  test(text: string): boolean {
    scope['pattern'] = this.#pattern;
    scope['text'] = text;
    try {
      return Boolean(match.runInContext(scope, { timeout: longestMs }));
    } catch (error) {
      if (!isTimeout(error)) throw error;
      throw new ConfigurationError(
        `The document's pattern ${this.#pattern.source} takes more than ${longestMs / 1000} s on ${text.length} ` +
          'characters (catastrophic backtracking): write it without repetitions inside of repetitions.',
      );
    }
  }

  /** Ajv keeps patterns by it. */
  toString(): string {
    return String(this.#pattern);
  }
}

function isTimeout(error: unknown): boolean {
  // It may be an Error of another realm.
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}

/** What Ajv takes in place of `new RegExp`; `code` is for programs that it writes to files. */
export const boundedPattern = Object.assign(
  (source: string, flags: string) => new BoundedPattern(source, flags),
  { code: 'new RegExp' },
);
