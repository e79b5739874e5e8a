import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

const built = ['cli', 'src', 'fixtures', 'tests', 'emulator'];

/** Returns the newest source if it is newer than dist/. The published package has no sources. */
export function newerThanBuild(root: string): string | undefined {
  const entry = join(root, 'dist', 'cli', 'main.js');
  if (!existsSync(join(root, 'tsconfig.build.json')) || !existsSync(entry)) return undefined;
  let newest = { file: '', at: statSync(entry).mtimeMs };
  for (const folder of built.map((name) => join(root, name)).filter((path) => existsSync(path))) {
    for (const each of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!each.isFile()) continue;
      const file = join(each.parentPath, each.name);
      const at = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      if (at > newest.at) newest = { file: relative(root, file), at };
    }
  }
  return newest.file === '' ? undefined : newest.file;
}
