import type { CallOptions } from './api.js';

/** A body that is sent as it is, or none, and the client's mistake that it is, if it is one. */
export function asText(
  body: string | undefined,
  mistake: string | undefined,
): Pick<CallOptions, 'raw' | 'mistake'> {
  return {
    ...(body === undefined ? {} : { raw: { body } }),
    ...(mistake === undefined ? {} : { mistake }),
  };
}
