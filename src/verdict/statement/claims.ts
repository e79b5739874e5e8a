import { join } from 'node:path';
import { packageRoot } from '../../base/package-root.js';
import { ConfigDocument } from '../../input/config-file/document.js';
import { checkSchema } from '../../input/config-file/schema.js';

/** A point that the API document leaves open and that a vendor may claim or deny. */
export interface Claim {
  readonly name: string;
  readonly text: string;
  readonly whenTrue: string;
  /** Facts that measure the claim, in addition to the outcomes. */
  readonly facts: readonly string[];
  /** Set if a vendor may claim a number in place of true. */
  readonly count?: {
    readonly unit: string;
    /** Maps requirements to the facts with the numbers that their tests measure. */
    readonly factOf: ReadonlyMap<string, string>;
  };
}

interface ClaimInFile extends Pick<Claim, 'name' | 'text'> {
  readonly true: string;
  readonly facts?: readonly string[];
  readonly count?: { readonly unit: string; readonly facts: Readonly<Record<string, string>> };
}

let loaded: readonly Claim[] | undefined;

export function loadClaims(): readonly Claim[] {
  loaded ??= readClaims(join(packageRoot(), 'spec', 'claims.yaml'));
  return loaded;
}

function readClaims(file: string): readonly Claim[] {
  const document = ConfigDocument.read(file);
  checkSchema(document, 'claims.schema.json');
  document.problems.throwIfAny();
  const { claims }: { readonly claims: readonly ClaimInFile[] } = Object(document.value);
  return claims.map(({ name, text, true: whenTrue, facts = [], count }) => ({
    ...{ name, text, whenTrue, facts },
    ...(count && {
      count: {
        unit: count.unit,
        factOf: new Map(Object.entries(count.facts).map(([fact, id]) => [id, fact])),
      },
    }),
  }));
}
