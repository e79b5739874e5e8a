import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../src/package-root.js';
import { KillingProxy, type Moment } from './killing-proxy.js';
import { descendantsOf, isAlive, journalsIn, stateOf, until } from './observe.js';
import type { StartingState } from './states.js';

export type Signal = 'SIGKILL' | 'SIGINT' | 'SIGTERM';

export interface Kill {
  readonly state: StartingState;
  readonly signal: Signal;
  readonly moment: Moment;
  /** SIGKILL: only the process that was started, or all of its own too. */
  readonly all: boolean;
}

export interface Killed {
  /** Where it was hit; a run that ended before is not hit. */
  readonly at: string;
  /** Whether something was left to be given back. */
  readonly open: boolean;
  readonly problems: readonly string[];
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

const cli = join(packageRoot(), 'dist', 'cli', 'main.js');
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** One emulator behind a proxy, on which runs of the suite are killed one after the other. */
export class Lane {
  #runs = 0;

  private constructor(
    private readonly folder: string,
    private readonly emulator: ChildProcess,
    private readonly control: string,
    private readonly proxy: KillingProxy,
    private readonly targetFile: string,
    private readonly apiKey: string,
    private readonly direct: string,
  ) {}

  static async open(folder: string, variants: readonly string[]): Promise<Lane> {
    mkdirSync(folder, { recursive: true });
    const targetFile = join(folder, 'target.yaml');
    const flags = ['--port', '0', '--json', '--exit-on-stdin-end', '--write-target', targetFile];
    const program = join(packageRoot(), 'dist', 'emulator', 'main.js');
    const emulator = spawn(
      process.execPath,
      [program, ...flags, ...variants.flatMap((id) => ['--variant', id])],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    const line = await new Promise<string>((resolve, reject) => {
      emulator.once('exit', (code) => reject(new Error(`The emulator ended with ${code}.`)));
      createInterface(emulator.stdout).once('line', resolve);
    });
    const { baseUrl, control } = Object(JSON.parse(line));
    const proxy = await KillingProxy.before(String(baseUrl));
    const text = readFileSync(targetFile, 'utf8');
    const apiKey = /apiKey: "?([^"\n]+)/.exec(text)?.[1] ?? '';
    writeFileSync(targetFile, text.replaceAll(String(baseUrl), proxy.baseUrl), { mode: 0o600 });
    return new Lane(folder, emulator, String(control), proxy, targetFile, apiKey, String(baseUrl));
  }

  close(): void {
    this.proxy.close();
    this.emulator.stdin?.end();
  }

  /** How many requests a whole run sends. */
  async count(state: StartingState, args: readonly string[]): Promise<number> {
    await this.#reset(state);
    this.proxy.arm();
    await this.#run(args).ended;
    return this.proxy.count;
  }

  /** Kills a run at a moment, gives back where the run could not, and compares with what was found. */
  async kill({ state, signal, moment, all }: Kill, args: readonly string[] = []): Promise<Killed> {
    await this.#reset(state);
    const found = await this.#state();
    const run = this.#run(args);
    let hit = false;
    this.proxy.arm(moment, async () => {
      hit = true;
      await stop(run.child, signal, all);
    });
    const ended = await run.ended;
    const problems: string[] = [];
    const open = journalsIn(this.#stateDir).length > 0;
    if (hit && signal !== 'SIGKILL' && ended.code !== exitCodes[signal])
      problems.push(`the run ended with ${ended.code}: ${ended.output}`);
    if (signal === 'SIGKILL') {
      const restored = await this.#start(['restore', '-t', this.targetFile, '--state-dir', this.#stateDir])
        .ended;
      if (restored.code !== 0) problems.push(`restore ended with ${restored.code}: ${restored.output}`);
    }
    const now = await this.#state();
    if (now !== found) problems.push(`the state is ${now}; it was found ${found}`);
    const left = journalsIn(this.#stateDir);
    if (left.length > 0) problems.push(`journals are open: ${left.join(', ')}`);
    return { at: hit ? this.proxy.at : '', open, problems };
  }

  /** Of each run its own: what one leaves behind is not the next one's. */
  get #stateDir(): string {
    return join(this.folder, `state-${this.#runs}`);
  }

  #run(args: readonly string[]) {
    this.#runs += 1;
    const out = join(this.folder, String(this.#runs));
    return this.#start([
      'run',
      '-t',
      this.targetFile,
      '--quiet',
      '--out',
      out,
      '--state-dir',
      this.#stateDir,
      ...args,
    ]);
  }

  #start(args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
    const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, output }));
    });
    return { child, ended };
  }

  async #reset({ start, put }: StartingState): Promise<void> {
    await this.#post(`${this.control}/reset`, 'POST', start);
    if (put !== undefined) await this.#post(`${this.direct}/mfa-config`, 'PUT', put);
  }

  async #post(url: string, method: string, body: object): Promise<void> {
    const headers = { 'content-type': 'application/json', apiKey: this.apiKey };
    const { status } = await fetch(url, { method, headers, body: JSON.stringify(body) });
    if (status >= 300) throw new Error(`${method} ${url} answered ${status}.`);
  }

  /** What counts of the configuration: whether a key was verified is no part of it. */
  async #state(): Promise<string> {
    const { cluster, support } = await stateOf({ control: this.control });
    return JSON.stringify({ cluster, support: { ...support, otpVerificationState: undefined } });
  }
}

/** Until nobody of the run is left who could change anything. */
async function stop(child: ChildProcess, signal: Signal, all: boolean): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  if (signal !== 'SIGKILL') {
    child.kill(signal);
    return;
  }
  const below = descendantsOf(pid);
  child.kill('SIGKILL');
  if (all) for (const each of below) killIfThere(each);
  await until(() => below.every((each) => !isAlive(each)));
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
