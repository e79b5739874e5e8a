#!/usr/bin/env node
// Old Node versions can read this file. Without the check they would exit with 1, as for a failed `must`.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`mfa-conformance needs Node 20.19 or later; this is Node ${process.versions.node}.`);
  process.exitCode = 2;
} else {
  import('../src/cli/start.js')
    .then(() => import('../src/cli/main.js'))
    .catch((error) => {
      console.error(error);
      process.exitCode = 2;
    });
}
