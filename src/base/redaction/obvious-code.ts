/** A code of zeros is the first guess of anyone, so it is no secret unless it is a user's code. */
export const isObviousCode = (value: string): boolean => /^0{6,8}$/.test(value);
