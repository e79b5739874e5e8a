/**
 * What a terminal or a reader's eye would obey instead of showing: control characters but tab and line feed,
 * characters that turn the direction of writing, characters without width, line separators, lone surrogates.
 */
const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is what it is for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{d800}-\u{dfff}]|[\u{e0000}-\u{e007f}]/gu;

/** The text with such characters as \u escapes: fit for a terminal, whatever a target wrote into it. */
export function printable(text: string): string {
  return text.replace(invisible, (found) =>
    Array.from({ length: found.length }, (_, index) => escapeOf(found.charCodeAt(index))).join(''),
  );
}

function escapeOf(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
