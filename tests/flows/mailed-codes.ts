/** Why nothing shows whether a newer code voids an older one. */
export const sameCodeAgain = 'The target mails the same code again while it lives.';
