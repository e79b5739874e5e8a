import { orError, SuiteError } from '../base/errors.js';
import { isFolder } from '../base/files.js';
import type { Connection } from '../target/connection/connection.js';
import type { GivenBack, TellWait } from '../target/connection/give-back.js';
import { type Found, Journal } from '../target/journal/journal.js';

const checkEveryMs = 100;

/** Keeps a copy of the original state, so that the run can restore it even if lease and journal are lost. */
export class StateGuard {
  readonly journal: Journal;
  #found: Found = {};
  #timer: NodeJS.Timeout | undefined;
  #tell: (reason: string) => void = () => {};
  #isLost = false;

  /** @param knownAs the base URL under which the state folder knows the target */
  constructor(
    stateDir: string,
    readonly knownAs: string,
  ) {
    this.journal = new Journal(stateDir, knownAs);
  }

  /** Ignores errors, because tests that can't read the state change nothing. */
  async readState(connection: Connection): Promise<void> {
    const { operations } = connection.contract;
    try {
      const cluster = operations.has('GetMFAConfig') ? await (await connection.cluster()).found() : undefined;
      const support = operations.has('GetSupportMFAConfig')
        ? await (await connection.support()).found()
        : undefined;
      this.#found = { ...(cluster && { cluster }), ...(support && { support }) };
    } catch (error) {
      if (!(error instanceof SuiteError)) throw error;
    }
  }

  watch(tell: (reason: string) => void): void {
    this.#tell = tell;
    this.#timer = setInterval(() => this.check(), checkEveryMs);
    this.#timer.unref();
  }

  check(): void {
    if (this.#timer === undefined || this.#isLost) return;
    const { folder } = this.journal;
    if (isFolder(folder) && !this.journal.isLost) {
      // After an error, the copy from the last check stays valid.
      orError(SuiteError, () => this.journal.remember());
      return;
    }
    this.#isLost = true;
    this.journal.holdWithout(this.#found);
    this.#tell(`the state folder ${folder} was lost during the run`);
  }

  /** If the state folder is lost and the restore failed, adds the original state, to be restored by hand. */
  withFoundState(made: GivenBack): GivenBack {
    if (!this.#isLost || made.restored) return made;
    const { cluster, support } = this.journal.read() ?? this.#found;
    const found = JSON.stringify({ '/mfa-config': cluster, '/support-user/mfa': support });
    const problem = `The state folder ${this.journal.folder} was lost during the run. What was found: ${found}.`;
    return { ...made, problems: [...made.problems, problem] };
  }

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

export function waitTeller(say: (text: string) => void, name: string): TellWait {
  let said = '';
  return (what, ms) => {
    if (said === what) return;
    said = what;
    const until = new Date(Date.now() + ms).toTimeString().slice(0, 8);
    say(`${name}: waiting for ${what}; until ${until} at most.`);
  };
}
