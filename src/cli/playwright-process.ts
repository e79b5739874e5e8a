import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { packageRoot } from '../package-root.js';
import { tagPattern } from '../requirements/glob.js';
import { planVariable, type RunPlan } from '../run-plan.js';

/** Playwright Test as a child process, which this process outlives to give the state back. */
export class PlaywrightProcess {
  readonly #child: ChildProcess;
  readonly ended: Promise<number>;

  /** @param print takes what the processes print: standard output and standard error */
  constructor(
    plan: RunPlan,
    planFile: string,
    grep: string | undefined,
    print: (from: Readable, to: NodeJS.WriteStream) => void,
  ) {
    writeFileSync(planFile, `${JSON.stringify(plan, undefined, 2)}\n`);
    const cli = createRequire(import.meta.url).resolve('@playwright/test/cli');
    const config = join(packageRoot(), 'dist', 'playwright.config.js');
    const filter = grep === undefined ? [] : ['--grep', tagPattern(grep).source];
    // Workers inherit these. The room for young objects spares a worker half of its garbage collection.
    const preload = [
      '--max-semi-space-size=32',
      '--import',
      new URL('./end-with-parent.js', import.meta.url).href,
    ];
    this.#child = spawn(process.execPath, [...preload, cli, 'test', '-c', config, ...filter], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...process.env,
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
      this.#child.once('error', () => resolve(1));
      // After the last of what it has printed.
      this.#child.once('close', (code) => resolve(code ?? 1));
    });
  }

  /** Playwright runs its teardowns on an interrupt; a second call ends it at once. */
  stop(): void {
    if (this.#stopping) this.#child.kill('SIGKILL');
    else this.#child.kill('SIGINT');
    this.#stopping = true;
  }

  #stopping = false;
}
