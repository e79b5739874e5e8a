import type { OperationId } from '../contract/operations.js';
import type { Call, Step } from './curl.js';
import { ordinary, switchedOn } from './stimuli.js';

export const step = (note: string, operation: OperationId, change: Partial<Call> = {}): Step => ({
  note,
  call: { operation, ...ordinary[operation], ...change },
});

/** Sets TOTP_CODE; `moment` are further arguments of oathtool. */
export function codeStep(note: string, moment = ''): Step {
  return { note, command: `TOTP_CODE=$(oathtool --totp -b${moment} "$TOTP_SECRET")` };
}

/** PUT of a configuration that differs from the usual one with both types in some words. */
export function configure(note: string, from = '', to = ''): Step {
  return step(note, 'UpdateMFAConfig', { body: switchedOn.replace(from, to) });
}
