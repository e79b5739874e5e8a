import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.js';

/** Copies the build, to be changed, without self-tests and compiled modules. The folder need not exist. */
export function copyBuild(folder: string): void {
  const root = packageRoot();
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, 'dist'), join(folder, 'dist'), {
    recursive: true,
    filter: (path) => !['selftest', 'compiled'].some((left) => path.includes(join('dist', left))),
  });
  for (const name of ['node_modules', 'spec']) symlinkSync(join(root, name), join(folder, name), 'junction');
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
}
