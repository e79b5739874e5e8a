import { dirname, join, relative, resolve } from 'node:path';
import { packageRoot } from '../../base/package-root.js';

/** The first line of a target file, by which editors know its keys. */
export function schemaLine(file: string): string {
  const schema = join(packageRoot(), 'spec', 'target.schema.json');
  const way = relative(dirname(resolve(file)), schema).replaceAll('\\', '/');
  // Where they lie far apart, the way from one to the other says less than the place.
  const place = way.startsWith('../../../') ? schema.replaceAll('\\', '/') : way;
  return `# yaml-language-server: $schema=${place}\n`;
}
