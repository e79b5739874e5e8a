/** Answers of something between, by what they mean (RFC 9110 15.6.3 and 15.6.5): they tell nothing of the target. */
export const gatewayStatuses: ReadonlySet<number> = new Set([502, 504]);
