import { basename, delimiter, dirname, relative } from 'node:path';
import { ConfigurationError } from '../base/errors.js';
import { isFileError } from '../base/files.js';
import { printable } from '../base/redaction/printable.js';
import { colourWanted } from '../base/words.js';

export function say(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function complain(text: string): void {
  process.stderr.write(`${text.split('\n').map(printable).join('\n')}\n`);
}

/** Runs a step that writes files. A full disk costs reports, not the verdict. @returns whether it worked */
export function isWritten(write: () => unknown, what?: string): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (!isFileError(error) && !(error instanceof ConfigurationError)) throw error;
    complain(what === undefined ? error.message : `${what}: ${error.message}`);
    return false;
  }
}

export function terminal(): { readonly colour: boolean; readonly width: number } {
  return { colour: colourWanted(process.stdout.isTTY === true), width: process.stdout.columns ?? 100 };
}

export function fromHere(path: string): string {
  return relative(process.cwd(), path) || '.';
}

/** The command as the user started it, so that users can paste hints. */
export function startedAs(script: string, env: NodeJS.ProcessEnv): string {
  if (env['npm_command'] === 'exec' && /[\\/]node_modules[\\/]/.test(script)) return 'npx mfa-conformance';
  const isOnPath = (env['PATH'] ?? '').split(delimiter).includes(dirname(script));
  // If npm linked the command, Node names the link.
  if (basename(script) !== 'main.js' && isOnPath) return basename(script);
  const path = relative(process.cwd(), script);
  return basename(script) === 'main.js' ? `node ${path}` : path;
}

/** EIO: the terminal is closed. */
const readerGone = ['EPIPE', 'EIO', 'ECONNRESET'];
let lost = false;

/** After its reader has ended (`| head`), the run must still restore and report. */
export function outliveOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (readerGone.includes(error.code ?? '') || lost) return;
    lost = true;
    complain(`Standard output can't be written to: ${error.message}.`);
  });
  process.stderr.on('error', () => {
    // Standard error has failed: no stream is left to report that.
  });
}

export function outputLost(): boolean {
  return lost;
}
