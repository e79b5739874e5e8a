import type { StatementInVerdict } from '../../src/base/model/verdict.js';

export function statement(claims: StatementInVerdict['claims']): StatementInVerdict {
  return { file: 'acme.yaml', sha256: 'cd'.repeat(32), vendor: 'Acme', product: 'Vault 7.1', claims };
}
