import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { StatementInVerdict } from '../../base/model/verdict.js';
import { ConfigDocument } from '../../input/config-file/document.js';
import type { KeyPath } from '../../input/config-file/problems.js';
import { checkSchema } from '../../input/config-file/schema.js';
import { Values } from '../../input/config-file/values.js';
import { loadClaims } from './claims.js';

export function readStatement(path: string): StatementInVerdict {
  const document = ConfigDocument.read(path, 'at least version and claims');
  checkSchema(document, 'statement.schema.json', countHint);
  const values = new Values(document, document.value);
  const [vendor, product] = [values.text(['vendor']), values.text(['product'])];
  document.problems.throwIfAny();
  return {
    file: basename(path),
    sha256: createHash('sha256').update(document.text).digest('hex'),
    ...(vendor === undefined ? {} : { vendor }),
    ...(product === undefined ? {} : { product }),
    claims: Object.fromEntries(
      loadClaims().flatMap(({ name }): [string, boolean | number][] => {
        const value = values.flag(['claims', name]) ?? values.number(['claims', name]);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  };
}

function countHint(path: KeyPath): string | undefined {
  const [key, name] = path;
  const unit = key === 'claims' ? loadClaims().find((claim) => claim.name === name)?.count?.unit : undefined;
  return unit === undefined ? undefined : `must be true, false, or a whole number from 1 on (${unit})`;
}
