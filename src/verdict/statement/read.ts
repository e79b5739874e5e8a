import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { ConfigurationError } from '../../base/errors.js';
import type { StatementInVerdict } from '../../base/model/statement.js';
import { ConfigDocument } from '../../input/config-file/document.js';
import type { KeyPath } from '../../input/config-file/problems.js';
import { checkSchema } from '../../input/config-file/schema.js';
import { readTextFile } from '../../input/config-file/text-file.js';
import { Values } from '../../input/config-file/values.js';
import { loadClaims } from './claims.js';

/**
 * Reads and checks a vendor's statement, YAML or JSON by its extension.
 *
 * @throws ConfigurationError with one line per mistake: file, line, column, key path and remedy
 */
export function readStatement(path: string): StatementInVerdict {
  const read = readTextFile(path);
  if ('trouble' in read) throw new ConfigurationError(`${path}: ${read.trouble}`);
  const document = new ConfigDocument(read.text, path);
  checkIsMapping(document);
  checkSchema(document, 'statement.schema.json', countHint);
  const values = new Values(document, document.value);
  const [vendor, product] = [values.text(['vendor']), values.text(['product'])];
  document.problems.throwIfAny();
  return {
    file: basename(path),
    sha256: createHash('sha256').update(read.text).digest('hex'),
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

function checkIsMapping(document: ConfigDocument): void {
  const { value } = document;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  const empty = value === null || value === undefined;
  document.problem(
    [],
    `${empty ? 'the file is empty' : 'the file is not a mapping'}: it needs at least version and claims`,
  );
  document.problems.throwIfAny();
}
