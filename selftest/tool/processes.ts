import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Registers an act to run when something ends, such as a test. */
export type OnEnd = (end: () => void | Promise<void>) => void;

/** Makes a folder. `onEnd` gets the function that removes it. */
export function folderUntil(onEnd: OnEnd, name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `mfa-conformance-${name}-`));
  onEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));
  return folder;
}

export const scratchFolder = (name: string): string =>
  folderUntil((end) => void process.once('exit', end), name);

export function printedOn(...streams: readonly (Readable | null)[]): () => string {
  let text = '';
  for (const stream of streams)
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  return () => text;
}

/** The first line that a process prints. @throws if the process ends before it */
export function firstLineOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${child.spawnargs.join(' ')} ended with ${code}.`)));
    if (child.stdout !== null) createInterface(child.stdout).once('line', resolve);
  });
}
