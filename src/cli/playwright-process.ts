import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { packageRoot } from '../base/package-root.js';
import { temporaryFilesIn } from '../base/private-folder.js';
import { tagPattern } from '../contract/requirements/catalogue.js';
import { planVariable, type RunPlan } from '../target/run-plan.js';

export interface RunningTests {
  /** Resolves to the signal that ended the tests, or to undefined if they ended by themselves. */
  readonly ended: Promise<NodeJS.Signals | undefined>;
  onAskedToStop(stop: (reason: string) => void): void;
  /** Interrupts the tests, which still run their teardowns. A second call kills them. */
  stop(): void;
}

export class PlaywrightProcess implements RunningTests {
  /** Self-tests replace this method to run tests without a child process. */
  static start(...how: ConstructorParameters<typeof PlaywrightProcess>): RunningTests {
    return new PlaywrightProcess(...how);
  }

  readonly #child: ChildProcess;
  readonly ended: Promise<NodeJS.Signals | undefined>;

  /** @param folder a private folder for the plan and the compiled tests */
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
    // Workers inherit these flags, which halve the time of garbage collection and bound the memory.
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
        // Built files need no compiling. Without Playwright's loader, Node loads them in half the time.
        PW_DISABLE_TS_ESM: '1',
        PWTEST_CACHE_DIR: cache,
        PLAYWRIGHT_TRANSFORM_CACHE_DIR: cache,
        [planVariable]: planFile,
        PLAYWRIGHT_NO_COPY_PROMPT: '1',
        PW_TEST_HTML_REPORT_OPEN: 'never',
      },
      // This process alone receives signals from the terminal, and decides which to pass on.
      detached: process.platform !== 'win32',
    });
    if (this.#child.stdout !== null) print(this.#child.stdout, process.stdout);
    if (this.#child.stderr !== null) print(this.#child.stderr, process.stderr);
    this.ended = new Promise((resolve) => {
      this.#child.once('error', () => resolve('SIGKILL'));
      // A worker that outlives Playwright would change the state while this process restores it.
      this.#child.once('exit', () => this.#killAll());
      // `close` comes after the last output.
      this.#child.once('close', (_code, signal) => resolve(signal ?? undefined));
    });
  }

  onAskedToStop(stop: (reason: string) => void): void {
    this.#child.on('message', (reason) => {
      if (typeof reason === 'string') stop(reason);
    });
  }

  stop(): void {
    if (this.#stopping) this.#killAll();
    else this.#child.kill('SIGINT');
    this.#stopping = true;
  }

  #stopping = false;

  /** The child leads its own process group, so one signal reaches all processes of the group. */
  #killAll(): void {
    const { pid } = this.#child;
    try {
      if (process.platform === 'win32' || pid === undefined) this.#child.kill('SIGKILL');
      else process.kill(-pid, 'SIGKILL');
    } catch {}
  }
}
