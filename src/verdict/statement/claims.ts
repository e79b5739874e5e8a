import { join } from 'node:path';
import { packageRoot } from '../../base/package-root.js';
import { ConfigDocument } from '../../input/config-file/document.js';
import { checkSchema } from '../../input/config-file/schema.js';
import { Values } from '../../input/config-file/values.js';

/** A point that the API document leaves open and that a vendor may claim or deny. */
export interface Claim {
  readonly name: string;
  /** A sentence that a vendor could sign. */
  readonly text: string;
  /** The demand on a target once it is claimed. */
  readonly whenTrue: string;
  /** Names of facts that measure it, beside its requirements. */
  readonly facts: readonly string[];
  /** Present if a number may replace true. */
  readonly count?: {
    readonly unit: string;
    /** The counting fact, by the id of the requirement that measures it. */
    readonly factOf: ReadonlyMap<string, string>;
  };
}

let loaded: readonly Claim[] | undefined;

/** `spec/claims.yaml`, in its order. */
export function loadClaims(): readonly Claim[] {
  loaded ??= readClaims(join(packageRoot(), 'spec', 'claims.yaml'));
  return loaded;
}

function readClaims(file: string): readonly Claim[] {
  const document = ConfigDocument.read(file);
  checkSchema(document, 'claims.schema.json');
  document.problems.throwIfAny();
  const values = new Values(document, document.value);
  const claims: Claim[] = [];
  for (let index = 0; values.has(['claims', index]); index++) {
    const text = (key: string) => values.text(['claims', index, key]) ?? '';
    const facts = values.texts(['claims', index, 'facts']);
    const unit = values.text(['claims', index, 'count', 'unit']);
    claims.push({
      name: text('name'),
      text: text('text'),
      whenTrue: text('true'),
      facts,
      ...(unit === undefined ? {} : { count: { unit, factOf: factsOf(values, index, facts) } }),
    });
  }
  return claims;
}

function factsOf(values: Values, index: number, facts: readonly string[]): Map<string, string> {
  return new Map(
    facts.flatMap((fact) => {
      const id = values.text(['claims', index, 'count', 'facts', fact]);
      return id === undefined ? [] : [[id, fact] as const];
    }),
  );
}
