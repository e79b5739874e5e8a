import './start.js';

// Playwright's process preloads this. If the parent dies, nobody restores the state, so tests must stop changing it.
// The parent's end closes standard input. Workers inherit this module and end with Playwright by themselves.
if (process.send === undefined) {
  process.stdin.once('end', () => process.exit(1)).resume();
  process.stdin.unref();
}
