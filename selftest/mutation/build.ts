import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.js';
import type { InstrumentedFile } from './mutants.js';

/** Compiles the emulator with its switches in an empty folder, once for all mutants. @returns the program's path */
export function build(instrumented: readonly InstrumentedFile[], folder: string): string {
  const root = packageRoot();
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, 'emulator'), join(folder, 'emulator'), { recursive: true });
  for (const { name, content } of instrumented) writeFileSync(join(folder, name), content);
  for (const name of ['node_modules', 'spec']) symlinkSync(join(root, name), join(folder, name), 'junction');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  // Types are not checked here: the switches break narrowing.
  const compilerOptions = { noEmit: false, noCheck: true, rootDir: '.', outDir: 'dist', types: [] };
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions, include: ['emulator'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [compiler, '-p', join(folder, 'tsconfig.json')], { stdio: 'inherit' });
  return join(folder, 'dist', 'emulator', 'main.js');
}
