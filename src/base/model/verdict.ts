import type { Check, Shown } from './check.js';
import type { Exchange } from './exchange.js';
import type { Gating } from './gating.js';
import type { ReleaseName } from './releases.js';
import type { StatementInVerdict } from './statement.js';
import type { Waiver, WaiverUse } from './waiver.js';

/** What came of one requirement on one target. */
export const outcomeKinds = ['pass', 'fail', 'not run', 'not applicable', 'waived', 'inconclusive'] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

/** `must` gates; `should` is reported and gates with --strict; a `fact` is measured and never judged. */
export const levels = ['must', 'should', 'fact'] as const;
export type Level = (typeof levels)[number];

export function isLevel(text: string): text is Level {
  return (levels as readonly string[]).includes(text);
}

export type Gate = 'conforms' | 'does not conform' | 'inconclusive';

export interface Outcome {
  readonly id: string;
  readonly level: Level;
  /** The vendor's claim that makes a must of it. */
  readonly claimed?: string;
  readonly outcome: OutcomeKind;
  /** The requirement's text. */
  readonly title: string;
  readonly source: string;
  readonly operations: readonly string[];
  /** What was seen against what was expected; empty for a pass. A waived failure keeps its own. */
  readonly reason: string;
  /** Of a waived one: why its failure is accepted, by whom, until when. */
  readonly waiver?: Pick<Waiver, 'reason' | 'owner' | 'issue' | 'expires'>;
  /** A curl line with placeholders for secrets; empty where there is no single request to repeat. */
  readonly reproduce: string;
  /** Kept for what did not pass only. */
  readonly exchanges: readonly Exchange[];
  /** What failed, as data: the reason says the same in words. Absent where answers break the requirement by themselves. */
  readonly checks?: readonly Check[];
  /** What kept it from an outcome, as far as that is known. */
  readonly blame?: Blamed;
  readonly durationMs: number;
}

/** What kept a test from an outcome. */
export interface Blamed {
  /** What was answered last, or what the test could not go on from. */
  readonly answer?: Shown;
  /** What did not come. */
  readonly lacks?: 'mail';
  /** The requirement that the answer breaks. */
  readonly breaks?: string;
}

/** One thing that is wrong, and what follows from it. */
export interface Cause {
  /** What was seen, on one line. */
  readonly text: string;
  /** The failed requirement that shows it; null: none failed, but nothing could be told. */
  readonly id: string | null;
  /** The other requirements that fail or could not be decided by it. */
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

/** How often each part of the contract was met: a count by key. */
export interface Coverage {
  /** By operationId. */
  readonly operations: Readonly<Record<string, number>>;
  /** By `operationId status`. */
  readonly responses: Readonly<Record<string, number>>;
  /** By `operationId status /pointer`: properties seen in answers. */
  readonly properties: Readonly<Record<string, number>>;
  /** By `Schema.property=value`. */
  readonly enumValues: Readonly<Record<string, number>>;
  /** By credential scheme, `none` included. */
  readonly credentials: Readonly<Record<string, number>>;
  /** By `operationId status credential`, what the contract speaks of; absent in the verdicts of older versions. */
  readonly calls?: Readonly<Record<string, number>>;
  /** By the same keys, what was met besides: a success without a credential, a credential of another release. */
  readonly otherCalls?: Readonly<Record<string, number>>;
}

/** Why a run asked for a part of the catalogue only. */
export interface Selection {
  readonly by: 'grep' | 'last failed' | 'recording' | 'within';
  /** MUST requirements that apply to the target, and that the run did not ask for. */
  readonly leftOut: number;
  /** The time that --within gave the run: `60 s`. */
  readonly within?: string;
  /** Of such a run: the share of the suite's known faults that what it checked finds, from 0 to 1. */
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
    /** Where it is none of the suite's own: operations of the release that it has not, and that differ in it. */
    readonly missing?: readonly string[];
    readonly differing?: readonly string[];
  };
  /** What the vendor says where the API document leaves it open; absent where the target file names no statement. */
  readonly statement?: StatementInVerdict;
  readonly mode: 'full' | 'read-only';
  readonly seed: number;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly gate: Gate;
  /** Why the gate is what it is, where the outcomes alone don't say it (a run cut short, an unusable target). */
  readonly cause: string;
  /** Present where a should counts like a must. */
  readonly strict?: true;
  /** By --baseline and --gate; absent: the exit code is by `gate`. */
  readonly gating?: Gating;
  readonly scope: 'full' | 'partial';
  /** Whether every MUST requirement that applies was checked or waived; verdicts of older versions lack all three. */
  readonly complete?: boolean;
  /** MUST requirements that passed, failed or are waived. */
  readonly checked?: number;
  /** MUST requirements that apply to the target, left out or not. */
  readonly applicable?: number;
  /** Absent: the run asked for the whole catalogue. */
  readonly selection?: Selection;
  readonly restored: boolean;
  /** What can't be undone through the API, in words. */
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
  /** What failed and what could not be decided, by what is behind it; verdicts of older versions lack it. */
  readonly causes?: readonly Cause[];
  /** What came of each waiver that is for this target and release; absent without a waivers file. */
  readonly waivers?: readonly WaiverUse[];
  readonly facts: Readonly<Record<string, unknown>>;
  /** What must be known to trust all this; each report shows it at its head. Verdicts of before 0.2 lack it. */
  readonly warnings?: readonly string[];
  readonly waits: readonly Wait[];
  readonly retries: { readonly '429': number; readonly '503': number };
  readonly coverage: Coverage;
}
