import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningEmulator, startEmulator } from '../../emulator/emulator.js';
import type { Verdict } from '../../src/base/model/verdict.js';
import { packageRoot } from '../../src/base/package-root.js';
import { measuredPrefix } from '../../src/verdict/derive/measured.js';
import { parseVerdict } from '../../src/verdict/derive/validate.js';
import { writeTarget } from '../cli/suite.js';
import { type Ended, type PerformCommand, runSuite } from './run-suite.js';

export interface Subject {
  readonly name: string;
  readonly faults: readonly string[];
  readonly variants: readonly string[];
  readonly release?: string;
  readonly tls?: true;
}

export interface Judgement {
  readonly subject: Subject;
  readonly verdict: Verdict | undefined;
  /** What else the run printed about this target, if the run ended with exit code 2 or by a signal. */
  readonly trouble: readonly string[];
  /** Requirements that failed. For a fault also facts whose value differs from the reference's. */
  readonly red: readonly string[];
}

export const printedFile = 'printed.txt';

export interface JudgeOptions {
  readonly jobs: number;
  /** How long to wait for a mail. A fault that mails nothing costs this wait once for each address. */
  readonly mailTimeoutMs?: number;
  /** The ids to test. If absent, all requirements. */
  readonly only?: readonly string[];
  readonly build?: string;
  /** Puts a proxy before an emulator. @returns the base URL for the target file */
  readonly through?: (baseUrl: string) => Promise<string>;
  /** The number of lanes. If set, the suite can't move the clock: otherwise tests would run one by one. */
  readonly lanes?: number;
  readonly perform?: PerformCommand;
  /** Whether to write results for Allure too, and the printed output to `printedFile`. */
  readonly all?: true;
}

/** Runs the built suite once, against one emulator for each subject. @param folder need not exist */
export async function judge(
  subjects: readonly Subject[],
  folder: string,
  {
    jobs,
    mailTimeoutMs,
    only = [],
    build = packageRoot(),
    through = async (baseUrl) => baseUrl,
    lanes,
    perform,
    all,
  }: JudgeOptions,
): Promise<Judgement[]> {
  mkdirSync(folder, { recursive: true });
  const emulators: RunningEmulator[] = [];
  try {
    const files: string[] = [];
    for (const { name, faults, variants, release, tls = false } of subjects) {
      const emulator = await startEmulator({ faults, variants, tls, ...(release && { release }) });
      emulators.push(emulator);
      const content = emulator.targetFile();
      // Variants may mail slowly. Faults mail at once, so a short wait shows that no mail comes.
      const mail =
        mailTimeoutMs === undefined || variants.length > 0
          ? {}
          : { mail: { ...Object(content['mail']), timeoutMs: mailTimeoutMs } };
      const baseUrl = await through(emulator.baseUrl);
      const { clock: _clock, ...withRealClock } = content;
      const base = lanes === undefined ? content : withRealClock;
      files.push(writeTarget(folder, { ...base, ...mail, name, baseUrl }, `${name}.yaml`));
    }
    const flags = [
      ...['--jobs', String(jobs)],
      ...(only.length === 0 ? [] : ['--grep', only.join(',')]),
      ...(lanes === undefined ? [] : ['--lanes', String(lanes)]),
      // A fault may remove operations, on which the suite's check of the release would fail.
      ...(subjects.some(({ faults }) => faults.length > 0) ? ['--release-as-given'] : []),
    ];
    const ended = await runSuite(files, folder, flags, { build, all, perform });
    if (all) writeFileSync(join(folder, 'out', printedFile), ended.said);
    const names = subjects.map(({ name }) => name);
    const judgements = subjects.map((subject) =>
      judgementIn(subject, troubleOf(subject.name, names, ended), join(folder, 'out')),
    );
    if (judgements.every(({ verdict }) => verdict === undefined))
      throw new Error(`The suite ended with ${ended.code}, without a verdict:\n${ended.said}`);
    return judgements;
  } finally {
    await Promise.all(emulators.map((emulator) => emulator.close()));
  }
}

/** The verdict on a target; undefined if the run gave none. @param out the folder of reports */
export function verdictIn(out: string, name: string): Verdict | undefined {
  const file = join(out, name, 'verdict.json');
  return existsSync(file) ? parseVerdict(readFileSync(file, 'utf8'), file) : undefined;
}

export function judgementIn(subject: Subject, trouble: readonly string[], out: string): Judgement {
  const verdict = verdictIn(out, subject.name);
  // A fact can't fail; its reason shows that the test measured another value.
  const noticed = (reason: string) => subject.faults.length > 0 && reason.startsWith(measuredPrefix);
  const red = (verdict?.outcomes ?? [])
    .filter(({ outcome, reason }) => outcome === 'fail' || (outcome === 'not applicable' && noticed(reason)))
    .map(({ id }) => id);
  return { subject, verdict, trouble, red };
}

/** What the run printed about this target after exit code 2 or a kill; all of it if no target is named. */
export function troubleOf(name: string, names: readonly string[], { code, said }: Ended): string[] {
  if (code !== 2 && code !== null) return [];
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const isAbout = (line: string, each: string) =>
    [`/${each}/`, `/${each}.yaml`].some((path) => line.includes(path));
  const ofOne = lines.filter((line) => names.some((each) => isAbout(line, each)));
  const own = ofOne.filter((line) => isAbout(line, name));
  return ofOne.length === 0 ? [`the run ended with ${code}`, ...lines] : own;
}
