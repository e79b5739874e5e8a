import type { BrokenRule } from '../../base/model/breach.js';
import type { ReleaseName } from '../../base/model/releases.js';
import type { BodySchema } from './body-schema.js';
import type { OperationId } from './operations.js';

export const credentialSchemes = ['APIKeyHeader', 'Bearer', 'SessionIdHeader'] as const;

/** A security scheme of the contract that the suite knows to use. */
export type CredentialScheme = (typeof credentialSchemes)[number];

export function isCredentialScheme(text: string): text is CredentialScheme {
  return (credentialSchemes as readonly string[]).includes(text);
}

/** One OpenAPI document, read and ready to judge by. */
export interface Contract {
  readonly release: ReleaseName;
  /** The document's path from the package's folder, with forward slashes; absolute for a file outside it; or a URL. */
  readonly source: string;
  /** Of the file's bytes, in hexadecimal. */
  readonly sha256: string;
  /** The operations of the document that the suite knows; others are not looked at. */
  readonly operations: ReadonlyMap<OperationId, Operation>;
  /** The security schemes that the document declares and the suite knows. */
  readonly credentials: readonly CredentialScheme[];
  /** Where the document contradicts a standard, and how it is read all the same. */
  readonly anomalies: readonly Anomaly[];
  /** `METHOD /path` of operations that carry the tag of the MFA API, and that the suite doesn't know. */
  readonly furtherTagged: readonly string[];
  /** The operations and what they reach, as a document of its own in which they have the same pointers. */
  readonly excerpt: Readonly<Record<string, unknown>>;
  /**
   * Compiles all schemas, which otherwise happens at the first use of each.
   *
   * @throws ConfigurationError naming the schema that does not compile
   */
  compileAll(): void;
}

export interface Operation {
  readonly id: OperationId;
  /** In upper case. */
  readonly method: string;
  /** As in the document, to be appended to the API's root. */
  readonly path: string;
  readonly summary: string;
  /** The credentials that are accepted, one of them each time; empty where none is asked for. */
  readonly security: readonly CredentialScheme[];
  /** Undefined where the operation takes no body. */
  readonly request: RequestBody | undefined;
  readonly success: SuccessAnswer;
  /** What every other answer looks like. */
  readonly error: Answer;
  /** JSON pointer into the document. */
  readonly pointer: string;
}

/** Judges JSON values; an absent body is undefined. No mismatch means that the value conforms. */
export interface Judge {
  mismatches(value: unknown): readonly Mismatch[];
}

export interface RequestBody extends Judge {
  readonly required: boolean;
  /** What bodies are made from. */
  readonly schema: BodySchema;
}

export interface Answer extends Judge {
  /** The name of the schema in the document; undefined where there is no content or no name. */
  readonly schemaName: string | undefined;
  /** All properties that such an answer may have, those of inner objects included. */
  readonly properties: readonly SchemaProperty[];
}

export interface SuccessAnswer extends Answer {
  readonly status: number;
  /** Undefined where the answer has no content. */
  readonly mediaType: string | undefined;
}

/** How a value departs from its schema. Tells types only, never the value: that may be a secret. */
export interface Mismatch {
  /** JSON pointer into the value; empty for the value itself. */
  readonly instancePath: string;
  readonly rule: BrokenRule;
  /** JSON pointer into the document, to the rule that is broken. */
  readonly contractPointer: string;
}

export interface SchemaProperty {
  /** JSON pointer into the value; `*` stands for each item of an array. */
  readonly pointer: string;
  /** The schema that the property belongs to: for a part of an `allOf`, that part. */
  readonly schema: string;
  readonly name: string;
  /** The values of the enumeration (or of the items' enumeration), without null; empty where there is none. */
  readonly enumValues: readonly string[];
}

export interface Anomaly {
  /** JSON pointer into the document. */
  readonly pointer: string;
  readonly message: string;
}
