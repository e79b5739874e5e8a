// Libraries read these variables when they load. Their debug output would show passwords and codes.
const variables = ['DEBUG', 'DEBUG_FILE', 'NODE_DEBUG', 'NODE_DEBUG_NATIVE'];

const given = variables.filter((name) => process.env[name]);
for (const name of variables) delete process.env[name];

if (given.length > 0) {
  process.stderr.write(
    `warning: ${given.join(' and ')}: ignored, because their debug output holds secrets.\n`,
  );
  dropDebugLog();
}

/** Node has already read NODE_DEBUG, and prints its own debug messages through the two functions below. */
function dropDebugLog(): void {
  Reflect.set(process, '_rawDebug', () => undefined);
  const colour = `(?:${'\u001b'}\\[\\d+m)?`;
  const message = new RegExp(`^\\S+ ${colour}${process.pid}${colour}: `);
  const { stderr } = process;
  const write = stderr.write;
  const filtered = (...args: unknown[]): boolean =>
    typeof args[0] === 'string' && message.test(args[0]) ? true : Reflect.apply(write, stderr, args);
  stderr.write = filtered;
}
