import type { ReleaseName } from './releases.js';

/** One entry of a waivers file: a known failure, its owner and its last day. */
export interface Waiver {
  /** An id, or a glob over ids. */
  readonly requirement: string;
  /** A name, or a glob over names; absent: every target. */
  readonly target?: string;
  /** Inclusive at both ends; absent: every release. */
  readonly releases?: { readonly since?: ReleaseName; readonly until?: ReleaseName };
  readonly reason: string;
  readonly owner: string;
  /** http or https. */
  readonly issue: string;
  /** The last day on which it holds, UTC: `2026-12-31`. */
  readonly expires: string;
}

/** A waiver for this target and release, with the requirements that it matches. */
export interface ConcernedWaiver extends Waiver {
  /** Matching ids that hold for the release, selected or not. */
  readonly fits: readonly string[];
  /** Matches nothing in the catalogue: mistyped, or written for another version of the suite. */
  readonly unknown: boolean;
  /** Its last day is before the day of the run. */
  readonly expired: boolean;
}

/** The state of a waiver after a run; reports warn about those in {@link troubles}. */
export const waiverStates = ['in use', 'undecided', 'expired', 'unmatched', 'no longer needed'] as const;
export type WaiverState = (typeof waiverStates)[number];

export const troubles: readonly WaiverState[] = ['expired', 'unmatched', 'no longer needed'];

/** A waiver in a verdict. */
export interface WaiverUse extends Waiver {
  readonly state: WaiverState;
  /** The planned requirements that it matches, in the order of the verdict. */
  readonly ids: readonly string[];
}
