import { statSync } from 'node:fs';
import { SuiteError } from '../base/errors.js';
import type { Connection } from '../target/connection/connection.js';
import type { GivenBack, TellWait } from '../target/connection/give-back.js';
import { type Found, Journal } from '../target/journal/journal.js';

const lookedAtEveryMs = 100;

/**
 * What the process that outlives the tests knows of the target's state, so that it can be restored even where the
 * folder with lease and journal is lost during the run.
 */
export class Safekeeping {
  readonly journal: Journal;
  #found: Found = {};
  #timer: NodeJS.Timeout | undefined;
  #tell: (reason: string) => void = () => {};
  #isLost = false;

  /** @param knownAs the base URL by which the target is known in the state folder */
  constructor(
    stateDir: string,
    readonly knownAs: string,
  ) {
    this.journal = new Journal(stateDir, knownAs);
  }

  /** Reads the state before anything is changed. Where it can't be told, nothing will be changed either. */
  async lookAt(connection: Connection): Promise<void> {
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

  /** @param tell told once, if the folder is lost */
  watch(tell: (reason: string) => void): void {
    this.#tell = tell;
    this.#timer = setInterval(() => this.look(), lookedAtEveryMs);
    this.#timer.unref();
  }

  look(): void {
    if (this.#timer === undefined || this.#isLost) return;
    const { folder } = this.journal;
    if (isFolder(folder) && !this.journal.isLost) {
      try {
        this.journal.remember();
      } catch (error) {
        // What was remembered before still holds.
        if (!(error instanceof SuiteError)) throw error;
      }
      return;
    }
    this.#isLost = true;
    this.journal.holdWithout(this.#found);
    this.#tell(`the state folder ${folder} was lost during the run`);
  }

  /** After an attempt to restore: what a person needs to know where no journal is left. */
  told(made: GivenBack): GivenBack {
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

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Says each thing that is waited for once, with the time until which. */
export function waitTeller(say: (text: string) => void, name: string): TellWait {
  let said = '';
  return (what, ms) => {
    if (said === what) return;
    said = what;
    const until = new Date(Date.now() + ms).toTimeString().slice(0, 8);
    say(`${name}: waiting for ${what}; until ${until} at most.`);
  };
}
