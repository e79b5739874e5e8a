import type { ReleaseName } from './releases.js';

/** One entry of a waivers file: a known failure, and who answers for it until when. */
export interface Waiver {
  /** An id, or a glob over ids. */
  readonly requirement: string;
  /** A name, or a glob over names; absent: every target. */
  readonly target?: string;
  /** Both ends included; absent: every release. */
  readonly releases?: { readonly since?: ReleaseName; readonly until?: ReleaseName };
  readonly reason: string;
  readonly owner: string;
  /** http or https. */
  readonly issue: string;
  /** The last day on which it holds, UTC: `2026-12-31`. */
  readonly expires: string;
}

/** A waiver that is for this target and release, with the requirements that it is about there. */
export interface ConcernedWaiver extends Waiver {
  /** Ids of the catalogue that hold for the release and that it fits, whether or not this run tries them. */
  readonly fits: readonly string[];
  /** Fits no requirement of the catalogue at all: mistyped, or of another version of the suite. */
  readonly unknown: boolean;
  /** Its last day was before the run's. */
  readonly expired: boolean;
}

/** What came of a waiver in a run; the three in {@link troubles} must not go unseen. */
export const waiverStates = ['in use', 'undecided', 'expired', 'unmatched', 'no longer needed'] as const;
export type WaiverState = (typeof waiverStates)[number];

export const troubles: readonly WaiverState[] = ['expired', 'unmatched', 'no longer needed'];

/** A waiver in a verdict. */
export interface WaiverUse extends Waiver {
  readonly state: WaiverState;
  /** The planned requirements that it is about, in the order of the verdict. */
  readonly ids: readonly string[];
}
