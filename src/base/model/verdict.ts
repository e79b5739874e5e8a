import type { Check, Shown } from './check.js';
import type { Exchange } from './exchange.js';
import type { ReleaseName } from './releases.js';

export const outcomeKinds = ['pass', 'fail', 'not run', 'not applicable', 'waived', 'inconclusive'] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

/** A `must` gates. A `should` gates with --strict only. A `fact` is measured, never judged. */
export const levels = ['must', 'should', 'fact'] as const;
export type Level = (typeof levels)[number];

export type Gate = 'conforms' | 'does not conform' | 'inconclusive';

export interface JudgedRequirement {
  readonly id: string;
  readonly level: Level;
  /** The vendor's claim that makes the requirement a `must`. */
  readonly claimed?: string;
  readonly title: string;
  readonly source: string;
  readonly operations: readonly string[];
}

export interface Outcome extends JudgedRequirement {
  readonly outcome: OutcomeKind;
  /** Expected and actual; empty for a pass. A waived failure keeps its reason. */
  readonly reason: string;
  readonly waiver?: Pick<Waiver, 'reason' | 'owner' | 'issue' | 'expires'>;
  /** A curl line with placeholders for secrets; empty if no single request reproduces the failure. */
  readonly reproduce: string;
  readonly exchanges: readonly Exchange[];
  /** Absent if only findings break the requirement. */
  readonly checks?: readonly Check[];
  readonly blame?: Blamed;
  readonly durationMs: number;
}

export interface Blamed {
  readonly answer?: Shown;
  readonly lacks?: 'mail';
  readonly breaks?: string;
}

export interface Cause {
  readonly text: string;
  /** The failed requirement that shows the problem; null if none does. */
  readonly id: string | null;
  readonly follows: readonly string[];
}

export interface Wait {
  readonly requirement: string;
  readonly ms: number;
  readonly for:
    | 'ageing'
    | 'code step'
    | 'key'
    | 'lock'
    | 'mail'
    | 'mail limit'
    | 'quiet'
    | 'read-back'
    | 'restart'
    | 'retry-after';
}

export interface Coverage {
  readonly operations: Readonly<Record<string, number>>;
  /** Keyed by `operationId status`; all errors have the key `operationId default`. */
  readonly responses: Readonly<Record<string, number>>;
  /** Keyed by `operationId status /pointer`; `*` stands for each item of an array. */
  readonly properties: Readonly<Record<string, number>>;
  readonly enumValues: Readonly<Record<string, number>>;
  /** Keyed by credential scheme; `none` stands for calls without a credential. */
  readonly credentials: Readonly<Record<string, number>>;
  /** Documented calls, keyed by `operationId status credential`. Absent in older verdicts. */
  readonly calls?: Readonly<Record<string, number>>;
  /**
   * All other calls, by the same keys: without a credential, or with a kind of credential that this release
   * doesn't document.
   */
  readonly otherCalls?: Readonly<Record<string, number>>;
}

export interface Selection {
  readonly by: 'grep' | 'last failed' | 'recording' | 'within';
  /** How many applicable `must` requirements were not selected. */
  readonly leftOut: number;
  readonly within?: string;
  /** The share of the suite's known faults that the selection finds, from 0 to 1. */
  readonly knownFaults?: number;
}

/** All outcomes of a run on a target; published as spec/verdict.schema.json. */
export interface Verdict {
  readonly schemaVersion: 1;
  readonly suite: { readonly name: 'mfa-conformance'; readonly version: string };
  readonly target: { readonly name: string; readonly baseUrl: string; readonly tlsInsecure: boolean };
  readonly release: ReleaseName;
  readonly contract: {
    readonly source: string;
    readonly sha256: string;
    /** Only with a user's contract: operations that it lacks, and operations that differ from the release. */
    readonly missing?: readonly string[];
    readonly differing?: readonly string[];
  };
  readonly statement?: StatementInVerdict;
  readonly mode: 'full' | 'read-only';
  readonly seed: number;
  readonly startedAt: string;
  readonly durationMs: number;
  /** How many lanes ran in parallel; absent: one test at a time. */
  readonly lanes?: number;
  readonly gate: Gate;
  readonly cause: string;
  readonly strict?: true;
  /** Set by --baseline and --gate; without it `gate` decides the exit code. */
  readonly gating?: Gating;
  readonly scope: 'full' | 'partial';
  /** The run checked or waived every applicable `must`. Older verdicts lack this member and the next two. */
  readonly complete?: boolean;
  readonly checked?: number;
  /** Counts applicable `must` requirements, selected or not. */
  readonly applicable?: number;
  readonly selection?: Selection;
  readonly restored: boolean;
  /** Changes that the API can't undo, in words. */
  readonly residue: readonly string[];
  readonly summary: {
    readonly planned: number;
    readonly pass: number;
    readonly fail: number;
    readonly failShould: number;
    readonly notRun: number;
    readonly notApplicable: number;
    readonly waived: number;
    readonly inconclusive: number;
  };
  readonly outcomes: readonly Outcome[];
  /** Failures and inconclusive outcomes, grouped by cause. Older verdicts lack this member. */
  readonly causes?: readonly Cause[];
  readonly waivers?: readonly WaiverUse[];
  readonly facts: Readonly<Record<string, unknown>>;
  /** Warnings that limit what the verdict shows. Absent before version 0.2. */
  readonly warnings?: readonly string[];
  readonly waits: readonly Wait[];
  readonly retries: { readonly '429': number; readonly '503': number };
  readonly coverage: Coverage;
}

/** False: denied; true or a number: claimed; absent: the vendor says nothing. */
export type Claims = Readonly<Record<string, boolean | number>>;

export interface ClaimedCount {
  readonly fact: string;
  readonly atMost: number;
  /** Such as `consecutive wrong codes`. */
  readonly unit: string;
}

export interface StatementInVerdict {
  readonly file: string;
  readonly sha256: string;
  readonly vendor?: string;
  readonly product?: string;
  readonly claims: Claims;
}

export interface Waiver {
  /** An id, or a glob over ids. */
  readonly requirement: string;
  /** A name, or a glob over names; absent: every target. */
  readonly target?: string;
  readonly releases?: { readonly since?: ReleaseName; readonly until?: ReleaseName };
  readonly reason: string;
  readonly owner: string;
  /** http or https. */
  readonly issue: string;
  /** In UTC: `2026-12-31`. */
  readonly expires: string;
}

export interface ConcernedWaiver extends Waiver {
  /** The matching ids that apply to the release, whether selected or not. */
  readonly fits: readonly string[];
  /** The waiver matches no requirement: it is mistyped, or for another version of the suite. */
  readonly unknown: boolean;
  readonly expired: boolean;
}

export type WaiverState = 'in use' | 'undecided' | 'expired' | 'unmatched' | 'no longer needed';

export const troubles: readonly WaiverState[] = ['expired', 'unmatched', 'no longer needed'];

export interface WaiverUse extends Waiver {
  readonly state: WaiverState;
  /** The matching requirements, in the order of the verdict. */
  readonly ids: readonly string[];
}

export const gatePolicies = ['all', 'new', 'none'] as const;
export type GatePolicy = (typeof gatePolicies)[number];

export interface BaselineName {
  readonly file: string;
  readonly target: string;
  readonly release: string;
  readonly startedAt: string;
  readonly suiteVersion: string;
}

export interface Gating {
  readonly policy: GatePolicy;
  /** Decides the exit code (0, 1, 3). The verdict's `gate` describes the target itself. */
  readonly result: 'pass' | 'fail' | 'inconclusive';
  readonly cause: string;
  readonly baseline?: BaselineName;
  readonly newFailures: readonly string[];
  /** Ids that fail now and failed, or were waived, in the baseline. */
  readonly knownFailures: readonly string[];
  readonly lost: readonly string[];
  /** Why the runs are hard to compare, such as another release. */
  readonly notes: readonly string[];
}
