import { resolve } from 'node:path';
import type { ConfigDocument } from './document.js';
import type { KeyPath } from './problems.js';
import { readTextFile } from './text-file.js';

/**
 * Inserts environment variables and `{ fromFile }`, relative to `folder`, and reports missing ones. It works on
 * parsed values, so that inserted texts may hold any character.
 */
export function resolveValues(document: ConfigDocument, folder: string, env: NodeJS.ProcessEnv): unknown {
  const text = (value: string, path: KeyPath) =>
    value.replace(/\$\{([^}]*)\}?/g, (whole: string, name: string) => {
      if (!/^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/.test(whole)) {
        document.problem(
          path,
          `\${…} can hold the name of an environment variable only; put a value that holds \${ itself into one`,
        );
        return '';
      }
      const found = env[name];
      if (found === undefined) document.problem(path, `the environment variable ${name} is not set`);
      else if (found === '' && whole === value)
        document.problem(path, `the environment variable ${name} is empty`);
      return found ?? '';
    });

  const fromFile = (file: string, path: KeyPath): string => {
    const read = readTextFile(resolve(folder, file));
    if ('trouble' in read) {
      document.problem([...path, 'fromFile'], `${file}: ${read.trouble}`);
      return '';
    }
    const value = read.text.replace(/\r?\n$/, '');
    if (value === '') document.problem([...path, 'fromFile'], `${file}: is empty`);
    return value;
  };

  const walk = (value: unknown, path: KeyPath): unknown => {
    if (typeof value === 'string') return text(value, path);
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const only = entries.length === 1 ? entries[0] : undefined;
    if (only?.[0] === 'fromFile' && typeof only[1] === 'string' && only[1] !== '') {
      const file = text(only[1], [...path, 'fromFile']);
      return file === '' ? '' : fromFile(file, path);
    }
    return Object.fromEntries(entries.map(([key, item]) => [key, walk(item, [...path, key])]));
  };

  return walk(document.value, []);
}
