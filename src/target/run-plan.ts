import { readFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { ConfigurationError } from '../base/errors.js';
import { releaseNames } from '../base/model/releases.js';
import { makePrivateFolder } from '../base/private-folder.js';
import { jsonOf, objectOf, type Shaped, shapes } from '../base/shape.js';
import { meanStepMs } from '../contract/order/pace.js';
import { stateDirOf } from './journal/state-dir.js';

const { text, number, flag, listOf, oneOf, orNull } = shapes;

/** The time limit of --within. With it, tests run in the order that finds most faults per second. */
const timeLimit = objectOf({
  /** When the run must have ended, including the restore, by the monotonic clock. */
  endsAt: number,
  /** The reason that the report gives for tests outside the limit. */
  reason: text,
});
export type TimeLimit = Shaped<typeof timeLimit>;

const plannedTarget = objectOf({
  name: text,
  file: text,
  release: orNull(oneOf(releaseNames)),
  /** The contract to judge by. If null, the release's own. */
  contract: orNull(objectOf({ file: text, source: text })),
  log: text,
  /** Ids of the requirements that the target file allows. If null, all. */
  tried: orNull(listOf(text)),
  waits: objectOf({ quietMs: number, stepMs: number }),
  lanes: number,
});
export type PlannedTarget = Shaped<typeof plannedTarget>;

/** The options that the command line passes to the Playwright process, in a file that an environment variable names. */
const isRunPlan = objectOf({
  targets: listOf(plannedTarget),
  mode: oneOf(['full', 'read-only']),
  slow: flag,
  /** The seed of everything random: the same seed sends the same requests. */
  seed: number,
  /** A glob that selects requirements by id. If null, all. */
  grep: orNull(text),
  jobs: number,
  stateDir: text,
  /** Playwright's own folder, which it empties. */
  outputDir: text,
  allureDir: orNull(text),
  quiet: flag,
  verbose: flag,
  /** The tests end after this many gating failures on all targets together. If null, never. */
  maxFailures: orNull(number),
  /** The address to which processes report the secrets that they learn. Null if nothing searches for secrets. */
  secretsAddress: orNull(text),
  /** Whether the standard error of the process that started this one is a terminal. */
  terminal: flag,
  /** How long an earlier run took, in milliseconds. Null if unknown. */
  expectedMs: orNull(number),
  /** The time limit. If null, all tests run, in the order of the spec files. */
  within: orNull(timeLimit),
});
export type RunPlan = Shaped<typeof isRunPlan>;

/** Tells whether tests run one by one and without a time limit. Then they run in the order of the spec files. */
export const isEachAlone = ({ within, targets }: RunPlan): boolean =>
  within === null && targets.every(({ lanes }) => lanes === 1);

export type RunOptions = Pick<PlannedTarget, 'file' | 'release' | 'contract' | 'log' | 'waits' | 'lanes'> &
  Pick<RunPlan, 'stateDir' | 'mode' | 'slow' | 'secretsAddress' | 'seed' | 'grep' | 'within'>;

export const runOptionsOf = (plan: RunPlan, target: PlannedTarget): RunOptions => ({ ...plan, ...target });

const plainRun = {
  mode: 'full',
  slow: false,
  secretsAddress: null,
  seed: 1,
  grep: null,
  within: null,
} as const;
const plainTarget = { release: null, contract: null, lanes: 1 } as const;

export const emptyRunOptions: RunOptions = {
  ...plainRun,
  ...plainTarget,
  file: '',
  log: '',
  stateDir: '',
  waits: { quietMs: 0, stepMs: 0 },
};

export const planVariable = 'MFA_CONFORMANCE_PLAN';

/** The environment variable that names a target file if Playwright is run by hand. */
const targetVariable = 'MFA_TARGET';

/** The environment variable that names the target file of the emulator that Playwright starts. */
export const emulatorVariable = 'MFA_CONFORMANCE_EMULATOR';

/** Returns the target file of the emulator that Playwright starts if it is run by hand without a target. */
export function emulatorFile(env: NodeJS.ProcessEnv): string | undefined {
  if (env[planVariable] || (env[targetVariable] && env[targetVariable] !== env[emulatorVariable]))
    return undefined;
  const file = env[emulatorVariable] ?? join(makePrivateFolder(), 'emulator.yaml');
  env[emulatorVariable] = file;
  env[targetVariable] = file;
  env['MFA_CONFORMANCE_STATE'] ??= join(dirname(file), 'state');
  return file;
}

/** @throws ConfigurationError if the environment lacks a plan and a target file */
export function planOf(env: NodeJS.ProcessEnv): RunPlan {
  const file = env[planVariable];
  if (file) return readRunPlan(file);
  const target = env[targetVariable];
  if (!target)
    throw new ConfigurationError(
      `Set ${targetVariable} to a target file, or use mfa-conformance run, which starts the emulator by itself.`,
    );
  const name = basename(target, extname(target));
  const folder = resolve('reports', name);
  return {
    targets: [
      {
        ...plainTarget,
        name,
        file: resolve(target),
        log: join(folder, 'events.jsonl'),
        tried: null,
        waits: { quietMs: 10_000, stepMs: meanStepMs },
      },
    ],
    ...plainRun,
    jobs: 1,
    stateDir: stateDirOf(undefined, env),
    outputDir: join(folder, 'playwright'),
    allureDir: join(folder, 'allure-results'),
    quiet: false,
    verbose: false,
    maxFailures: null,
    terminal: process.stderr.isTTY === true,
    expectedMs: null,
  };
}

function readRunPlan(file: string): RunPlan {
  const plan = jsonOf(readFileSync(file, 'utf8'), isRunPlan);
  if (plan !== undefined) return plan;
  throw new ConfigurationError(`${file} is not a run plan. It is written by mfa-conformance run.`);
}
