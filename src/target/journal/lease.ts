import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  linkSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ConfigurationError, reasonOf } from '../../base/errors.js';
import { jsonOf, objectOf, shapedLike, shapes } from '../../base/shape.js';
import { type Moment, momentNow } from './moment.js';
import { makeStateFolder, stateFolderFor } from './state-dir.js';

/** Who holds a target, as it stands in the lease's file. */
export interface LeaseHolder {
  /** Of the target; leases of old don't say it. */
  readonly baseUrl?: string;
  /** The user, and the CI job where there is one. */
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
  /** Of one process: tells two of the same number apart. */
  readonly id: string;
  /** In which pids of this host mean the same; empty where that is not known. */
  readonly pidSpace: string;
  /** ISO 8601, the runner's clock. */
  readonly since: string;
  readonly expiresAt: string;
  /** When it was renewed last; leases of old don't say it. */
  readonly renewed?: Moment;
}

export interface LeaseOptions {
  /** Wait until the holder is done, instead of giving up. */
  readonly wait: boolean;
  /** Told of a wait, and of a stale lease that is taken over. */
  readonly tell: (message: string) => void;
  readonly env: NodeJS.ProcessEnv;
}

/** How long a lease holds without being renewed; and how often it is. */
const holdsMs = 120_000;
const renewedEveryMs = 15_000;
const lookedAtEveryMs = 250;
const longestClockJumpMs = 3_600_000;
/** Taking over takes milliseconds: who has begun it so long ago was killed in it. */
const longestTakeOverMs = 10_000;

const heldHere = new Set<Lease>();

function releaseAll(): void {
  for (const lease of heldHere) lease.release();
}

/** Somebody else uses the target now. */
export interface Busy {
  readonly holder: string;
}

/**
 * The one run that may use a target: a file beside its journal, so that a shared state folder keeps runs of several
 * machines apart. It comes into being whole and only where there is none; it is renewed through the handle by which
 * it was made, so that a holder who lost it can't overwrite its successor's.
 */
export class Lease {
  #lost: ((reason: string) => void) | undefined;
  readonly #timer: NodeJS.Timeout;

  private constructor(
    private readonly file: string,
    private readonly handle: number,
    private readonly holder: LeaseHolder,
  ) {
    this.#timer = setInterval(() => this.#renew(), renewedEveryMs);
    this.#timer.unref();
    if (heldHere.size === 0) process.once('exit', releaseAll);
    heldHere.add(this);
  }

  /**
   * @throws ConfigurationError when the state folder can't be written to
   */
  static take(stateDir: string, baseUrl: string, options: LeaseOptions): Promise<Lease | Busy> {
    const folder = stateFolderFor(stateDir, baseUrl);
    const holder = () => ownHolder(baseUrl, options.env);
    return Lease.#takeFile(join(folder, 'lease.json'), baseUrl, options, holder, (file, own) =>
      writing(file, () => {
        makeStateFolder(stateDir, folder);
        return tryToTake(file, own);
      }),
    );
  }

  /** Likewise of a folder that is there, so that no other run writes its reports into it. */
  static takeFolder(folder: string, options: LeaseOptions): Promise<Lease | Busy> {
    const { baseUrl: _, ...holder } = ownHolder('', options.env);
    return Lease.#takeFile(join(folder, 'lease.json'), folder, options, () => holder, tryToTake);
  }

  static async #takeFile(
    file: string,
    name: string,
    options: LeaseOptions,
    newHolder: () => LeaseHolder,
    attempt: (file: string, holder: LeaseHolder) => Taken,
  ): Promise<Lease | Busy> {
    let told = '';
    for (;;) {
      const holder = newHolder();
      const taken = attempt(file, holder);
      if (typeof taken === 'number') return new Lease(file, taken, holder);
      if (taken !== undefined && 'stale' in taken) {
        options.tell(`${name}: took over the lease of ${describe(taken.stale)}: ${taken.why}.`);
        return new Lease(file, taken.handle, holder);
      }
      const who = taken === undefined ? 'another run' : describe(taken);
      if (!options.wait) return { holder: who };
      if (told !== who) options.tell(`${name} is in use by ${who}. Waiting until it is free.`);
      told = who;
      await pause(lookedAtEveryMs);
    }
  }

  /** Who holds a target now; undefined where nobody does, or a lease is stale. */
  static holderOf(folder: string): string | undefined {
    const there = read(join(folder, 'lease.json'));
    return there === undefined || staleness(there) !== undefined ? undefined : describe(there);
  }

  /** Called once if somebody else takes the lease over, as after the machine slept, or if its file is gone. */
  onLost(tell: (reason: string) => void): void {
    this.#lost = tell;
  }

  release(): void {
    clearInterval(this.#timer);
    heldHere.delete(this);
    try {
      const ours = this.#isOurs();
      closeSync(this.handle);
      if (ours) rmSync(this.file, { force: true });
    } catch {
      // Gone already, or released before: either way nobody is kept out for longer than it expires.
    }
  }

  #renew(): void {
    if (!this.#isOurs()) {
      clearInterval(this.#timer);
      const holder = Lease.holderOf(dirname(this.file));
      this.#lost?.(
        holder === undefined ? `the lease ${this.file} is gone` : `the lease was taken over by ${holder}`,
      );
      return;
    }
    try {
      const text = textOf({ ...this.holder, ...fromNow() });
      writeSync(this.handle, text, 0);
    } catch {
      // A disk that is full now may not be at the next time; it holds for eight of them.
    }
  }

  #isOurs(): boolean {
    try {
      const [ours, there] = [fstatSync(this.handle), statSync(this.file)];
      return ours.ino === there.ino && ours.dev === there.dev;
    } catch {
      return false;
    }
  }
}

type Taken = number | LeaseHolder | { handle: number; stale: LeaseHolder; why: string } | undefined;

/** @returns the handle of the lease; or who has it; undefined where somebody is just taking it */
function tryToTake(file: string, holder: LeaseHolder): Taken {
  const handle = create(file, holder);
  if (handle !== undefined) return handle;
  const there = read(file);
  if (there === undefined || staleness(there) === undefined) return there;
  return takeOver(file, holder);
}

/** Puts the lease there where there is none, with its whole content from the first moment on. */
function create(file: string, holder: LeaseHolder): number | undefined {
  const own = `${file}.${holder.id}`;
  const handle = write(own, holder);
  try {
    linkSync(own, file);
    return handle;
  } catch (error) {
    closeSync(handle);
    if (codeOf(error) === 'EEXIST') return undefined;
    if (!noLinks.has(codeOf(error))) throw error;
    return createWithoutLinks(file, holder);
  } finally {
    rmSync(own, { force: true });
  }
}

/** What file systems answer that know no hard links. */
const noLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

function createWithoutLinks(file: string, holder: LeaseHolder): number | undefined {
  try {
    return write(file, holder);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw error;
  }
}

/** A new file with the holder; the handle stays open. */
function write(file: string, holder: LeaseHolder): number {
  const handle = openSync(file, 'wx+', 0o644);
  try {
    writeFileSync(handle, textOf(holder));
    return handle;
  } catch (error) {
    closeSync(handle);
    rmSync(file, { force: true });
    throw error;
  }
}

/** Of several who found it stale, one replaces it: who makes the mark first, and still finds it stale then. */
function takeOver(file: string, holder: LeaseHolder): Taken {
  const mark = `${file}.taking-over`;
  try {
    writeFileSync(mark, '', { flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    if (ageOf(mark) > longestTakeOverMs) rmSync(mark, { force: true });
    return undefined;
  }
  try {
    const stale = read(file);
    const why = stale === undefined ? undefined : staleness(stale);
    if (stale === undefined || why === undefined) return stale;
    const own = `${file}.${holder.id}`;
    const handle = write(own, holder);
    renameSync(own, file);
    return { handle, stale, why };
  } finally {
    rmSync(mark, { force: true });
  }
}

/** Why a lease holds no more, in words. */
function staleness(there: LeaseHolder): string | undefined {
  const isHere = there.host === hostname() && there.pidSpace === pidSpace() && there.id !== ownId;
  if (isHere && (there.pid === process.pid || !isAlive(there.pid))) return 'its process is gone';
  return expiredMs(there, isHere) < 0 ? undefined : `it expired at ${there.expiresAt}`;
}

/** A clock that was set makes a lease look old whose process goes on renewing it: on one machine another one counts. */
function expiredMs({ renewed, expiresAt }: LeaseHolder, isHere: boolean): number {
  const now = momentNow();
  if (renewed !== undefined && renewed.boot !== '' && renewed.boot === now.boot)
    return now.up - renewed.up - holdsMs;
  return Date.now() - Date.parse(expiresAt) - (isHere ? longestClockJumpMs : 0);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

const ownId = randomUUID();

function ownHolder(baseUrl: string, env: NodeJS.ProcessEnv): LeaseHolder {
  const now = new Date().toISOString();
  const job = env['CI_JOB_URL'] ?? env['BUILD_URL'] ?? githubJob(env);
  const owner = job === undefined ? userName() : `${userName()} (${job})`;
  return {
    baseUrl,
    owner,
    host: hostname(),
    pid: process.pid,
    id: ownId,
    pidSpace: pidSpace(),
    since: now,
    ...fromNow(),
  };
}

function githubJob(env: NodeJS.ProcessEnv): string | undefined {
  const [server, repository, run] = [
    env['GITHUB_SERVER_URL'],
    env['GITHUB_REPOSITORY'],
    env['GITHUB_RUN_ID'],
  ];
  return server && repository && run ? `${server}/${repository}/actions/runs/${run}` : undefined;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}

/** Containers may share a host name, but not their pids. */
function pidSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Undefined where there is none, or one that is no lease: that is waited out until it is whole or old. */
function read(file: string): LeaseHolder | undefined {
  try {
    const holder = jsonOf(readFileSync(file, 'utf8'), isHolder);
    if (holder !== undefined) return holder;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
  }
  const at = new Date(Date.now() - ageOf(file) + holdsMs).toISOString();
  return { owner: 'somebody', host: '?', pid: 0, id: '', pidSpace: '', since: at, expiresAt: at };
}

const { text, number } = shapes;

const isHolder = shapedLike<LeaseHolder>(
  objectOf<LeaseHolder>(
    {
      baseUrl: text,
      owner: text,
      host: text,
      pid: number,
      id: text,
      pidSpace: text,
      since: text,
      expiresAt: text,
      renewed: objectOf<Moment>({ boot: text, up: number }),
    },
    ['baseUrl', 'renewed'],
  ),
);

/** Never shorter than before for one holder, so that a renewal replaces it in place. */
function textOf(holder: LeaseHolder): string {
  return `${JSON.stringify(holder, undefined, 2)}\n`;
}

function describe({ owner, host, pid, since }: LeaseHolder): string {
  return `${owner} on ${host} (pid ${pid}) since ${since}`;
}

function fromNow(): Pick<LeaseHolder, 'expiresAt' | 'renewed'> {
  return { expiresAt: new Date(Date.now() + holdsMs).toISOString(), renewed: momentNow() };
}

function ageOf(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function writing<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new ConfigurationError(
      `${file} can't be written, so nothing is sent to the target: ${reasonOf(error)}. ` +
        'It keeps two runs off one target, and the journal is written beside it: choose a writable folder with --state-dir.',
    );
  }
}
