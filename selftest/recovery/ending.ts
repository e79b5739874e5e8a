import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { packageRoot } from '../../src/base/package-root.js';
import { printedOn } from '../tool/processes.js';
import { type Ending, type Kind, kinds } from './draw.js';
import { type HeldTarget, heldTarget } from './held-target.js';
import { childrenOf, descendantsOf, isAlive, journalsIn, until } from './observe.js';

/** The exit codes that a run may have if its state was restored. */
const restoredCodes: Readonly<Record<Kind, readonly (number | null)[]>> = {
  SIGINT: [130],
  SIGTERM: [143],
  SIGHUP: [129],
  SIGKILL: [null],
  'SIGINT twice': [130],
  EPIPE: [0, 1, 3],
  'death of the workers': [0, 1, 3],
  'death of Playwright': [3],
  'state folder lost': [1, 3],
  'reports lost': [2],
  'disk full': [0, 1, 2, 3],
};

type Restore = (...args: readonly string[]) => Promise<{ readonly code: number | null }>;

/** @param root the root of the build to run @param restore runs the command `restore` */
export async function judge(
  ending: Ending,
  folder: string,
  root = packageRoot(),
  restore: Restore = (...args) => start(root, args).ended,
) {
  mkdirSync(folder, { recursive: true });
  const { settleMs } = ending.times;
  const targets = await Promise.all(
    ending.hits.map((hit, n) => heldTarget(folder, `target-${n}`, hit, settleMs)),
  );
  const disk = ending.kind === 'disk full' ? new SmallDisk(join(folder, 'disk')) : undefined;
  try {
    return await judgeOn(targets, ending, folder, disk, root, restore);
  } finally {
    await Promise.all(targets.map((target) => target.close()));
    disk?.remove();
  }
}

async function judgeOn(
  targets: readonly HeldTarget[],
  { kind, lanes, grep, inTests, times }: Ending,
  folder: string,
  disk: SmallDisk | undefined,
  root: string,
  restore: Restore,
) {
  const stateDir = join(disk?.path ?? folder, 'state');
  const files = targets.flatMap(({ targetFile }) => ['-t', targetFile]);
  const reports = join(folder, 'out');
  const out = ['--out', reports, '--no-allure', '--jobs', String(targets.length)];
  const what = ['--grep', grep, '--lanes', String(lanes)];
  const run = start(root, ['run', ...files, ...what, '--state-dir', stateDir, ...out]);
  let hits = 0;
  void testsRun(inTests ? run.child : undefined).then(() => {
    for (const { proxy } of targets) proxy.arm();
  });
  for (const { proxy } of targets) void proxy.reached.then(() => hits++);
  // A target may never reach its moment. The others wait for it no longer than the suite waits for an answer.
  await Promise.race([
    Promise.all(targets.map(({ proxy }) => proxy.reached)),
    run.ended,
    until(() => hits > 0).then(() => pause(times.othersMs)),
  ]);
  const hit = hits;
  await act(kind, run.child, { stateDir, reports, disk });
  for (const { proxy } of targets) proxy.goOn();
  const { code, output } = await run.ended;
  const problems = hit > 0 ? [] : ['no target was hit at a change'];
  const open = journalsIn(stateDir).length;
  if (!(restoredCodes[kind].includes(code) || (code === 4 && (open > 0 || kind === 'state folder lost'))))
    problems.push(`the run ended with ${code}`);
  if (/^ {4}at /m.test(output)) problems.push(`a stack trace: ${output}`);
  const isUnknown = kind === 'state folder lost' && code === 4;
  disk?.free();
  const restored = async ({ targetFile }: HeldTarget): Promise<string[]> => {
    const ended = await restore('restore', '-t', targetFile, '--state-dir', stateDir);
    return ended.code === 0 ? [] : [`restore ended with ${ended.code}: ${JSON.stringify(ended)}`];
  };
  if (open > 0) problems.push(...(await Promise.all(targets.map(restored))).flat());
  const left = journalsIn(stateDir);
  if (left.length > 0) problems.push(`journals are open: ${left.join(', ')}`);
  if (!isUnknown) {
    const atTheEnd = await changed(targets, 'at the end');
    problems.push(...atTheEnd);
    if (atTheEnd.length === 0) {
      await pause(times.laterMs);
      problems.push(...(await changed(targets, 'later')));
    }
  }
  return { hits: hit, open, problems: problems.length === 0 ? [] : [...problems, output.slice(-800)] };
}

async function changed(targets: readonly HeldTarget[], when: string): Promise<string[]> {
  const now = await Promise.all(targets.map((target) => target.state()));
  return targets.flatMap(({ hit, found }, n) =>
    now[n] === found
      ? []
      : [`${when}, ${hit.name} (${hit.state.name}, ${hit.moment.phase}): ${now[n]}; it was found ${found}`],
  );
}

/** Waits until workers run, or until the run has ended without any. */
async function testsRun(child: ChildProcess | undefined): Promise<void> {
  if (child?.pid === undefined) return;
  while (child.exitCode === null) {
    if (childrenOf(child.pid).some((each) => childrenOf(each).length > 0)) return;
    await pause(100);
  }
}

interface Places {
  readonly stateDir: string;
  readonly reports: string;
  readonly disk: SmallDisk | undefined;
}

async function act(kind: Kind, child: ChildProcess, { stateDir, reports, disk }: Places): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const below = descendantsOf(pid);
  switch (kind) {
    case 'SIGINT':
    case 'SIGTERM':
    case 'SIGHUP':
      child.kill(kind);
      return;
    case 'SIGINT twice':
      child.kill('SIGINT');
      await pause(300);
      child.kill('SIGINT');
      return;
    case 'SIGKILL':
      child.kill('SIGKILL');
      // The suite's other processes end by themselves once this process is gone.
      await until(() => below.every((each) => !isAlive(each)));
      return;
    case 'EPIPE':
      child.stdout?.destroy();
      child.stderr?.destroy();
      return;
    case 'death of Playwright':
      for (const each of childrenOf(pid)) kill(each);
      return;
    case 'death of the workers':
      for (const each of childrenOf(pid).flatMap(childrenOf)) kill(each);
      return;
    case 'state folder lost':
      rmSync(stateDir, { recursive: true, force: true });
      return;
    case 'reports lost':
      // The folder is renamed in one step, because the run keeps writing to it and could create it again.
      renameSync(reports, `${reports}-lost`);
      writeFileSync(reports, '');
      return;
    case 'disk full':
      disk?.fill();
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The run has ended by itself.
  }
}

function start(root: string, args: readonly string[]) {
  const child = spawn(process.execPath, [join(root, 'dist', 'cli', 'main.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  const output = printedOn(child.stdout, child.stderr);
  const ended = new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    child.once('error', reject);
    // Waits for `exit`, because the output may already be closed. The pause lets the last output arrive.
    child.once('exit', (code) => setTimeout(() => resolve({ code, output: output() }), 50));
  });
  return { child, ended };
}

/** A small disk for the state folder, if the system allows mounting. */
class SmallDisk {
  constructor(readonly path: string) {
    mkdirSync(path, { recursive: true });
    if (!mount(path)) throw new Error('No disk can be mounted here.');
  }

  static canBeMade(folder: string): boolean {
    mkdirSync(folder, { recursive: true });
    const made = mount(folder);
    if (made) spawnSync('umount', [folder]);
    return made;
  }

  fill(): void {
    for (const size of [64 * 1024, 4096, 512, 1]) {
      try {
        for (let n = 0; n < 200; n += 1)
          writeFileSync(join(this.path, `full-${size}-${n}`), Buffer.alloc(size));
      } catch {
        // The disk is full for writes of this size.
      }
    }
  }

  free(): void {
    spawnSync('sh', ['-c', 'rm -f "$0"/full-*', this.path]);
  }

  remove(): void {
    spawnSync('umount', ['-l', this.path]);
  }
}

function mount(path: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', path]).status === 0;
}

export function possibleKinds(folder: string): readonly Kind[] {
  return SmallDisk.canBeMade(folder) ? kinds : kinds.filter((kind) => kind !== 'disk full');
}
