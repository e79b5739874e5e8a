import type { OperationId } from '../openapi/operations.js';
import type { RequirementId } from '../requirements/uses.js';

export const changeKinds = [
  ...(['operation-removed', 'operation-added', 'operation-moved', 'operation-deprecated'] as const),
  ...(['credential-removed', 'credential-added', 'parameter-removed', 'parameter-added'] as const),
  ...(['status-removed', 'status-added', 'media-type-removed', 'media-type-added'] as const),
  ...(['body-removed', 'body-added', 'property-removed', 'property-added', 'property-deprecated'] as const),
  ...(['type-changed', 'nullability-changed', 'required-changed'] as const),
  ...(['enum-value-removed', 'enum-value-added', 'limit-changed', 'default-changed'] as const),
  ...(['alternatives-changed', 'additional-properties-changed', 'privileges-documented'] as const),
] as const;

export type ChangeKind = (typeof changeKinds)[number];

/** Who sends the changed value: the client (`request`) or the server (`answer`, `error`). */
export type Direction = 'request' | 'answer' | 'error';

/** A difference between two contracts. Many operations may show it; it counts once. */
export interface Change {
  readonly kind: ChangeKind;
  readonly subject: string;
  /** The rest of a sentence after the subject, without a full stop. */
  readonly text: string;
  /** Null: the operation as a whole changed. */
  readonly direction: Direction | null;
  readonly operations: readonly OperationId[];
  /** A client built for the first contract may fail with a server of the second. */
  readonly breaksClients: boolean;
  /** A server built for the first contract may fail a client of the second. */
  readonly breaksServers: boolean;
  readonly requirements: readonly RequirementId[];
}

export type FoundChange = Omit<Change, 'requirements' | 'operations'>;

export type Breaks = Pick<Change, 'breaksClients' | 'breaksServers'>;

export const breaksClients: Breaks = { breaksClients: true, breaksServers: false };
export const breaksServers: Breaks = { breaksClients: false, breaksServers: true };
