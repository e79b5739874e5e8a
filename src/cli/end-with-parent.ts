import './start.js';

// Playwright's process preloads this. If its parent dies, nobody restores the state, so the tests must stop
// changing it. The parent's end closes standard input. Workers load this too, but they end with Playwright by
// themselves.
if (process.send === undefined) {
  process.stdin.once('end', () => process.exit(1)).resume();
  process.stdin.unref();
}
