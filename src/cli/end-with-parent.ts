import './start.js';

// Playwright's process preloads this file. The end of its parent closes standard input. The tests then have to stop,
// because nobody would restore what they change. Workers load this file too, but end with Playwright.
if (process.argv[2] === 'test') {
  process.stdin.once('end', () => process.exit(1)).resume();
  process.stdin.unref();
}
