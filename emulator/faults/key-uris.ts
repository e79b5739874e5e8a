import { own } from '../json.js';
import type { OperationId } from '../operations/table.js';
import type { Seams } from '../seams.js';

/** The two operations that answer a key. */
export const enrolments: readonly OperationId[] = ['CreateTotpKey', 'UpdateSupportMFAConfig'];

/** Answers contain other URIs than the keys have. */
export function changeUri(
  seams: Seams,
  which: OperationId | readonly OperationId[],
  change: (uri: string) => string,
): void {
  seams.success(which, (body) => {
    const uri = own(body, 'totpUri');
    return typeof uri === 'string' ? { ...body, totpUri: change(uri) } : body;
  });
}
