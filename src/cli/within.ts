import { isFile } from '../base/files.js';
import { counted } from '../base/words.js';
import { loadOrder, shareFound } from '../contract/order/order.js';
import { Pace } from '../contract/order/pace.js';
import type { PlannedTarget } from '../target/run-plan.js';
import { readEvents } from '../verdict/events/log.js';
import { type Foreseen, isTried } from './foreseen.js';
import type { Duration } from './run-options.js';

/** `run --plan --within`: the requirements that fit the time, in order, and the share of faults they find. */
export function fittingIds(
  within: Duration,
  standings: readonly Foreseen[],
  { log, waits }: Pick<PlannedTarget, 'log' | 'waits'>,
): string[] {
  const before = isFile(log) ? readEvents(log) : [];
  const pace = new Pace(waits);
  for (const event of before) if (event.type !== 'test ended') pace.take(event);
  const lagMs = Math.max(
    0,
    ...before.flatMap((event) => (event.type === 'wait' && event.for === 'read-back' ? event.ms : [])),
  );
  const mostMs = within.ms - pace.beginningMs() - pace.endingMs(lagMs);
  const tried = new Set<string>(standings.filter(isTried).map(({ requirement }) => requirement.id));
  const fit = new Set<string>();
  for (const { id } of loadOrder().rows)
    if (tried.has(id) && pace.leftMs(new Set([...fit, id]), true) <= mostMs) fit.add(id);
  const notApplicable = standings.filter((each) => each.notApplicable !== undefined);
  const share = shareFound(fit, new Set(notApplicable.map(({ requirement }) => requirement.id)));
  const how = before.length > 0 ? 'by the pace of the last run' : 'by the pace of a target far away';
  return [
    `${counted(fit.size, 'requirement')} ${how}, which find ${Math.floor(share * 100)} % of the known faults:`,
    ...fit,
  ];
}
