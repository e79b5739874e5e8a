// Runs the programs for all measurements, and measures their time and memory.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

export async function startEmulator(out, target, more = []) {
  mkdirSync(out, { recursive: true });
  const flags = ['--port', '0', '--json', '--exit-on-stdin-end', '--write-target', target, ...more];
  const child = spawn(process.execPath, [join(root, 'dist', 'emulator', 'main.js'), ...flags], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('The emulator did not start.')));
    createInterface(child.stdout).once('line', resolve);
  });
  return {
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/** Another exit code means that the program did not do the measured work. */
export async function timedRun(args, { expected = 0, env = {} } = {}) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [join(root, 'dist', 'cli', 'main.js'), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
  let peakRssKb = 0;
  const poll = setInterval(() => {
    peakRssKb = Math.max(peakRssKb, ...treeOf(child.pid).map(peakOf));
  }, 50);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  clearInterval(poll);
  if (code !== expected) throw new Error(`mfa-conformance ${args[0]} ended with ${code}.`);
  return { wallMs: performance.now() - startedAt, peakRssKb };
}

export function eventsIn(file) {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Returns no process without /proc. */
function treeOf(root) {
  if (!existsSync('/proc/self/stat')) return [];
  const children = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(name);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const below = (pid) => [pid, ...(children.get(pid) ?? []).flatMap(below)];
  return below(root);
}

function parentOf(pid) {
  const stat = read(`/proc/${pid}/stat`);
  // The name in brackets may hold any character. The parent is the second field after it.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

/** Returns a process's peak memory in kB. */
function peakOf(pid) {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
}

/** Returns an empty text if the process has ended. */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
