/**
 * Whether a code is nothing but zeros, which anybody would guess first: it is nobody's secret, unless it happens to be
 * somebody's code.
 */
export const isObviousCode = (value: string): boolean => /^0{6,8}$/.test(value);
