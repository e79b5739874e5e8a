// Writes every file that is generated and checked in.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const node = (path, ...args) =>
  execFileSync(process.execPath, [fileURLToPath(new URL(path, import.meta.url)), ...args], {
    stdio: 'inherit',
  });
const [only, ...args] = process.argv.slice(2);

if (![undefined, 'docs', 'explain', 'order'].includes(only))
  throw new Error(`There is no part ${only}: docs, explain and order are.`);
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
node('../dist/selftest/order/write-order.js', ...(only === 'order' ? ['measure'] : []));
node('../dist/selftest/detection/write-document.js');
node('../dist/selftest/performance/write-document.js');
// Runs the suite, against many faults the first time: not each time.
if (only === 'explain') node('../dist/selftest/explained/write-exchanges.js', ...args);
if (only === 'docs') node('../dist/selftest/docs/write.js', ...args);
