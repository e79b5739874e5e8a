import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { packageRoot } from '../base/package-root.js';
import { temporaryFilesIn } from '../base/private-folder.js';
import { tagPattern } from '../contract/requirements/glob.js';
import { planVariable, type RunPlan } from '../target/run-plan.js';

/** Playwright Test as a child process, which this process outlives to restore the state. */
export class PlaywrightProcess {
  readonly #child: ChildProcess;
  /** The signal that ended it, where it did not end by itself. No process that it started is left by then. */
  readonly ended: Promise<NodeJS.Signals | undefined>;

  /**
   * @param folder for its temporary files: the plan, and Playwright's cache of compiled tests, which lies in a place
   *   that anybody could have filled before, unless told otherwise
   * @param print takes what the processes print: standard output and standard error
   */
  constructor(
    plan: RunPlan,
    folder: string,
    grep: string | undefined,
    print: (from: Readable, to: NodeJS.WriteStream) => void,
  ) {
    const planFile = join(folder, 'plan.json');
    const cache = join(folder, 'transform-cache');
    writeFileSync(planFile, `${JSON.stringify(plan, undefined, 2)}\n`);
    const cli = createRequire(import.meta.url).resolve('@playwright/test/cli');
    const config = join(packageRoot(), 'dist', 'playwright.config.js');
    const filter = grep === undefined ? [] : ['--grep', tagPattern(grep).source];
    // Workers inherit these. The room for young objects spares a worker half of its garbage collection; from a heap of
    // this size on old ones are collected, which Node would put off until there are 200 MB more of them.
    const preload = [
      '--max-semi-space-size=16',
      '--initial-heap-size=60',
      '--import',
      new URL('./end-with-parent.js', import.meta.url).href,
    ];
    this.#child = spawn(process.execPath, [...preload, cli, 'test', '-c', config, ...filter], {
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
      env: {
        ...process.env,
        ...temporaryFilesIn(folder),
        // What is built needs no compiling: Node loads it as it is, in half the time.
        PW_DISABLE_TS_ESM: '1',
        PWTEST_CACHE_DIR: cache,
        PLAYWRIGHT_TRANSFORM_CACHE_DIR: cache,
        [planVariable]: planFile,
        PLAYWRIGHT_NO_COPY_PROMPT: '1',
        PW_TEST_HTML_REPORT_OPEN: 'never',
      },
      // Signals from the terminal come to this process alone, which passes on what is meant.
      detached: process.platform !== 'win32',
    });
    if (this.#child.stdout !== null) print(this.#child.stdout, process.stdout);
    if (this.#child.stderr !== null) print(this.#child.stderr, process.stderr);
    this.ended = new Promise((resolve) => {
      this.#child.once('error', () => resolve('SIGKILL'));
      // However it ended, a worker that outlives it would go on changing what is being restored.
      this.#child.once('exit', () => this.#killAll());
      // After the last of what it has printed.
      this.#child.once('close', (_code, signal) => resolve(signal ?? undefined));
    });
  }

  /** @param stop told why, where the reporter has seen enough failures */
  onAskedToStop(stop: (reason: string) => void): void {
    this.#child.on('message', (reason) => {
      if (typeof reason === 'string') stop(reason);
    });
  }

  /** Playwright runs its teardowns on an interrupt; a second call ends it and its workers at once. */
  stop(): void {
    if (this.#stopping) this.#killAll();
    else this.#child.kill('SIGINT');
    this.#stopping = true;
  }

  #stopping = false;

  /** It leads a group of processes of its own. */
  #killAll(): void {
    const { pid } = this.#child;
    try {
      if (process.platform === 'win32' || pid === undefined) this.#child.kill('SIGKILL');
      else process.kill(-pid, 'SIGKILL');
    } catch {
      // Nobody is left.
    }
  }
}
