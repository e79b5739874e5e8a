import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.js';
import { mulberry32 } from '../detection/sample.js';
import { copyBuild } from '../tool/copy-build.js';

/**
 * A build of the suite whose test files run in another order: Playwright runs them by path, so each file and folder gets
 * a prefix. @returns the order by original path
 */
export function shuffled(seed: number, folder: string): string[] {
  copyBuild(folder);
  rmSync(join(folder, 'dist', 'tests'), { recursive: true });

  const random = mulberry32(seed);
  const from = join(packageRoot(), 'dist', 'tests');
  const folders = inAnyOrder(readdirSync(from).sort(), random);
  const renamed = new Map(folders.map((name, at) => [name, numbered(name, at)]));
  const order: string[] = [];
  for (const [name, now] of renamed) {
    const place = join(folder, 'dist', 'tests', now);
    cpSync(join(from, name), place, { recursive: true });
    const files = readdirSync(place).sort();
    for (const file of files.filter((each) => each.endsWith('.js'))) {
      const text = readFileSync(join(place, file), 'utf8');
      writeFileSync(join(place, file), toRenamed(text, renamed));
    }
    const specs = inAnyOrder(
      files.filter((file) => file.endsWith('.spec.js')),
      random,
    );
    for (const [at, file] of specs.entries()) {
      renameSync(join(place, file), join(place, numbered(file, at)));
      order.push(`${name}/${file}`);
    }
  }
  return order;
}

/** An import from another folder. */
function toRenamed(text: string, renamed: ReadonlyMap<string, string>): string {
  return text.replace(/(from '\.\.\/)([\w-]+)(?=\/)/g, (_, before: string, name: string) => {
    return `${before}${renamed.get(name) ?? name}`;
  });
}

function numbered(name: string, at: number): string {
  return `${String(at).padStart(2, '0')}-${name}`;
}

function inAnyOrder<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
