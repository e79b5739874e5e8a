// Writes every file that is generated and checked in.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const node = (path) =>
  execFileSync(process.execPath, [fileURLToPath(new URL(path, import.meta.url))], { stdio: 'inherit' });

for (const name of [
  'generate-release-names',
  'generate-releases',
  'generate-requirement-ids',
  'generate-statement-schema',
  'generate-contract-types',
])
  node(`${name}.mjs`);
// What follows is made by compiled code, out of what was generated just now.
node('build.mjs');
node('../dist/selftest/detection/write-document.js');
