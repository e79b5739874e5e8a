/** A text in two: what is shown of it, and how many UTF-16 units are not. */
export interface Cut {
  readonly kept: string;
  readonly cut: number;
}

/**
 * Cuts before a text is escaped or broken into lines: of ten million characters only those that are shown are worth
 * the work.
 *
 * @param longest in UTF-16 units
 */
export function cutAt(text: string, longest: number): Cut {
  if (text.length <= longest) return { kept: text, cut: 0 };
  const last = text.charCodeAt(longest - 1);
  // Not between the halves of one character.
  const end = last >= 0xd800 && last <= 0xdbff ? longest - 1 : longest;
  return { kept: text.slice(0, end), cut: text.length - end };
}

/** The beginning of a long text, and how much of it is not there. */
export function cutText(text: string, longest: number): string {
  const { kept, cut } = cutAt(text, longest);
  return cut === 0 ? text : `${kept}… (${cutInWords(cut)})`;
}

export function cutInWords(cut: number): string {
  return `${cut.toLocaleString('en')} more characters were cut`;
}
