import { createContext, Script } from 'node:vm';
import { ConfigurationError } from '../../base/errors.js';

/** A thousand times what any reasonable pattern needs. */
const longestMs = 1_000;

const scope = createContext({ pattern: /(?:)/, text: '' });
const match = new Script('pattern.test(text)');

/**
 * Ajv calls this instead of `new RegExp`: a document may be hostile, so matching stops after a time limit.
 * OpenAPI patterns are JavaScript's, so its own engine matches.
 *
 * @throws ConfigurationError from `test` if matching takes too long, since the result is then unknown
 */
function bounded(source: string, flags: string) {
  const pattern = new RegExp(source, flags);
  return {
    test(text: string): boolean {
      scope['pattern'] = pattern;
      scope['text'] = text;
      try {
        return Boolean(match.runInContext(scope, { timeout: longestMs }));
      } catch (error) {
        if (!isTimeout(error)) throw error;
        throw new ConfigurationError(
          `The document's pattern ${pattern.source} takes more than ${longestMs / 1000} s on ${text.length} ` +
            'characters (catastrophic backtracking): write it without repetitions inside of repetitions.',
        );
      }
    },
    /** Ajv uses this text as a cache key. */
    toString: () => String(pattern),
  };
}

function isTimeout(error: unknown): boolean {
  // The error may come from another realm, so `instanceof` fails.
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}

/** Ajv needs `code` only for standalone programs. */
export const boundedPattern = Object.assign(bounded, { code: 'new RegExp' });
