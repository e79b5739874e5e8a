import { printable } from '../base/redaction/printable.js';

/** A line for a person, on standard output. */
export function say(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** A line about what went wrong, on standard error. */
export function complain(text: string): void {
  process.stderr.write(`${text.split('\n').map(printable).join('\n')}\n`);
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
