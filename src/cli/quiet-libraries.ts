// The first import of the program, since libraries read these when they are loaded. What they print for DEBUG and
// NODE_DEBUG are whole requests, with passwords and codes in every form. Nothing of it is let through, and the
// processes that a run starts don't inherit the variables.
const variables = ['DEBUG', 'DEBUG_FILE', 'NODE_DEBUG', 'NODE_DEBUG_NATIVE'];

const given = variables.filter((name) => process.env[name]);
for (const name of variables) delete process.env[name];

if (given.length > 0) {
  process.stderr.write(
    `warning: ${given.join(' and ')}: ignored, since what libraries print for it holds secrets.\n`,
  );
  dropDebugLog();
}

/** Node has read NODE_DEBUG by now. Its versions print each message by either of these, in one call. */
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
