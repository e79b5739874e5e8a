// Writes all generated files that are checked in. Some parts run only if the first argument names them.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const node = (path, ...args) =>
  execFileSync(process.execPath, [fileURLToPath(new URL(path, import.meta.url)), ...args], {
    stdio: 'inherit',
  });
const [only, ...args] = process.argv.slice(2);

if (![undefined, 'docs', 'explain', 'order', 'scarce', 'uses'].includes(only))
  throw new Error(`Unknown part ${only}: must be docs, explain, order, scarce or uses.`);
for (const name of [
  'generate-release-names',
  'generate-releases',
  'generate-uses-rows',
  'generate-statement-schema',
  'generate-contract-types',
])
  node(`${name}.mjs`);
// The following programs need compiled code with the new files.
node('build.mjs');
node('../dist/selftest/order/write-order.js', ...(only === 'order' || only === 'scarce' ? [only] : []));
node('../dist/selftest/detection/write-document.js');
node('../dist/selftest/performance/write-document.js');
// These programs run the suite, `explain` against many faults. So they run only on request.
if (only === 'explain') node('../dist/selftest/explained/write-exchanges.js', ...args);
if (only === 'uses') node('../dist/selftest/order/write-uses.js');
if (only === 'docs') node('../dist/selftest/docs/write.js', ...args);
