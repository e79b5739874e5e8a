import type { BrokenRule } from '../../base/model/breach.js';
import type { ReleaseName } from '../../base/model/releases.js';
import type { OperationId } from './operations.js';
import type { SchemaShape } from './schema-shape.js';

export const credentialSchemes = ['APIKeyHeader', 'Bearer', 'SessionIdHeader'] as const;

export type CredentialScheme = (typeof credentialSchemes)[number];

export interface Contract {
  readonly release: ReleaseName;
  /** A path from the package's folder, an absolute path outside it, or a URL. */
  readonly source: string;
  readonly sha256: string;
  readonly operations: ReadonlyMap<OperationId, Operation>;
  readonly credentials: readonly CredentialScheme[];
  /** Contradictions between the document and OpenAPI, and how the suite reads them. */
  readonly anomalies: readonly Anomaly[];
  /** The operations and all that they refer to, as one document. JSON pointers stay as in the original. */
  readonly excerpt: Readonly<Record<string, unknown>>;
  /** Compiles all schemas now instead of at first use. @throws ConfigurationError naming a broken one */
  compileAll(): void;
}

export interface Operation {
  readonly id: OperationId;
  readonly method: string;
  readonly path: string;
  /** Each credential is enough alone. Empty: the operation needs none. */
  readonly security: readonly CredentialScheme[];
  readonly request: RequestBody | undefined;
  readonly success: SuccessAnswer;
  /** Judges every answer that is not the documented success. */
  readonly error: Answer;
  readonly pointer: string;
}

/** Judges JSON values. Undefined stands for an absent body. */
export interface Judge {
  mismatches(value: unknown): readonly Mismatch[];
}

export interface RequestBody extends Judge {
  readonly required: boolean;
  readonly schema: SchemaShape;
}

export interface Answer extends Judge {
  /** Undefined without content or for an inline schema. */
  readonly schemaName: string | undefined;
  readonly properties: readonly SchemaProperty[];
}

export interface SuccessAnswer extends Answer {
  readonly status: number;
  readonly mediaType: string | undefined;
}

/** Names types but never the value, which may be a secret. */
export interface Mismatch {
  readonly instancePath: string;
  readonly rule: BrokenRule;
}

export interface SchemaProperty {
  /** `*` stands for each item of an array. */
  readonly pointer: string;
  /** The schema that declares the property; for a part of an `allOf`, the part. */
  readonly schema: string;
  readonly name: string;
  /** For a list, the values of its items. Null is left out. */
  readonly enumValues: readonly string[];
}

export interface Anomaly {
  readonly pointer: string;
  readonly message: string;
}
