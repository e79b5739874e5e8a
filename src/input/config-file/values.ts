import { Secret } from '../../base/secret.js';
import type { ConfigDocument } from './document.js';
import type { KeyPath } from './problems.js';

export class Values {
  constructor(
    private readonly document: ConfigDocument,
    private readonly root: unknown,
  ) {}

  has(path: KeyPath): boolean {
    return this.at(path) !== undefined;
  }

  text(path: KeyPath): string | undefined {
    const value = this.at(path);
    if (value === '') {
      this.problem(path, 'is empty: write a value, or leave the key out');
      return undefined;
    }
    return typeof value === 'string' ? value : undefined;
  }

  secret(path: KeyPath): Secret | undefined {
    const text = this.text(path);
    return text === undefined ? undefined : new Secret(text);
  }

  items(path: KeyPath): unknown[] {
    const value = this.at(path);
    return Array.isArray(value) ? value : [];
  }

  texts(path: KeyPath): string[] {
    return this.items(path).filter((item) => typeof item === 'string');
  }

  number(path: KeyPath): number | undefined {
    const value = this.at(path);
    return typeof value === 'number' ? value : undefined;
  }

  flag(path: KeyPath): boolean | undefined {
    const value = this.at(path);
    return typeof value === 'boolean' ? value : undefined;
  }

  /** False for a text from an environment variable or another file. */
  isWrittenOut(path: KeyPath): boolean {
    const written = valueAt(this.document.value, path);
    return typeof written === 'string' && !written.includes('${');
  }

  problem(path: KeyPath, text: string, at: 'value' | 'key' = 'value'): void {
    this.document.problem(path, text, at);
  }

  private at(path: KeyPath): unknown {
    return valueAt(this.root, path);
  }
}

function valueAt(root: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    return Reflect.get(value, part);
  }, root);
}
