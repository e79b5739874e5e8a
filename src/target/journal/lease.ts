import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
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
import { ConfigurationError, codeOf, orElse, reasonOf } from '../../base/errors.js';
import { isAlive } from '../../base/private-folder.js';
import { jsonOf, objectOf, type Shaped, shapes } from '../../base/shape.js';
import { sleep } from '../sleep.js';
import { makeStateFolder, stateFolderFor } from './state-dir.js';
import { moment, momentNow } from './write-log.js';

const { text, number } = shapes;

const isHolder = objectOf(
  {
    /** Absent in leases of older versions. */
    baseUrl: text,
    /** The user, with the CI job if there is one. */
    owner: text,
    host: text,
    pid: number,
    /** Distinguishes processes with the same pid. */
    id: text,
    /** The namespace of the pid; empty if unknown. */
    pidSpace: text,
    /** ISO 8601, the runner's clock. */
    since: text,
    expiresAt: text,
    /** Absent in leases of older versions. */
    renewed: moment,
  },
  ['baseUrl', 'renewed'],
);
type LeaseHolder = Shaped<typeof isHolder>;

export interface LeaseOptions {
  readonly wait: boolean;
  readonly tell: (message: string) => void;
  readonly env: NodeJS.ProcessEnv;
}

const holdsMs = 120_000;
const renewedEveryMs = 15_000;
const lookedAtEveryMs = 250;
const longestClockJumpMs = 3_600_000;
/** A takeover takes milliseconds. A process that takes longer was killed. */
const longestTakeOverMs = 10_000;

const heldHere = new Set<Lease>();

function releaseAll(): void {
  for (const lease of heldHere) lease.release();
}

export interface Busy {
  readonly holder: string;
}

/** Reserves a target for one run, by a file. Renewals use its handle, so they spare a successor's file. */
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

  static async take(stateDir: string, baseUrl: string, options: LeaseOptions): Promise<Lease | Busy> {
    const folder = stateFolderFor(stateDir, baseUrl);
    const prepare = () => makeStateFolder(stateDir, folder);
    try {
      return await Lease.#takeIn(folder, baseUrl, options, { baseUrl }, prepare);
    } catch (error) {
      throw new ConfigurationError(
        `${fileIn(folder)} can't be written: ${reasonOf(error)}. The suite sent nothing. Choose a writable folder with --state-dir. ` +
          'The file keeps two runs from using one target at once.',
      );
    }
  }

  /** Reserves an existing folder, so that no other run writes its reports into it. */
  static takeFolder(folder: string, options: LeaseOptions): Promise<Lease | Busy> {
    return Lease.#takeIn(folder, folder, options);
  }

  static async #takeIn(
    folder: string,
    name: string,
    { wait, tell, env }: LeaseOptions,
    place: Pick<LeaseHolder, 'baseUrl'> = {},
    prepare = () => {},
  ): Promise<Lease | Busy> {
    const file = fileIn(folder);
    let told = '';
    for (;;) {
      prepare();
      const own = { ...place, ...ownHolder(env) };
      const taken = tryToTake(file, own);
      if ('handle' in taken) {
        if (taken.from !== undefined) tell(`${name}: took over the lease of ${taken.from}.`);
        return new Lease(file, taken.handle, own);
      }
      if (!wait) return taken;
      if (told !== taken.holder) tell(`${name} is in use by ${taken.holder}. Waiting until it is free.`);
      told = taken.holder;
      await sleep(lookedAtEveryMs, 'lease');
    }
  }

  static holderOf(folder: string): string | undefined {
    const there = read(fileIn(folder));
    return there === undefined || staleness(there) !== undefined ? undefined : describe(there);
  }

  /** @param tell called once if the lease is lost: another run took it, or the file is gone */
  onLost(tell: (reason: string) => void): void {
    this.#lost = tell;
  }

  release(): void {
    clearInterval(this.#timer);
    heldHere.delete(this);
    if (heldHere.size === 0) process.off('exit', releaseAll);
    try {
      const ours = this.#isOurs();
      closeSync(this.handle);
      if (ours) rmSync(this.file, { force: true });
    } catch {
      // If the lease can't be removed, it blocks other runs until it expires.
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
      // The disk may be full for a while. The lease survives seven failed renewals.
    }
  }

  #isOurs(): boolean {
    return orElse(false, () => {
      const [ours, there] = [fstatSync(this.handle), statSync(this.file)];
      return ours.ino === there.ino && ours.dev === there.dev;
    });
  }
}

/** A new lease's handle, and whose stale lease it replaces; or who holds a valid lease or is just taking one. */
type Taken = { readonly handle: number; readonly from?: string } | Busy;

const busyBy = (there: LeaseHolder | undefined): Busy => ({
  holder: there === undefined ? 'another run' : describe(there),
});

function tryToTake(file: string, holder: LeaseHolder): Taken {
  try {
    return { handle: create(file, holder) };
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const there = read(file);
  const isValid = there === undefined || staleness(there) === undefined;
  return isValid ? busyBy(there) : takeOver(file, holder);
}

/** Until the file is written, other processes take it for somebody's lease. */
function create(file: string, holder: LeaseHolder): number {
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

/** Replaces a stale lease. If several processes try, the one that creates the mark does it, after another check. */
function takeOver(file: string, holder: LeaseHolder): Taken {
  const mark = `${file}.taking-over`;
  try {
    writeFileSync(mark, '', { flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    if (ageOf(mark) > longestTakeOverMs) rmSync(mark, { force: true });
    return busyBy(undefined);
  }
  try {
    const stale = read(file);
    const why = stale && staleness(stale);
    if (stale === undefined || why === undefined) return busyBy(stale);
    const own = `${file}.${holder.id}`;
    const handle = create(own, holder);
    renameSync(own, file);
    return { handle, from: `${describe(stale)}: ${why}` };
  } finally {
    rmSync(mark, { force: true });
  }
}

function staleness(there: LeaseHolder): string | undefined {
  const isHere = there.host === hostname() && there.pidSpace === pidSpace() && there.id !== ownId;
  if (isHere && (there.pid === process.pid || !isAlive(there.pid))) return 'its process is gone';
  return expiredMs(there, isHere) < 0 ? undefined : `it expired at ${there.expiresAt}`;
}

/** Returns the time since the expiry. On one machine the monotonic clock decides: nobody can set it. */
function expiredMs({ renewed, expiresAt }: LeaseHolder, isHere: boolean): number {
  const now = momentNow();
  if (renewed !== undefined && renewed.boot !== '' && renewed.boot === now.boot)
    return now.up - renewed.up - holdsMs;
  return Date.now() - Date.parse(expiresAt) - (isHere ? longestClockJumpMs : 0);
}

const fileIn = (folder: string): string => join(folder, 'lease.json');

const ownId = randomUUID();

function ownHolder(env: NodeJS.ProcessEnv): LeaseHolder {
  const now = new Date().toISOString();
  const job = env['CI_JOB_URL'] ?? env['BUILD_URL'] ?? githubJob(env);
  const owner = job === undefined ? userName() : `${userName()} (${job})`;
  return {
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
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
  return server && repository && run ? `${server}/${repository}/actions/runs/${run}` : undefined;
}

const userName = (): string => orElse('somebody', () => userInfo().username);

/** Containers may share a host name and still have separate pids. */
const pidSpace = (): string => orElse('', () => readlinkSync('/proc/self/ns/pid'));

/** Returns undefined if the file is missing. An unreadable file counts as a lease until it expires by its age. */
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

/** Returns the text of a lease. Its length is the same for one holder, so that a renewal can overwrite it in place. */
const textOf = (holder: LeaseHolder): string => `${JSON.stringify(holder, undefined, 2)}\n`;

function describe({ owner, host, pid, since }: LeaseHolder): string {
  return `${owner} on ${host} (pid ${pid}) since ${since}`;
}

function fromNow(): Pick<LeaseHolder, 'expiresAt' | 'renewed'> {
  return { expiresAt: new Date(Date.now() + holdsMs).toISOString(), renewed: momentNow() };
}

const ageOf = (file: string): number => orElse(0, () => Date.now() - statSync(file).mtimeMs);
