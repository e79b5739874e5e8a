import { answers } from '../deviations.js';
import { operations } from '../operations/table.js';
import type { Fault } from '../seams.js';

/** One success status other than the documented one for each operation. */
export const statusFaults: readonly Fault[] = operations.flatMap(({ id, wrongStatus }): Fault[] => {
  if (wrongStatus === undefined) return [];
  const [slug, status, requirement] = wrongStatus;
  return [
    {
      id: `status/${slug}-${status}`,
      description: `${id} succeeds with status ${status}.`,
      breaks: [requirement],
      apply: answers(id, (answer) => {
        if (answer.status >= 300) return;
        answer.status = status;
        answer.body ??= {};
      }),
    },
  ];
});
