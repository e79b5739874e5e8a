import { basename, delimiter, dirname, relative } from 'node:path';
import { printable } from '../base/redaction/printable.js';

/** A line for a person, on standard output. */
export function say(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** A line about what went wrong, on standard error. */
export function complain(text: string): void {
  process.stderr.write(`${text.split('\n').map(printable).join('\n')}\n`);
}

/** How a user started the program: so that hints can be pasted. */
export function startedAs(script: string, env: NodeJS.ProcessEnv): string {
  if (env['npm_command'] === 'exec' && /[\\/]node_modules[\\/]/.test(script)) return 'npx mfa-conformance';
  const isOnPath = (env['PATH'] ?? '').split(delimiter).includes(dirname(script));
  // Node names what it was given: of a command that npm has linked, the link.
  if (basename(script) !== 'main.js' && isOnPath) return basename(script);
  const path = relative(process.cwd(), script);
  return basename(script) === 'main.js' ? `node ${path}` : path;
}

let lost = false;

/**
 * Output that nobody takes any more (`| head`, a closed terminal) ends no command: a run still has a state to restore
 * and reports to write. A full disk is another matter: what was asked for is not there.
 */
export function outliveOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isReaderGone(error) || lost) return;
    lost = true;
    complain(`Standard output can't be written to: ${error.message}.`);
  });
  process.stderr.on('error', () => {
    // There is no other place to say it.
  });
}

/** Whether what was printed on standard output is not all where it was to go, for want of room. */
export function outputLost(): boolean {
  return lost;
}

/** EIO: the terminal is closed. */
function isReaderGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'EIO' || code === 'ECONNRESET';
}
