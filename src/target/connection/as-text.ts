import type { CallOptions } from './api.js';

/** Sends a body as it is, or none, with the client mistake that it makes, if any. */
export function asText(
  body: string | undefined,
  mistake: string | undefined,
): Pick<CallOptions, 'raw' | 'mistake'> {
  return {
    ...(body === undefined ? {} : { raw: { body } }),
    ...(mistake === undefined ? {} : { mistake }),
  };
}
