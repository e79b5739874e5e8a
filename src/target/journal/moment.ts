import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A moment that no change of the clock moves: milliseconds since the machine was started, and which start that was. */
export interface Moment {
  readonly boot: string;
  readonly up: number;
}

let bootId: string | undefined;

/** The steady clock that all processes of a machine share. */
export function momentNow(): Moment {
  bootId ??= readBootId();
  return { boot: bootId, up: Number(process.hrtime.bigint() / 1_000_000n) };
}

/** Empty where the system doesn't tell: then a write of another process counts as sent just now. */
function readBootId(): string {
  try {
    return `${hostname()} ${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`;
  } catch {
    return '';
  }
}
