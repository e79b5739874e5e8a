import { printable } from '../../base/redaction/printable.js';

/** An invisible entity that keeps renderers from finding mentions, links or emoji. */
const gap = '&#8203;';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Renders untrusted text as one line of Markdown, or a table's cell, that shows it literally. */
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

export function mdCode(text: string): string {
  const line = printable(text).replace(/\s+/g, ' ').trim();
  if (line === '') return '';
  const ticks = fenceFor(line, 1);
  // Renderers drop this space. It separates the text's backticks from the backticks around it.
  const space = /^`|`$/.test(line) ? ' ' : '';
  return `${ticks}${space}${line}${space}${ticks}`;
}

export function mdBlock(text: string): string {
  const fence = fenceFor(text, 3);
  return [`${fence}text`, printable(text).replace(/\s+$/, ''), fence].join('\n');
}

function fenceFor(text: string, least: number): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  return '`'.repeat(Math.max(least, longest + 1));
}

export function mdLink(text: string, address: string): string {
  if (!/^https?:\/\/[^\s<>"\\]+$/.test(address)) return mdText(text);
  return `[${mdText(text)}](<${printable(address)}>)`;
}
