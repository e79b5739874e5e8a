import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, reasonOf } from '../../base/errors.js';
import type { ClusterConfig, SupportConfig } from './config.js';
import { type JournalContent, parseJournal, type SupportSet } from './journal-content.js';
import { placeOf } from './place.js';
import { makeStateFolder, stateFolderFor } from './state-dir.js';
import { WriteLog } from './write-log.js';

/** What a run found before its first change. */
export interface Found {
  readonly cluster?: ClusterConfig;
  readonly support?: SupportConfig;
}

/**
 * The record on disk of what the run changed and how to restore it. Written before a change, whole, with
 * fsync and an atomic replace, readable by its owner only: it may hold a secret that the suite enrolled.
 */
export class Journal {
  readonly file: string;
  /** The folder of the target, which holds lease and journal. */
  readonly folder: string;
  /** Which writes were sent and answered: what has no answer may still land. */
  readonly writes: WriteLog;
  readonly #stateDir: string;
  readonly #baseUrl: string;
  /** As it was last written or remembered here: it still holds where the file is lost. */
  #known: JournalContent | undefined;
  /** Whether what can't be written is kept in memory. */
  #mayFail = false;
  /** The admin's session: it may restore what a new login could not, once cluster MFA is on. */
  sessionId: string | undefined;

  constructor(stateDir: string, baseUrl: string) {
    this.#stateDir = stateDir;
    this.folder = stateFolderFor(stateDir, baseUrl);
    this.#baseUrl = baseUrl;
    this.file = join(this.folder, 'journal.json');
    this.writes = new WriteLog(join(this.folder, 'writes.jsonl'));
  }

  /** It was there, and is not any more, though nobody has closed it. */
  get isLost(): boolean {
    return this.#known !== undefined && !existsSync(this.file);
  }

  /**
   * @returns undefined when there is nothing to restore
   * @throws ConfigurationError when the file is damaged, newer than this version, or another target's
   */
  read(): JournalContent | undefined {
    let text: string;
    try {
      text = readFileSync(this.file, 'utf8');
    } catch (error) {
      if (isMissing(error) || this.#mayFail) return this.#known;
      throw new ConfigurationError(
        `The journal ${this.file} can't be read: it tells what to restore, so nothing is changed on the target. ` +
          `${reasonOf(error)}. Choose another folder with --state-dir only if no run has left a journal in it.`,
      );
    }
    const content = parseJournal(text, this.file);
    if (placeOf(content.baseUrl) !== placeOf(this.#baseUrl)) {
      throw new ConfigurationError(`The journal ${this.file} is of another target: ${content.baseUrl}`);
    }
    return this.#beforeLoss(content);
  }

  /** Keeps what stands on disk now, against its loss. For the holder of the lease alone: others' may be closed. */
  remember(): void {
    this.#known = this.read();
    this.writes.load();
  }

  /**
   * The folder is lost: what was remembered holds, and what was found before the first change, should a change have
   * been journalled since. From here on the journal is kept in memory where it can't be written.
   */
  holdWithout(found: Found): void {
    this.#known = { ...this.#empty(), ...found, ...this.#known };
    this.#mayFail = true;
    this.writes.loseFile();
  }

  /** What is on disk is enough to restore the state: a disk that is full now must not keep it from being restored. */
  beginRestoring(): void {
    this.#mayFail = true;
    this.writes.keepInMemory();
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

  /** The mode, and the address in the mode email, that the suite set for the support user. */
  noteSupportSet(supportSet: SupportSet): void {
    const now = this.#current();
    if (now.supportSet?.mfaType === supportSet.mfaType && now.supportSet.email === supportSet.email) return;
    this.#write({ ...now, supportSet });
  }

  /** What can't be undone through the API. */
  noteResidue(sentence: string): void {
    const now = this.#current();
    if (!now.residue.includes(sentence)) this.#write({ ...now, residue: [...now.residue, sentence] });
  }

  /** Closes it: the target is as it was found, and stays so. */
  remove(): void {
    this.#known = undefined;
    try {
      rmSync(this.file, { force: true });
      this.writes.clear();
    } catch (error) {
      if (!this.#mayFail) throw error;
    }
  }

  /** A worker that began after the loss took a changed state for the one that was found. */
  #beforeLoss(content: JournalContent): JournalContent {
    const known = this.#known;
    if (known === undefined || known.startedAt === content.startedAt) return content;
    const { cluster, support } = known;
    return {
      ...content,
      ...(cluster === undefined ? {} : { cluster }),
      ...(support === undefined ? {} : { support }),
    };
  }

  #current(): JournalContent {
    return this.read() ?? this.#empty();
  }

  #empty(): JournalContent {
    const session = this.sessionId === undefined ? {} : { sessionId: this.sessionId };
    const startedAt = new Date().toISOString();
    return { version: 1, baseUrl: this.#baseUrl, startedAt, ...session, residue: [] };
  }

  #write(content: JournalContent): void {
    const temporary = `${this.file}.${process.pid}`;
    const isFirst = this.#known === undefined && !existsSync(this.file);
    this.#known = content;
    try {
      makeStateFolder(this.#stateDir, this.folder);
      if (isFirst) this.writes.begin();
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
      syncFolder(this.folder);
    } catch (error) {
      removeIfThere(temporary);
      if (this.#mayFail) return;
      if (isFirst) this.#known = undefined;
      throw new ConfigurationError(
        `The journal ${this.file} can't be written, so nothing is changed on the target: ${reasonOf(error)}. ` +
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
