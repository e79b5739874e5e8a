/** Where a code is wrong: a comparison that leaves out an end of it does not see that. */
export type DigitPlace = 'first' | 'last';

/** All codes that differ from this one in that digit alone. */
export function oneDigitOff(code: string, place: DigitPlace): readonly string[] {
  const at = place === 'first' ? 0 : code.length - 1;
  return [1, 2, 3, 4, 5, 6, 7, 8, 9].map(
    (n) => `${code.slice(0, at)}${((Number(code[at]) || 0) + n) % 10}${code.slice(at + 1)}`,
  );
}
