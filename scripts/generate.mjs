// Writes every file that is generated and checked in.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

for (const name of ['generate-releases.mjs', 'generate-requirement-ids.mjs', 'generate-contract-types.mjs']) {
  const script = fileURLToPath(new URL(name, import.meta.url));
  if (existsSync(script)) execFileSync(process.execPath, [script], { stdio: 'inherit' });
}
