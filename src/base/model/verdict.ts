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
  /** The requirement's text. */
  readonly title: string;
  readonly source: string;
  readonly operations: readonly string[];
}

export interface Outcome extends JudgedRequirement {
  readonly outcome: OutcomeKind;
  /** Expected and actual, in words; empty for a pass. A waived failure keeps its reason. */
  readonly reason: string;
  readonly waiver?: Pick<Waiver, 'reason' | 'owner' | 'issue' | 'expires'>;
  /** A curl line with placeholders for secrets; empty if no single request reproduces the failure. */
  readonly reproduce: string;
  /** Empty for a pass. */
  readonly exchanges: readonly Exchange[];
  /** The failed expectations as data; `reason` puts them into words. Absent if only findings break the requirement. */
  readonly checks?: readonly Check[];
  readonly blame?: Blamed;
  readonly durationMs: number;
}

export interface Blamed {
  /** The answer that stopped the test, or else the last answer. */
  readonly answer?: Shown;
  /** The event that the test waited for and did not see. */
  readonly lacks?: 'mail';
  /** The requirement that the answer breaks. */
  readonly breaks?: string;
}

export interface Cause {
  /** The observation, on one line. */
  readonly text: string;
  /** The failed requirement that shows the problem; null if the problem only made requirements inconclusive. */
  readonly id: string | null;
  /** The other requirements that fail or are inconclusive because of the problem. */
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

/** How often traffic used each part of the contract: a count by key. */
export interface Coverage {
  readonly operations: Readonly<Record<string, number>>;
  /** The number of answers, keyed by `operationId status`. All errors have the key `operationId default`. */
  readonly responses: Readonly<Record<string, number>>;
  /**
   * How often answers held each property, keyed by `operationId status /pointer`. `*` stands for each item of an array.
   */
  readonly properties: Readonly<Record<string, number>>;
  /** How often answers held each value, keyed by `Schema.property=value`. */
  readonly enumValues: Readonly<Record<string, number>>;
  /** The number of answered calls, keyed by credential scheme. `none` stands for calls without a credential. */
  readonly credentials: Readonly<Record<string, number>>;
  /** The number of calls by `operationId status credential`, if documented. Absent in older verdicts. */
  readonly calls?: Readonly<Record<string, number>>;
  /** The number of other calls, by the same keys: no credential, or a credential of another release. */
  readonly otherCalls?: Readonly<Record<string, number>>;
}

/** Why a run covers only a part of the catalogue. */
export interface Selection {
  readonly by: 'grep' | 'last failed' | 'recording' | 'within';
  /** `must` requirements that apply to the target and were not selected. */
  readonly leftOut: number;
  /** The value of --within, such as `60 s`. */
  readonly within?: string;
  /** With --within: the share of the suite's known faults that the selection finds, from 0 to 1. */
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
    /** Only with a user's contract: the release's operations that the contract lacks, and those that differ. */
    readonly missing?: readonly string[];
    readonly differing?: readonly string[];
  };
  /** The vendor's statement on points that the API document leaves open; absent if the target file names none. */
  readonly statement?: StatementInVerdict;
  readonly mode: 'full' | 'read-only';
  readonly seed: number;
  readonly startedAt: string;
  readonly durationMs: number;
  /** How many lanes ran tests in parallel; absent: one test at a time. */
  readonly lanes?: number;
  readonly gate: Gate;
  /** Reasons for the gate that the outcomes alone don't show, such as a run cut short or an unusable target. */
  readonly cause: string;
  readonly strict?: true;
  /** Set by --baseline and --gate; without it `gate` decides the exit code. */
  readonly gating?: Gating;
  readonly scope: 'full' | 'partial';
  /** The run checked or waived every applicable `must`. Older verdicts lack this member and the next two. */
  readonly complete?: boolean;
  /** `must` requirements that passed, failed or are waived. */
  readonly checked?: number;
  /** `must` requirements that apply to the target, selected or not. */
  readonly applicable?: number;
  /** Absent: the run asked for the whole catalogue. */
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
  /** Failed and inconclusive requirements, grouped by cause. Older verdicts lack this member. */
  readonly causes?: readonly Cause[];
  /** The waivers for this target and release, each with its state; absent without a waivers file. */
  readonly waivers?: readonly WaiverUse[];
  readonly facts: Readonly<Record<string, unknown>>;
  /** Warnings that limit what the verdict shows. Each report has them at the top. Absent before version 0.2. */
  readonly warnings?: readonly string[];
  readonly waits: readonly Wait[];
  readonly retries: { readonly '429': number; readonly '503': number };
  readonly coverage: Coverage;
}

/** The vendor's claims by name: false if denied, true or a number if claimed. An absent claim says nothing. */
export type Claims = Readonly<Record<string, boolean | number>>;

export interface ClaimedCount {
  readonly fact: string;
  readonly atMost: number;
  /** What the number counts: `consecutive wrong codes`. */
  readonly unit: string;
}

export interface StatementInVerdict {
  /** The file's name, without its folder. */
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
  /** The first and the last release for which the waiver holds; absent for every release. */
  readonly releases?: { readonly since?: ReleaseName; readonly until?: ReleaseName };
  readonly reason: string;
  readonly owner: string;
  /** http or https. */
  readonly issue: string;
  /** The last day on which the waiver holds, in UTC: `2026-12-31`. */
  readonly expires: string;
}

/** A waiver that concerns this target and release, with the requirements that it matches. */
export interface ConcernedWaiver extends Waiver {
  /** The matching ids that apply to the release, whether selected or not. */
  readonly fits: readonly string[];
  /** Whether the waiver matches no requirement: it is mistyped, or for another version of the suite. */
  readonly unknown: boolean;
  readonly expired: boolean;
}

/** The state of a waiver after a run. Reports warn about waivers in one of the states in {@link troubles}. */
const waiverStates = ['in use', 'undecided', 'expired', 'unmatched', 'no longer needed'] as const;
export type WaiverState = (typeof waiverStates)[number];

export const troubles: readonly WaiverState[] = ['expired', 'unmatched', 'no longer needed'];

export interface WaiverUse extends Waiver {
  readonly state: WaiverState;
  /** The planned requirements that the waiver matches, in the order of the verdict. */
  readonly ids: readonly string[];
}

/** Which failures affect the exit code: all, those that are new since a baseline, or none. */
export const gatePolicies = ['all', 'new', 'none'] as const;
export type GatePolicy = (typeof gatePolicies)[number];

export interface BaselineName {
  /** The file's name as on the command line. */
  readonly file: string;
  readonly target: string;
  readonly release: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly suiteVersion: string;
}

/** The effect of --baseline and --gate. */
export interface Gating {
  readonly policy: GatePolicy;
  /** Decides the exit code (0, 1, 3). The verdict's `gate` describes the target itself. */
  readonly result: 'pass' | 'fail' | 'inconclusive';
  /** The reason, if the outcomes alone don't show it. */
  readonly cause: string;
  readonly baseline?: BaselineName;
  /** Ids that fail now and didn't fail in the baseline. */
  readonly newFailures: readonly string[];
  /** Ids that fail now and also failed, or were waived, in the baseline. */
  readonly knownFailures: readonly string[];
  /** Ids that passed in the baseline and were not run now. */
  readonly lost: readonly string[];
  /** Reasons why the runs are hard to compare: another target, another release, a run cut short. */
  readonly notes: readonly string[];
}
