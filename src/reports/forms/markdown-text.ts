import { printable } from '../../base/redaction/printable.js';

/** Written as an entity; shows nothing, but no mention, link or emoji is found across it. */
const gap = '&#8203;';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * Text of whatever origin as one line of Markdown that shows it letter by letter: no markup, no HTML, no mention of a
 * person, no reference to an issue, no link; safe in a table's cell, too.
 */
export function mdText(text: string): string {
  return printable(text)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[&<>]/g, (char) => entities[char] ?? char)
    .replace(/[\\`*_{}[\]()+!|~$-]/g, (char) => `\\${char}`)
    .replace(/#/g, `#${gap}`)
    .replace(/@/g, `@${gap}`)
    .replace(/:(?=\/\/|[\w\\+])/g, `:${gap}`)
    .replace(/\bwww\./gi, (found) => `${found.slice(0, 3)}${gap}.`)
    .replace(/\bGH(?=\\-\d)/gi, (found) => `${found}${gap}`);
}

/** Text in a line, as it is written, in a code span. */
export function mdCode(text: string): string {
  const line = printable(text).replace(/\s+/g, ' ').trim();
  if (line === '') return '';
  const ticks = fenceFor(line, 1);
  // A space parts a tick of the text from ours, and is not shown.
  const space = /^`|`$/.test(line) ? ' ' : '';
  return `${ticks}${space}${line}${space}${ticks}`;
}

/** Text of several lines, as it is written, in a block of its own. */
export function mdBlock(text: string): string {
  const fence = fenceFor(text, 3);
  return [`${fence}text`, printable(text).replace(/\s+$/, ''), fence].join('\n');
}

/** More ticks than there are in a row in the text. */
function fenceFor(text: string, least: number): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  return '`'.repeat(Math.max(least, longest + 1));
}

/** A link, where the address is one of the web; else the text alone. */
export function mdLink(text: string, address: string): string {
  if (!/^https?:\/\/[^\s<>"\\]+$/.test(address)) return mdText(text);
  return `[${mdText(text)}](<${printable(address)}>)`;
}
