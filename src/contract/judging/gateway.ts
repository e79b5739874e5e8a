/** Statuses that only a gateway sends (RFC 9110 15.6.3 and 15.6.5): they say nothing about the target. */
export const gatewayStatuses: ReadonlySet<number> = new Set([502, 504]);
