import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { packageRoot } from '../../src/base/package-root.js';

export interface Source {
  /** The path from the package's folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export function sourcesIn(...folders: readonly string[]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(packageRoot(), folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name.split(sep).join('/')}`)
      .sort()
      .map(sourceAt),
  );
}

export function sourceAt(path: string): Source {
  return { path, text: readFileSync(join(packageRoot(), path), 'utf8') };
}

export function importsOf({ path, text }: Source): string[] {
  const specifiers = [
    ...text.matchAll(/^\s*(?:import|export)\b[^'"`;]*?\bfrom\s+['"]([^'"]+)['"]/gm),
    ...text.matchAll(/^\s*import\s+['"]([^'"]+)['"]/gm),
    ...text.matchAll(/\bimport\(\s*['"`]([^'"`]+)['"`]/g),
    ...text.matchAll(/\bresolve\(['"]((?:@\w[\w-]*\/)?[a-z][\w-]*(?:\/\w+)?)['"]\)/g),
  ].map(([, specifier = '']) => specifier);
  return [...new Set(specifiers)].map((specifier) =>
    specifier.startsWith('.')
      ? posix.join(dirname(path), specifier)
      : specifier.startsWith('node:')
        ? specifier
        : packageOf(specifier),
  );
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
