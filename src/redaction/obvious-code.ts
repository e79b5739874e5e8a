/**
 * Whether a code is one that anybody would guess first: it is nobody's secret, unless it happens to be somebody's code.
 *
 * @example isObviousCode('000000'), isObviousCode('123456')
 */
export const isObviousCode = (value: string): boolean => /^(?:(\d)\1{5,7}|123456)$/.test(value);
