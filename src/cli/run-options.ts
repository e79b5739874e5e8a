import { ConfigurationError } from '../base/errors.js';
import { type GatePolicy, gatePolicies } from '../base/model/gating.js';
import { isReleaseName, type ReleaseName, releaseNames } from '../base/model/releases.js';
import type { Shard } from '../reports/many/shard.js';

/** `run` as asked for on the command line. */
export interface RunCommand {
  /** Target files, and folders of them; empty: the emulator. */
  readonly targets: readonly string[];
  readonly out: string;
  readonly stateDir: string | undefined;
  readonly release: ReleaseName | undefined;
  /** File or URL of the document to judge by; undefined: the release's own. */
  readonly contract: string | undefined;
  readonly allowExternalRefs: boolean;
  readonly mode: 'full' | 'read-only';
  readonly grep: string | undefined;
  /** Whether `grep` is what failed in the last run. */
  readonly lastFailed: boolean;
  readonly strict: boolean;
  /** Whether results for the Allure report are written. */
  readonly allure: boolean;
  readonly requireComplete: boolean;
  readonly slow: boolean;
  readonly seed: number;
  readonly jobs: number;
  /** Overrides the target file's. */
  readonly waivers: string | undefined;
  readonly waiverProblems: 'fail' | 'warn';
  /** A verdict.json, or a folder of verdicts. */
  readonly baseline: string | undefined;
  readonly gate: GatePolicy | undefined;
  /** Which of the targets are tried; 1 of 1: all. */
  readonly shard: Shard;
  /** Zip files and files for code-scanning pages, of all targets in one. */
  readonly bundle: string | undefined;
  readonly sarif: string | undefined;
  /** Whether failed.har is written. */
  readonly har: boolean;
  readonly restoreFirst: boolean;
  readonly wait: boolean;
  readonly plan: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

export function releaseOf(text: string): ReleaseName {
  if (isReleaseName(text)) return text;
  throw new ConfigurationError(`There is no such release; there are ${releaseNames.join(', ')}.`);
}

export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
    throw new ConfigurationError(`Wanted a whole number from ${least} on.`);
  };
}

export function waiverProblemsOf(text: string): RunCommand['waiverProblems'] {
  if (text === 'fail' || text === 'warn') return text;
  throw new ConfigurationError('Wanted fail or warn.');
}

export function gatePolicyOf(text: string): GatePolicy {
  const found = gatePolicies.find((policy) => policy === text);
  if (found !== undefined) return found;
  throw new ConfigurationError(`Wanted one of ${gatePolicies.join(', ')}.`);
}

export function modeOf(text: string): RunCommand['mode'] {
  if (text === 'full' || text === 'read-only') return text;
  throw new ConfigurationError('Wanted full or read-only.');
}
