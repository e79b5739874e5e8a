import type { OperationId } from '../openapi/operations.js';
import type { RequirementId } from '../requirements/ids.js';

/** The kinds of changes, in the order in which they are told. */
export const changeKinds = [
  'operation-removed',
  'operation-added',
  'operation-moved',
  'operation-deprecated',
  'credential-removed',
  'credential-added',
  'parameter-removed',
  'parameter-added',
  'status-removed',
  'status-added',
  'media-type-removed',
  'media-type-added',
  'body-removed',
  'body-added',
  'property-removed',
  'property-added',
  'property-deprecated',
  'type-changed',
  'nullability-changed',
  'required-changed',
  'enum-value-removed',
  'enum-value-added',
  'limit-changed',
  'default-changed',
  'alternatives-changed',
  'additional-properties-changed',
  'privileges-documented',
] as const;

export type ChangeKind = (typeof changeKinds)[number];

/** Which way what is changed goes: from client to server, or back. */
export type Direction = 'request' | 'answer' | 'error';

/** One difference between two contracts, found once however many operations show it. */
export interface Change {
  readonly kind: ChangeKind;
  /** `Schema.property`, `METHOD /path`, a parameter, or a credential. */
  readonly subject: string;
  /** A sentence without a full stop, the subject left out. */
  readonly text: string;
  /** Null for what is of the operation as a whole. */
  readonly direction: Direction | null;
  readonly operations: readonly OperationId[];
  /** A client made for the first contract may fail with a server of the second. */
  readonly breaksClients: boolean;
  /** A server made for the first contract may fail a client of the second. */
  readonly breaksServers: boolean;
  readonly requirements: readonly RequirementId[];
}

/** A change before it is known which requirements it touches. */
export type FoundChange = Omit<Change, 'requirements' | 'operations'>;

export interface Breaks {
  readonly breaksClients: boolean;
  readonly breaksServers: boolean;
}

export const harmless: Breaks = { breaksClients: false, breaksServers: false };
export const breaksBoth: Breaks = { breaksClients: true, breaksServers: true };
export const breaksClients: Breaks = { breaksClients: true, breaksServers: false };
export const breaksServers: Breaks = { breaksClients: false, breaksServers: true };

/**
 * The one rule for what may go over the wire. Of a request, less being allowed breaks clients, which may still send
 * the rest; more being allowed breaks servers, which don't know it yet. Of an answer it is the other way round.
 */
export function breaksBy(change: 'narrower' | 'wider' | 'other', direction: Direction): Breaks {
  if (change === 'other') return breaksBoth;
  return (change === 'narrower') === (direction === 'request') ? breaksClients : breaksServers;
}
