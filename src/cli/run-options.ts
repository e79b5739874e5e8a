import { ConfigurationError } from '../base/errors.js';
import type { ReleaseName } from '../base/model/releases.js';
import type { GatePolicy } from '../base/model/verdict.js';
import type { Shard } from '../reports/many/shard.js';

export interface RunCommand {
  readonly targets: readonly string[];
  readonly out: string;
  readonly stateDir: string | undefined;
  readonly release: ReleaseName | undefined;
  readonly releaseAsGiven: boolean;
  readonly contract: string | undefined;
  readonly allowExternalRefs: boolean;
  readonly mode: 'full' | 'read-only';
  readonly grep: string | undefined;
  readonly lastFailed: boolean;
  readonly within: Duration | undefined;
  readonly strict: boolean;
  readonly allure: boolean;
  readonly requireComplete: boolean;
  readonly slow: boolean;
  readonly seed: number;
  readonly jobs: number;
  readonly lanes: number | 'auto';
  readonly maxFailures: number | undefined;
  readonly waivers: string | undefined;
  readonly waiverProblems: 'fail' | 'warn';
  /** A verdict.json or a folder of verdicts. */
  readonly baseline: string | undefined;
  readonly gate: GatePolicy | undefined;
  readonly shard: Shard;
  readonly bundle: string | undefined;
  readonly sarif: string | undefined;
  readonly metrics: string | undefined;
  readonly attest: string | undefined;
  readonly har: boolean;
  readonly restoreFirst: boolean;
  readonly wait: boolean;
  readonly plan: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly json: boolean;
}

export interface Duration {
  readonly text: string;
  readonly ms: number;
}

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

export function durationOf(text: string): Duration {
  const [, count = '', unit = ''] = /^([1-9]\d{0,5})([smh])$/.exec(text) ?? [];
  const ms = Number(count) * (units[unit] ?? 0);
  if (ms > 0) return { text: `${count} ${unit === 'm' ? 'min' : unit}`, ms };
  throw new ConfigurationError('Expected a time with its unit, such as 60s, 2m or 1h.');
}

export function lanesOf(text: string): RunCommand['lanes'] {
  if (text === 'auto') return text;
  if (/^[1-8]$/.test(text)) return Number(text);
  throw new ConfigurationError('Expected auto or a whole number from 1 to 8.');
}

export function wholeNumber(least?: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const form = least === undefined ? /^[+-]?\d+$/ : /^\d+$/;
    if (form.test(text) && value >= (least ?? value) && Number.isSafeInteger(value)) return value;
    throw new ConfigurationError(
      `Expected a whole number${least === undefined ? '' : ` of at least ${least}`}.`,
    );
  };
}
