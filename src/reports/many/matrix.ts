import type { Gate, Outcome, OutcomeKind, Verdict } from '../../base/model/verdict.js';
import type { ExitCode } from '../../verdict/derive/exit-code.js';

/** Targets x requirements. Published as spec/matrix.schema.json. */
export interface Matrix {
  readonly schemaVersion: 1;
  readonly suite: { readonly name: 'mfa-conformance'; readonly version: string };
  /** The worst gate of all targets. With problems it is at best inconclusive. */
  readonly gate: Gate;
  readonly exitCode: ExitCode;
  /** The totals of all plans found; null without a plan. */
  readonly planned: { readonly shards: number; readonly targets: number } | null;
  readonly problems: readonly MatrixProblem[];
  readonly notes: readonly string[];
  /** Planned targets without a verdict of this run. */
  readonly missing: readonly { readonly name: string; readonly why: string }[];
  readonly targets: readonly MatrixTarget[];
  readonly requirements: readonly MatrixRow[];
}

export interface MatrixProblem {
  readonly kind: `missing ${'folder' | 'plan' | 'shard' | 'target'}` | `broken ${'plan' | 'verdict'}` | Mixed;
  readonly text: string;
}

type Mixed = 'target twice' | 'mixed runs';
type OfRun = 'release' | 'mode' | 'restored' | 'startedAt' | 'durationMs';
type OfVerdict = 'gate' | 'scope' | 'complete' | 'summary';

export interface MatrixTarget
  extends Pick<Verdict['target'], 'name' | 'baseUrl' | 'tlsInsecure'>,
    Required<Pick<Verdict, OfRun | OfVerdict>> {
  readonly exitCode: ExitCode;
  readonly headline: string;
  /** A relative path with forward slashes; null without a report. */
  readonly report: string | null;
}

export interface MatrixRow extends Pick<Outcome, 'id' | 'level' | 'title' | 'source'> {
  /** By target. Targets that did not plan the requirement are absent. */
  readonly outcomes: Readonly<Record<string, OutcomeKind>>;
  /** Reasons of outcomes other than pass. Each reason names all targets that share it. */
  readonly reasons: readonly MatrixReason[];
}

export interface MatrixReason {
  readonly outcome: OutcomeKind;
  readonly reason: string;
  readonly targets: readonly string[];
}
