import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { objectOf, type Shaped, shapes } from '../../base/shape.js';

/** A moment by the monotonic clock: milliseconds since the machine's start, with an id of that start. */
export const moment = objectOf({ boot: shapes.text, up: shapes.number });
export type Moment = Shaped<typeof moment>;

let bootId: string | undefined;

/** Now, by the monotonic clock that all processes of a machine share. */
export function momentNow(): Moment {
  bootId ??= readBootId();
  return { boot: bootId, up: Number(process.hrtime.bigint() / 1_000_000n) };
}

/** Empty if unknown: writes of other processes then count as sent just now. */
function readBootId(): string {
  try {
    return `${hostname()} ${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`;
  } catch {
    return '';
  }
}
