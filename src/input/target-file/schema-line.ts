import { dirname, join, relative, resolve } from 'node:path';
import { packageRoot } from '../../base/package-root.js';

/** The first line of a target file, which tells editors its keys. */
export function schemaLine(file: string): string {
  const schema = join(packageRoot(), 'spec', 'target.schema.json');
  const way = relative(dirname(resolve(file)), schema).replaceAll('\\', '/');
  // For distant folders the absolute path is easier to read.
  const place = way.startsWith('../../../') ? schema.replaceAll('\\', '/') : way;
  return `# yaml-language-server: $schema=${place}\n`;
}
