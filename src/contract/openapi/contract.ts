import type { BrokenRule } from '../../base/model/breach.js';
import type { ReleaseName } from '../../base/model/releases.js';
import type { OperationId } from './operations.js';
import type { SchemaShape } from './schema-shape.js';

export const credentialSchemes = ['APIKeyHeader', 'Bearer', 'SessionIdHeader'] as const;

export type CredentialScheme = (typeof credentialSchemes)[number];

export interface Contract {
  readonly release: ReleaseName;
  /** The document's path from the package's folder, an absolute path outside it, or a URL. */
  readonly source: string;
  /** SHA-256 of the file's bytes, in hexadecimal. */
  readonly sha256: string;
  readonly operations: ReadonlyMap<OperationId, Operation>;
  readonly credentials: readonly CredentialScheme[];
  /** Contradictions between the document and the OpenAPI standard, and how the suite reads them. */
  readonly anomalies: readonly Anomaly[];
  /** The operations and all that they refer to, as one document. JSON pointers stay as in the original. */
  readonly excerpt: Readonly<Record<string, unknown>>;
  /** Compiles all schemas now instead of at first use. @throws ConfigurationError naming a broken one */
  compileAll(): void;
}

export interface Operation {
  readonly id: OperationId;
  /** In upper case. */
  readonly method: string;
  /** As in the document, relative to the API's root. */
  readonly path: string;
  /** The credentials that the operation accepts, each sufficient alone; empty: it needs none. */
  readonly security: readonly CredentialScheme[];
  readonly request: RequestBody | undefined;
  readonly success: SuccessAnswer;
  /** The schema of every answer that is not the documented success. */
  readonly error: Answer;
  /** JSON pointer into the document. */
  readonly pointer: string;
}

/** Judges JSON values. An absent body is undefined. A conforming value has no mismatches. */
export interface Judge {
  mismatches(value: unknown): readonly Mismatch[];
}

export interface RequestBody extends Judge {
  readonly required: boolean;
  readonly schema: SchemaShape;
}

export interface Answer extends Judge {
  /** The schema's name in the document; undefined: no content or an inline schema. */
  readonly schemaName: string | undefined;
  readonly properties: readonly SchemaProperty[];
}

export interface SuccessAnswer extends Answer {
  readonly status: number;
  readonly mediaType: string | undefined;
}

/** How a value breaks its schema. It names types but never the value, which may be a secret. */
export interface Mismatch {
  /** JSON pointer into the value; empty for the whole value. */
  readonly instancePath: string;
  readonly rule: BrokenRule;
}

export interface SchemaProperty {
  /** JSON pointer into the value; `*` stands for each item of an array. */
  readonly pointer: string;
  /** The name of the schema that declares the property; for a part of an `allOf`, the part's name. */
  readonly schema: string;
  readonly name: string;
  /** The enumeration's values without null; for a list, those of its items. Empty without an enumeration. */
  readonly enumValues: readonly string[];
}

export interface Anomaly {
  /** JSON pointer into the document. */
  readonly pointer: string;
  readonly message: string;
}
