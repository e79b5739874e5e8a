import { ConfigurationError } from '../base/errors.js';
import type { GatePolicy } from '../base/model/gating.js';
import type { ReleaseName } from '../base/model/releases.js';
import type { Shard } from '../reports/many/shard.js';

/** `run` as asked for on the command line. */
export interface RunCommand {
  /** Target files, and folders of them; empty: the emulator. */
  readonly targets: readonly string[];
  readonly out: string;
  readonly stateDir: string | undefined;
  readonly release: ReleaseName | undefined;
  /** Judged by the named release, though the target lacks operations of it. */
  readonly releaseAsGiven: boolean;
  /** File or URL of the document to judge by; undefined: the release's own. */
  readonly contract: string | undefined;
  readonly allowExternalRefs: boolean;
  readonly mode: 'full' | 'read-only';
  readonly grep: string | undefined;
  /** Whether `grep` is what failed in the last run. */
  readonly lastFailed: boolean;
  /** What the run may take, by --within; undefined: as long as it takes. */
  readonly within: Duration | undefined;
  readonly strict: boolean;
  /** Whether results for the Allure report are written. */
  readonly allure: boolean;
  readonly requireComplete: boolean;
  readonly slow: boolean;
  readonly seed: number;
  readonly jobs: number;
  /** The run ends after so many failures that gate; undefined: never. */
  readonly maxFailures: number | undefined;
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
  /** Files for a collector of metrics, and for a tool that signs. */
  readonly metrics: string | undefined;
  readonly attest: string | undefined;
  /** Whether failed.har is written. */
  readonly har: boolean;
  readonly restoreFirst: boolean;
  readonly wait: boolean;
  readonly plan: boolean;
  readonly quiet: boolean;
  /** Each request is shown as it happens. */
  readonly verbose: boolean;
  readonly json: boolean;
}

/** A time as it was written, with its unit. */
export interface Duration {
  readonly text: string;
  readonly ms: number;
}

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

export function durationOf(text: string): Duration {
  const [, count = '', unit = ''] = /^([1-9]\d{0,5})([smh])$/.exec(text) ?? [];
  const ms = Number(count) * (units[unit] ?? 0);
  if (ms > 0) return { text: `${count} ${unit === 'm' ? 'min' : unit}`, ms };
  throw new ConfigurationError('Wanted a time with its unit, such as 60s, 2m or 1h.');
}

export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
    throw new ConfigurationError(`Wanted a whole number from ${least} on.`);
  };
}
