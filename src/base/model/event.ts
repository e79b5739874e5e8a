import type { Finding } from './breach.js';
import type { Check } from './check.js';
import type { Exchange } from './exchange.js';
import type { GateBy, GateOptions, PlannedRequirement } from './results.js';
import type { StatementInVerdict } from './statement.js';
import type { Coverage, Selection, Verdict, Wait } from './verdict.js';
import type { ConcernedWaiver } from './waiver.js';

/** How a run begins. With it the log needs nothing else to make a verdict of. */
export interface RunBegan {
  readonly type: 'run began';
  /** Grows when a reader of the older version would misread a log. */
  readonly schemaVersion: 2;
  readonly suiteVersion: string;
  readonly target: Verdict['target'];
  readonly release: Verdict['release'];
  readonly contract: Verdict['contract'];
  readonly statement?: StatementInVerdict;
  readonly mode: Verdict['mode'];
  readonly selection?: Selection;
  readonly seed: number;
  readonly planned: readonly PlannedRequirement[];
  /** What of the contract traffic could show: the keys of the verdict's coverage. */
  readonly parts: CoverageParts;
  readonly options: GateOptions;
  readonly gateBy?: GateBy;
  readonly waivers?: readonly ConcernedWaiver[];
  readonly warnings: readonly string[];
}

/** Of each part of the verdict's coverage the keys that the contract speaks of. */
export type CoverageParts = { readonly [Part in Exclude<keyof Coverage, 'otherCalls'>]-?: readonly string[] };

/** What a name in a request stands for, so that the request can be sent again without its secrets being known. */
export type Origin = { readonly name: string } & (
  | { readonly kind: 'target file' }
  /** A member of an earlier answer. */
  | { readonly kind: 'answer'; readonly exchange: number; readonly member: string }
  /** A code of the authenticator that the secret or key URI `of` makes; `steps` from the target's time; `zero`: the next that begins with 0. */
  | { readonly kind: 'code'; readonly of: string; readonly steps: number; readonly zero?: true }
  /** A code that the mail after an exchange brought. */
  | { readonly kind: 'mailed'; readonly to: string; readonly exchange: number }
  /** Another value without its last characters. */
  | { readonly kind: 'part'; readonly of: string; readonly cut: number }
  /** Another value with something put in after so many characters. */
  | { readonly kind: 'apart'; readonly of: string; readonly after: number; readonly by: string }
  /** A code with another digit at a place, the first being 0: `plus` more, without a carry. */
  | { readonly kind: 'near'; readonly of: string; readonly digit: number; readonly plus: number }
  /** Another value with its ASCII letters in one case, or each in the other one. */
  | { readonly kind: 'recased'; readonly of: string; readonly case: 'upper' | 'lower' | 'other' }
);

/** A request as it can be sent again: `{{name}}` stands in place of each secret. */
export interface Again {
  /** Below the base URL. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What its names stand for, and what those are made of. */
  readonly origins: readonly Origin[];
  /** The target's time when it was sent, in epoch milliseconds. */
  readonly targetTime: number;
}

/** One request, what came of it, and what it shows of the target. */
export interface Exchanged {
  readonly type: 'exchange';
  /** By which other events name it: it grows over the log. */
  readonly index: number;
  /** Whose test it was sent for; empty: the run as a whole. */
  readonly requirement: string;
  readonly credential: string;
  /** The request was a client's mistake on purpose: what kind of. */
  readonly mistake: string | null;
  readonly findings: readonly Finding[];
  /** Keys of the verdict's coverage. */
  readonly properties: readonly string[];
  readonly enumValues: readonly string[];
  /** What the document doesn't know; see undocumentedIn. */
  readonly undocumented: readonly string[];
  /** Where it stands in a recording. */
  readonly place?: string;
  /** Requirements that it could have broken, where no test says whether they were checked. */
  readonly checked?: readonly string[];
  /** Absent where a script can't send it: what is no text, or is in an encoding that hides a secret. */
  readonly again?: Again;
  readonly exchange: Exchange;
}

/** How a test is known to have ended, by Playwright's words. */
export type TestStatus = 'passed' | 'failed' | 'timedOut' | 'skipped' | 'interrupted';

/** What keeps a test from an outcome, by whose fault it is. */
export const blames = ['arrange failed', 'transport failed', 'configuration failed', 'suite failed'] as const;
export type Blame = (typeof blames)[number];

type About<Type extends string, More = object> = {
  readonly type: Type;
  /** The requirement whose test it is about. */
  readonly requirement: string;
} & More;

export type EventOfTest =
  | About<'test began'>
  /** A wait begins, of so many milliseconds at most. */
  | About<'wait began', { readonly ms: number; readonly for: Wait['for'] }>
  /** A wait is over. */
  | About<'wait', { readonly ms: number; readonly for: Wait['for'] }>
  /** A request is sent again, since the target asked for it. */
  | About<'retry', { readonly status: 429 | 503 }>
  | About<'fact', { readonly name: string; readonly value: unknown }>
  /** Exchanges of an earlier test that are evidence for this one too. */
  | About<'adopted', { readonly exchanges: readonly number[] }>
  /** The one event that makes a test's outcome `fail`; written by the expectation itself. */
  | About<'expectation failed', { readonly check: Check }>
  | About<
      Blame | 'not run' | 'not applicable',
      {
        readonly reason: string;
        /** The answer that it is about, else the last one before it. */
        readonly exchange?: number;
        /** What did not come. */
        readonly lacks?: 'mail';
        /** The requirement that the answer breaks. */
        readonly breaks?: string;
      }
    >
  | About<'test ended', { readonly status: TestStatus; readonly durationMs: number }>;

/** What happens in a run on one target, without its time. Redacted: nothing in it is secret. */
export type EventBody =
  | RunBegan
  | Exchanged
  /** What an answer breaks, known only later. */
  | ({ readonly type: 'finding'; readonly exchange: number } & Finding)
  | EventOfTest
  /** The first look found that nothing can be judged; `mistaken`: by the target file, so nothing that answered is to blame. */
  | { readonly type: 'unusable'; readonly reason: string; readonly mistaken: boolean }
  /** After the tests: a user is refused whose password held before. Failures about its logins since prove nothing. */
  | { readonly type: 'shut out'; readonly username: string; readonly reason: string }
  | { readonly type: 'restored'; readonly restored: boolean; readonly residue: readonly string[] }
  | { readonly type: 'run ended'; readonly interrupted: string | null };

/** A line of a target's events.jsonl; published as spec/events.schema.json. */
export type RunEvent = EventBody & {
  /** ISO 8601, the runner's clock. */
  readonly at: string;
};
