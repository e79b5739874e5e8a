import type { Finding } from './breach.js';
import type { Check } from './check.js';
import type { Exchange } from './exchange.js';
import type { RunInput } from './results.js';
import type { Uses } from './uses.js';
import type { Coverage, Wait } from './verdict.js';

/** The first event of a run. It makes the log complete: a verdict needs no other source. */
export interface RunBegan extends RunInput {
  readonly type: 'run began';
  /** Grows whenever a reader of the previous version would misread the log. */
  readonly schemaVersion: 2;
  readonly parts: CoverageParts;
  readonly warnings: readonly string[];
}

export type CoverageParts = { readonly [Part in Exclude<keyof Coverage, 'otherCalls'>]-?: readonly string[] };

/** Where the value behind a placeholder comes from, so that a script can make it again. */
export type Origin = { readonly name: string } & (
  | { readonly kind: 'target file' }
  | { readonly kind: 'answer'; readonly exchange: number; readonly member: string }
  /**
   * `steps`: how many time steps the code's step is after the target's time; negative: before it. `zero`: the
   * code is the next one that begins with 0.
   */
  | { readonly kind: 'code'; readonly of: string; readonly steps: number; readonly zero?: true }
  | { readonly kind: 'mailed'; readonly to: string; readonly exchange: number }
  /** The value named `of`, without its last `cut` characters. */
  | { readonly kind: 'part'; readonly of: string; readonly cut: number }
  /** The value named `of`, with `by` inserted after `after` characters. */
  | { readonly kind: 'apart'; readonly of: string; readonly after: number; readonly by: string }
  /** The code named `of`, with `plus` added to one digit (counted from 0) without a carry. */
  | { readonly kind: 'near'; readonly of: string; readonly digit: number; readonly plus: number }
  /** The value named `of`, with its ASCII letters in upper, lower or swapped case. */
  | { readonly kind: 'recased'; readonly of: string; readonly case: 'upper' | 'lower' | 'other' }
);

/** A request that a script can send again: `{{name}}` replaces each secret. */
export interface Again {
  /** Below the base URL. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly origins: readonly Origin[];
  /** In epoch milliseconds. */
  readonly targetTime: number;
}

export interface Exchanged {
  readonly type: 'exchange';
  /** Increases from exchange to exchange in the log. Other events refer to an exchange by it. */
  readonly index: number;
  /** Empty for a request outside of tests. */
  readonly requirement: string;
  readonly credential: string;
  readonly mistake: string | null;
  readonly findings: readonly Finding[];
  /** Keys of the verdict's coverage. */
  readonly properties: readonly string[];
  readonly enumValues: readonly string[];
  readonly undocumented: readonly string[];
  /** Recorded traffic only: the place in the HAR file, such as `log.entries[3]`. */
  readonly place?: string;
  /** For recorded traffic only: the requirements that the exchange checks. */
  readonly checked?: readonly string[];
  /** Absent if no script can send the request: its body isn't text, or hides a secret in an encoding. */
  readonly again?: Again;
  readonly exchange: Exchange;
}

export type TestStatus = 'passed' | 'failed' | 'timedOut' | 'skipped' | 'interrupted';

export const blames = ['arrange failed', 'transport failed', 'configuration failed', 'suite failed'] as const;

/**
 * Tests of one lane run in sequence. `cluster` and `support` run in parallel, each on its own part. The lanes
 * of accounts begin when `cluster` has ended. Once `support` has ended, one of them at a time may use the
 * support user.
 */
export type Lane = 'cluster' | 'support' | `account ${number}`;

type About<Type extends string, More = object> = {
  readonly type: Type;
  readonly requirement: string;
} & More;

export type EventOfTest =
  | About<
      'test began',
      {
        readonly lane?: Lane;
        /** A repeat alone, after the test failed beside others. If it passes, the failure proves nothing. */
        readonly again?: true;
      }
    >
  | About<'wait began', { readonly ms: number; readonly for: Wait['for'] }>
  | About<'wait', { readonly ms: number; readonly for: Wait['for'] }>
  | About<'retry', { readonly status: 409 | 423 | 429 | 503 }>
  | About<'fact', { readonly name: string; readonly value: unknown }>
  /** Exchanges of an earlier test, as evidence for this one too. */
  | About<'adopted', { readonly exchanges: readonly number[] }>
  /** Only this event makes a test's outcome `fail`. The expectation itself writes it. */
  | About<'expectation failed', { readonly check: Check }>
  | About<
      (typeof blames)[number] | 'not run' | 'not applicable',
      {
        readonly reason: string;
        readonly exchange?: number;
        readonly lacks?: 'mail';
        readonly breaks?: string;
      }
    >
  /** The parts of the target that the test has touched: see spec/uses.json. */
  | About<'used', { readonly uses: Uses }>
  | About<'test ended', { readonly status: TestStatus; readonly durationMs: number }>;

export interface Learned {
  readonly type: 'learned';
  readonly fact: string;
  readonly value: unknown;
  readonly because: readonly number[];
}

export type EventBody =
  | RunBegan
  | Exchanged
  /** A breach in an earlier answer, which the suite found only later. */
  | ({ readonly type: 'finding'; readonly exchange: number } & Finding)
  | EventOfTest
  | Learned
  /** The target can't be judged. `mistaken`: the target file is wrong, so nothing counts against the target. */
  | { readonly type: 'unusable'; readonly reason: string; readonly mistaken: boolean }
  /** A user's right password fails after the tests, so this user's failed logins prove nothing. */
  | { readonly type: 'shut out'; readonly username: string; readonly reason: string }
  | { readonly type: 'restored'; readonly restored: boolean; readonly residue: readonly string[] }
  | { readonly type: 'run ended'; readonly interrupted: string | null };

/** A line of a target's events.jsonl; published as spec/events.schema.json. */
export type RunEvent = EventBody & {
  /** ISO 8601, the runner's clock. */
  readonly at: string;
};
