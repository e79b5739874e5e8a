import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type RunningEmulator, startEmulator } from '../../emulator/emulator.js';
import type { Verdict } from '../../src/model/verdict.js';
import { packageRoot } from '../../src/package-root.js';
import { measuredPrefix } from '../../src/verdict/measured.js';
import { parseVerdict } from '../../src/verdict/validate.js';

/** One emulator to run the suite against: the faults and variants switched on in it. */
export interface Subject {
  readonly name: string;
  readonly faults: readonly string[];
  readonly variants: readonly string[];
  readonly release?: string;
  /** Over HTTPS. */
  readonly tls?: true;
}

export interface Judgement {
  readonly subject: Subject;
  readonly verdict: Verdict;
  /** What the suite printed about the whole batch. */
  readonly said: string;
  /** Requirements with outcome fail; with a fault also facts that were measured otherwise. */
  readonly red: readonly string[];
}

export interface JudgeOptions {
  /** Targets tried at once. */
  readonly jobs: number;
  /** What a mail is waited for; a fault that mails nothing costs this once for each address. */
  readonly mailTimeoutMs?: number;
}

/**
 * Runs the built suite, as a user would, against one emulator for each subject: all in one run, so that the
 * start of the processes is paid for once.
 *
 * @param folder for target files, state and reports; made where missing
 */
export async function judge(
  subjects: readonly Subject[],
  folder: string,
  { jobs, mailTimeoutMs }: JudgeOptions,
): Promise<Judgement[]> {
  mkdirSync(folder, { recursive: true });
  const emulators: RunningEmulator[] = [];
  try {
    const files: string[] = [];
    for (const { name, faults, variants, release, tls = false } of subjects) {
      const emulator = await startEmulator({
        faults,
        variants,
        tls,
        ...(release === undefined ? {} : { release }),
      });
      emulators.push(emulator);
      const file = join(folder, `${name}.yaml`);
      const content = emulator.targetFile();
      // A variant may be slow to mail; a fault is not, so that silence need not be waited out for long.
      const mail =
        mailTimeoutMs === undefined || variants.length > 0
          ? {}
          : { mail: { ...Object(content['mail']), timeoutMs: mailTimeoutMs } };
      writeFileSync(file, stringify({ ...content, ...mail, name }), { mode: 0o600 });
      files.push(file);
    }
    const said = await runSuite(files, folder, jobs);
    return subjects.map((subject) =>
      judgementOf(subject, said, join(folder, 'out', subject.name, 'verdict.json')),
    );
  } finally {
    await Promise.all(emulators.map((emulator) => emulator.close()));
  }
}

function runSuite(files: readonly string[], folder: string, jobs: number): Promise<string> {
  const targets = files.flatMap((file) => ['-t', file]);
  const flags = [
    '--out',
    join(folder, 'out'),
    '--state-dir',
    join(folder, 'state'),
    '--jobs',
    String(jobs),
    '--quiet',
    '--no-allure',
  ];
  const program = join(packageRoot(), 'dist', 'cli', 'main.js');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, 'run', ...targets, ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.once('error', reject);
    child.once('exit', (code) => {
      // 2 means that the suite did not even begin; every other code comes with verdicts.
      if (code === 2 || code === null) reject(new Error(`The suite ended with ${code}:\n${said}`));
      else resolve(said);
    });
  });
}

function judgementOf(subject: Subject, said: string, file: string): Judgement {
  const verdict = parseVerdict(readFileSync(file, 'utf8'), file);
  // A fact is free to be otherwise; that its test notices is shown like for any other.
  const noticed = (reason: string) => subject.faults.length > 0 && reason.startsWith(measuredPrefix);
  const red = verdict.outcomes
    .filter(({ outcome, reason }) => outcome === 'fail' || (outcome === 'not applicable' && noticed(reason)))
    .map(({ id }) => id);
  return { subject, verdict, said, red };
}
