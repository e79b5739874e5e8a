/** The changed digit's place. A comparison that ignores that end of a code misses the change. */
export type DigitPlace = 'first' | 'last';

/** All codes that differ only in that digit. */
export function oneDigitOff(code: string, place: DigitPlace): readonly string[] {
  const at = place === 'first' ? 0 : code.length - 1;
  return [1, 2, 3, 4, 5, 6, 7, 8, 9].map(
    (n) => `${code.slice(0, at)}${((Number(code[at]) || 0) + n) % 10}${code.slice(at + 1)}`,
  );
}

/** A code that this opens is guessed within a thousand attempts. */
export const firstHalf = (code: string): string => code.slice(0, Math.ceil(code.length / 2));
