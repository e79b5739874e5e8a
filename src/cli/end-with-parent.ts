// Preloaded into Playwright's process: without the process that restores the state, no test may change it any
// more. The parent holds the other end of standard input, which closes however the parent ends. Workers inherit
// this module; they have a channel to Playwright, and end with it by themselves.
if (process.send === undefined) {
  process.stdin.once('end', () => process.exit(1)).resume();
  process.stdin.unref();
}
