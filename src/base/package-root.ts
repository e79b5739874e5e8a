import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from './errors.js';

const packageName = 'mfa-conformance';

let found: string | undefined;

/**
 * The absolute path of this package's folder, which holds `spec/`. Sources and `dist/` share it.
 *
 * @throws ConfigurationError if the modules were taken out of their package
 */
export function packageRoot(): string {
  found ??= search(dirname(fileURLToPath(import.meta.url)));
  return found;
}

function search(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (nameOf(join(folder, 'package.json')) === packageName) return folder;
    if (folder === dirname(folder)) {
      throw new ConfigurationError(`No package.json of ${packageName} in ${start} or any folder above it.`);
    }
  }
}

function nameOf(file: string): unknown {
  if (!existsSync(file)) return undefined;
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return typeof content === 'object' && content !== null && 'name' in content ? content.name : undefined;
}
