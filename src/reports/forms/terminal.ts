import { printable } from '../../base/redaction/printable.js';
import { paint, wrap } from '../../base/words.js';

export type Terminal = ReturnType<typeof terminal>;

export function inSections(sections: readonly (readonly string[])[]): string {
  const shown = sections.filter((lines) => lines.length > 0);
  return `${shown.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Makes functions that format lines and make texts, perhaps a target's, printable. */
export function terminal(colour: boolean, width: number) {
  const wrapped = (text: string, indent: string) => wrap(printable(text), width, indent);
  return {
    ink: paint(colour),
    line: (text: string) => printable(text).replaceAll('\n', ' '),
    wrapped,
    /** Like `wrapped`, but the first line begins with `head` instead of `indent`. */
    behind: (head: string, text: string, indent: string) => {
      const [first = '', ...rest] = wrapped(text, indent);
      return [`${head}${first.trimStart()}`, ...rest];
    },
  };
}
