import { ConfigurationError } from '../../base/errors.js';

/** Keys that lead to a value, such as `['accounts', 'admin', 'email']`. */
export type KeyPath = readonly (string | number)[];

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Collects all problems of a file, so that its author sees them together. */
export class Problems {
  readonly #problems: { readonly place: Place; readonly text: string }[] = [];

  constructor(private readonly file: string) {}

  add(place: Place, path: KeyPath, text: string): void {
    this.#problems.push({ place, text: path.length === 0 ? text : `${pathText(path)}: ${text}` });
  }

  throwIfAny(): void {
    if (this.#problems.length === 0) return;
    const sorted = this.#problems.toSorted(
      ({ place: one }, { place: other }) => one.line - other.line || one.column - other.column,
    );
    const lines = sorted.map(({ place, text }) => `${this.file}:${place.line}:${place.column} ${text}`);
    throw new ConfigurationError([...new Set(lines)].join('\n'));
  }
}

/** Such as `mail.run[0]`. */
export function pathText(path: KeyPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}
