import './start.js';

// When Playwright's parent ends, its standard input closes. Then the tests must stop: nobody would restore
// their changes.
if (process.argv[2] === 'test') {
  process.stdin.once('end', () => process.exit(1)).resume();
  process.stdin.unref();
}
