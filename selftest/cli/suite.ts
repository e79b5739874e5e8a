import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import type { Verdict } from '../../src/base/model/verdict.js';
import { packageRoot } from '../../src/base/package-root.js';
import { jsonOf, objectOf, shapes } from '../../src/base/shape.js';
import { parseVerdict } from '../../src/verdict/derive/validate.js';
import { firstLineOf, folderUntil, type OnEnd, printedOn } from '../tool/processes.js';

export const program = join(packageRoot(), 'dist', 'cli', 'main.js');
export const emulatorProgram = join(packageRoot(), 'dist', 'emulator', 'main.js');

export function temporaryFolder(onEnd: OnEnd = onTestFinished): string {
  return folderUntil(onEnd, 'selftest');
}

export interface Ended {
  /** The exit code; null if a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly printed: () => string;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The largest file that the process can write. Beyond it, writing fails as on a full disk. */
  readonly fileKilobytes?: number;
}

export const start = (args: readonly string[], options: StartOptions = {}, onEnd?: OnEnd): Started =>
  spawned(program, args, options, onEnd);

export function spawned(
  script: string,
  args: readonly string[],
  options: StartOptions = {},
  onEnd: OnEnd = onTestFinished,
): Started {
  const startedAt = Date.now();
  const { fileKilobytes } = options;
  const [command, ...before] =
    fileKilobytes === undefined
      ? [process.execPath]
      : ['bash', '-c', `ulimit -f ${fileKilobytes}; exec "$0" "$@"`, process.execPath];
  const child = spawn(command ?? '', [...before, script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  onEnd(() => void child.kill('SIGKILL'));
  const [stdout, stderr] = [printedOn(child.stdout), printedOn(child.stderr)];
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code, stdout: stdout(), stderr: stderr(), durationMs: Date.now() - startedAt }),
    );
  });
  return { child, ended, printed: () => stdout() + stderr() };
}

export function cli(args: readonly string[], options: StartOptions = {}, onEnd?: OnEnd): Promise<Ended> {
  return start(args, options, onEnd).ended;
}

/** Flags of a run that keeps its files in `folder`. They leave out Allure's results, which few tests need. */
export function folders(folder: string): string[] {
  return [...foldersWithAllure(folder), '--no-allure'];
}

export function foldersWithAllure(folder: string): string[] {
  return ['--out', join(folder, 'out'), '--state-dir', join(folder, 'state')];
}

/** Writes a target file that only its owner can read. @returns its path */
export function writeTarget(folder: string, content: object, name = 'target.yaml'): string {
  const file = join(folder, name);
  writeFileSync(file, stringify(content), { mode: 0o600 });
  return file;
}

export function targetAt(baseUrl: string, more: object = {}): Record<string, unknown> {
  return {
    name: 'lab',
    baseUrl,
    accounts: { admin: { username: 'admin', password: 'pass-of-admin', apiKey: 'key-of-the-admin' } },
    allow: { disposable: true },
    ...more,
  };
}

export function verdictOf(folder: string, name = 'lab'): Verdict {
  const file = join(folder, 'out', name, 'verdict.json');
  return parseVerdict(readFileSync(file, 'utf8'), file);
}

export function filesBelow(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file.slice(folder.length + 1), readFileSync(file, 'utf8')]),
  );
}

export interface StartedEmulator {
  readonly baseUrl: string;
  readonly control: string;
  readonly targetFile: string;
}

export async function startEmulator(
  folder: string,
  onEnd: OnEnd,
  env: Readonly<Record<string, string>>,
): Promise<StartedEmulator> {
  const targetFile = join(folder, 'emulator.yaml');
  const flags = ['--port', '0', '--json', '--exit-on-stdin-end', '--write-target', targetFile];
  const child = spawn(process.execPath, [emulatorProgram, ...flags], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  onEnd(() => void child.kill('SIGKILL'));
  const line = await firstLineOf(child);
  const ready = jsonOf(line, objectOf({ baseUrl: shapes.text, control: shapes.text }));
  if (ready === undefined) throw new Error(`The emulator said ${line}`);
  return { ...ready, targetFile };
}
