import { cut } from '../../base/words.js';

const longestValue = 60;

/** The measured ones of these facts, each as `throttleAfter 5`. */
export function factsOf(names: readonly string[], facts: Readonly<Record<string, unknown>>): string[] {
  return names.flatMap((name) =>
    Object.hasOwn(facts, name) ? [`${name} ${cut(JSON.stringify(facts[name]) ?? '', longestValue)}`] : [],
  );
}
