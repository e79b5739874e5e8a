// Compiles to an empty dist/, so that the package holds no files that were removed.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
// The compiler copies the JSON files whose types it reads; nothing loads the copies.
rmSync(new URL('../dist/spec', import.meta.url), { recursive: true });
// Style sheets and browser scripts of pages are not compiled.
const assets = 'src/reports/forms/html/assets/';
cpSync(new URL(`../${assets}`, import.meta.url), new URL(`../dist/${assets}`, import.meta.url), {
  recursive: true,
  filter: (file) => !file.endsWith('tsconfig.json'),
});
execFileSync(process.execPath, ['dist/src/cli/build.js'], { cwd: root, stdio: 'inherit' });
