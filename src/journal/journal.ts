import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../errors.js';
import type { ClusterConfig, SupportConfig } from './config.js';
import { type JournalContent, parseJournal } from './journal-content.js';
import { makeStateFolder, stateFolderFor } from './state-dir.js';

/**
 * The record on disk of what the run changed and how to give it back. Written before a change, whole, with
 * fsync and an atomic replace, readable by its owner only: it may hold a secret that the suite enrolled.
 */
export class Journal {
  readonly file: string;
  readonly #stateDir: string;
  readonly #folder: string;
  readonly #baseUrl: string;
  /** The admin's session: it may give back what a new login could not, once cluster MFA is on. */
  sessionId: string | undefined;

  constructor(stateDir: string, baseUrl: string) {
    this.#stateDir = stateDir;
    this.#folder = stateFolderFor(stateDir, baseUrl);
    this.#baseUrl = baseUrl;
    this.file = join(this.#folder, 'journal.json');
  }

  /**
   * @returns undefined when there is nothing to give back
   * @throws ConfigurationError when the file is damaged, newer than this version, or another target's
   */
  read(): JournalContent | undefined {
    let text: string;
    try {
      text = readFileSync(this.file, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw new ConfigurationError(
        `The journal ${this.file} can't be read: it tells what to give back, so nothing is changed on the target. ` +
          `${String(error)}. Choose another folder with --state-dir only if no run has left a journal in it.`,
      );
    }
    const content = parseJournal(text, this.file);
    if (content.baseUrl !== this.#baseUrl) {
      throw new ConfigurationError(`The journal ${this.file} is of another target: ${content.baseUrl}`);
    }
    return content;
  }

  /** Keeps what was found, the first time only: later findings are the suite's own doing. */
  noteFound(found: { readonly cluster: ClusterConfig } | { readonly support: SupportConfig }): void {
    const now = this.#current();
    if ('cluster' in found) {
      if (now.cluster === undefined) this.#write({ ...now, cluster: found.cluster });
    } else if (now.support === undefined) this.#write({ ...now, support: found.support });
  }

  /** The support user's TOTP that the suite enrolled: switching it off takes a code of it. */
  noteEnrolled(keyUri: string | undefined): void {
    const { enrolledUri: _, ...rest } = this.#current();
    this.#write(keyUri === undefined ? rest : { ...rest, enrolledUri: keyUri });
  }

  /** What the API can't take back. */
  noteResidue(sentence: string): void {
    const now = this.#current();
    if (!now.residue.includes(sentence)) this.#write({ ...now, residue: [...now.residue, sentence] });
  }

  remove(): void {
    rmSync(this.file, { force: true });
  }

  #current(): JournalContent {
    const session = this.sessionId === undefined ? {} : { sessionId: this.sessionId };
    const startedAt = new Date().toISOString();
    return this.read() ?? { version: 1, baseUrl: this.#baseUrl, startedAt, ...session, residue: [] };
  }

  #write(content: JournalContent): void {
    const temporary = `${this.file}.${process.pid}`;
    try {
      makeStateFolder(this.#stateDir, this.#folder);
      // Left by a process of this number that was killed: never written through, lest it be a link.
      rmSync(temporary, { force: true });
      const handle = openSync(temporary, 'wx', 0o600);
      try {
        writeFileSync(handle, `${JSON.stringify(content, undefined, 2)}\n`);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      renameSync(temporary, this.file);
      syncFolder(this.#folder);
    } catch (error) {
      removeIfThere(temporary);
      throw new ConfigurationError(
        `The journal ${this.file} can't be written, so nothing is changed on the target: ${String(error)}. ` +
          'Make room, or choose a writable folder with --state-dir.',
      );
    }
  }
}

function removeIfThere(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Where nothing can be written, nothing is there.
  }
}

/** A rename outlives a power loss once its folder is on disk; Windows doesn't let folders be opened. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** There is none; nor can there be one where a folder on its way is a file: that shows when it is written. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
