import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { faults } from '../../emulator/faults/index.js';
import { listeningProxy, worthASearch } from '../cli/listening-proxy.js';
import { type Judgement, judge, judgementIn, printedFile } from './matrix.js';
import { asItIs, type Expectation, expectationOfFault } from './problems.js';

export interface WholeRun {
  readonly judgement: Judgement;
  readonly target: string;
  readonly out: string;
  readonly printed: string;
  /** The secrets that passed between suite and target; none are known over HTTPS or of a target with faults. */
  readonly told: readonly string[];
}

/** The unchanged emulator, under the target name that it gives itself. */
export const right: Expectation = { ...asItIs, name: 'emulator' };

/** The fault that README.md and docs/ show. */
const passwordAlone = faults.filter(({ id }) => id === 'login/password-alone').map(expectationOfFault);
export const wrong: Expectation = { ...right, ...passwordAlone[0], name: right.name };

/** Names the folder that all test files of one `npm test` share: see selftest/tool/shared-folder.ts. */
export const sharedFolderVariable = 'MFA_CONFORMANCE_SELFTEST';

const pollMs = 100;

/** The run costs much processor time: the first test file that needs it starts it, and all use its files. */
export async function wholeRun(subject: Expectation): Promise<WholeRun> {
  const shared = process.env[sharedFolderVariable];
  if (shared === undefined) throw new Error(`${sharedFolderVariable} names no folder for whole runs.`);
  const folder = join(shared, [...subject.faults, 'whole'].join('-').replaceAll('/', '-'));
  const end = join(folder, 'end.json');
  if (mkdirSync(folder, { recursive: true }) !== undefined) {
    const ended = await make(subject, folder).catch((error: unknown) => ({ error: String(error), told: [] }));
    writeFileSync(`${end}.new`, JSON.stringify(ended));
    renameSync(`${end}.new`, end);
  }
  while (!existsSync(end)) await pause(pollMs);
  const { told, trouble, error }: Ended = JSON.parse(readFileSync(end, 'utf8'));
  if (error !== undefined) throw new Error(error);
  const out = join(folder, 'out');
  return {
    judgement: judgementIn(subject, trouble ?? [], out),
    target: join(folder, `${subject.name}.yaml`),
    out,
    printed: readFileSync(join(out, printedFile), 'utf8'),
    told,
  };
}

interface Ended {
  readonly told: readonly string[];
  readonly trouble?: readonly string[];
  readonly error?: string;
}

async function make(subject: Expectation, folder: string): Promise<Ended> {
  const ends: (() => void | Promise<void>)[] = [];
  const heard: Set<string>[] = [];
  const through = async (baseUrl: string) => {
    // Listening costs a tenth of the run.
    if (baseUrl.startsWith('https:') || subject.faults.length > 0) return baseUrl;
    const proxy = await listeningProxy(baseUrl, (end) => ends.push(end));
    heard.push(proxy.secrets);
    return proxy.baseUrl;
  };
  try {
    const [judgement] = await judge([subject], folder, { jobs: 1, through, all: true });
    return { told: heard.flatMap(worthASearch), trouble: judgement?.trouble ?? [] };
  } finally {
    for (const end of ends) await end();
  }
}
