import { existsSync, fsyncSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { defined } from '../../base/defined.js';
import { ConfigurationError, codeOf, reasonOf } from '../../base/errors.js';
import { replaceFile, withFile } from '../../base/files.js';
import { type JournalContent, parseJournal, type SupportSet } from './config.js';
import { makeStateFolder, placeOf, stateFolderFor } from './state-dir.js';
import { WriteLog } from './write-log.js';

/** The target's configurations before the run's first change. */
export type Found = Pick<JournalContent, 'cluster' | 'support'>;

/** Records how to restore a target, before each change. Only the owner can read it: it may hold a secret. */
export class Journal {
  readonly file: string;
  readonly folder: string;
  readonly writes: WriteLog;
  /** The last content written or read. It stays valid if the file is lost. */
  #known: JournalContent | undefined;
  /** The admin's session, which can restore a target that refuses new logins once cluster MFA is on. */
  sessionId: string | undefined;

  constructor(
    private readonly stateDir: string,
    private readonly baseUrl: string,
  ) {
    this.folder = stateFolderFor(stateDir, baseUrl);
    this.file = join(this.folder, 'journal.json');
    this.writes = new WriteLog(join(this.folder, 'writes.jsonl'));
  }

  /** Whether the file disappeared without a call of {@link remove}. */
  get isLost(): boolean {
    return this.#known !== undefined && !existsSync(this.file);
  }

  /** @returns undefined if nothing must be restored @throws ConfigurationError if the file is of no use */
  read(): JournalContent | undefined {
    let text: string;
    try {
      text = readFileSync(this.file, 'utf8');
    } catch (error) {
      // If a file has the folder's name, the next write reports it.
      if (['ENOENT', 'ENOTDIR'].includes(codeOf(error)) || this.writes.mayFail) return this.#known;
      throw new ConfigurationError(
        `The journal ${this.file} can't be read: it records what to restore, so the suite changes nothing on the target. ` +
          `${reasonOf(error)}. Choose another folder with --state-dir only if no run has left a journal in it.`,
      );
    }
    const content = parseJournal(text, this.file);
    if (placeOf(content.baseUrl) !== placeOf(this.baseUrl))
      throw new ConfigurationError(`The journal ${this.file} is of another target: ${content.baseUrl}`);
    return this.#beforeLoss(content);
  }

  /** Remembers the content in case the file is lost. Call this only while holding the lease. */
  remember(): void {
    this.#known = this.read();
    this.writes.load();
  }

  /** Continues after the folder is lost, with the last known content or, if there is none, with `found`. */
  holdWithout(found: Found): void {
    this.#known = { ...this.#empty(), ...found, ...this.#known };
    this.writes.loseFile();
  }

  /** From now on, keeps the content in memory if a write fails: a full disk must not stop the restore. */
  beginRestoring(): void {
    this.writes.mayFail = true;
  }

  /** Records the configurations found first, and never replaces one: what GET shows later is the suite's own change. */
  noteFound(found: Found): void {
    const now = this.#current();
    const isKnown = Object.keys(found).every((part) => part in now);
    if (!isKnown) this.#write({ ...found, ...now });
  }

  /** Records the support user's enrolled key, whose code is needed to switch support MFA off. */
  noteEnrolled(keyUri: string | undefined): void {
    const { enrolledUri: _, ...rest } = this.#current();
    this.#write(keyUri === undefined ? rest : { ...rest, enrolledUri: keyUri });
  }

  noteSupportSet(supportSet: SupportSet): void {
    const now = this.#current();
    if (now.supportSet?.mfaType === supportSet.mfaType && now.supportSet.email === supportSet.email) return;
    this.#write({ ...now, supportSet });
  }

  noteResidue(sentence: string): void {
    const now = this.#current();
    if (!now.residue.includes(sentence)) this.#write({ ...now, residue: [...now.residue, sentence] });
  }

  remove(): void {
    this.#known = undefined;
    try {
      rmSync(this.file, { force: true });
      this.writes.clear();
    } catch (error) {
      if (!this.writes.mayFail) throw error;
    }
  }

  /** A worker that started after the loss has recorded a state that the suite had already changed. */
  #beforeLoss(content: JournalContent): JournalContent {
    const known = this.#known;
    if (known === undefined || known.startedAt === content.startedAt) return content;
    const { cluster, support } = known;
    return { ...content, ...defined({ cluster, support }) };
  }

  #current = (): JournalContent => this.read() ?? this.#empty();

  #empty(): JournalContent {
    const session = this.sessionId === undefined ? {} : { sessionId: this.sessionId };
    const startedAt = new Date().toISOString();
    return { version: 1, baseUrl: this.baseUrl, startedAt, ...session, residue: [] };
  }

  #write(content: JournalContent): void {
    const isFirst = this.#known === undefined && !existsSync(this.file);
    this.#known = content;
    try {
      makeStateFolder(this.stateDir, this.folder);
      if (isFirst) this.writes.begin();
      replaceFile(this.file, `${JSON.stringify(content, undefined, 2)}\n`, 0o600, true);
      // A rename survives a power loss only once the folder is synced. Windows can't open folders.
      if (process.platform !== 'win32') withFile(this.folder, 'r', fsyncSync);
    } catch (error) {
      if (this.writes.mayFail) return;
      if (isFirst) this.#known = undefined;
      throw new ConfigurationError(
        `The journal ${this.file} can't be written, so nothing is changed on the target: ${reasonOf(error)}. ` +
          'Make room, or choose a writable folder with --state-dir.',
      );
    }
  }
}
