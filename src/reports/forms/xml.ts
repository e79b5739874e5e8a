/** Characters that XML 1.0 can't hold in any spelling (section 2.2), such as lone surrogates. */
const illegal =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it must find control characters
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\u{d800}-\u{dfff}]/gu;

/** Direction marks, which would make the shown text differ from the real one. */
const directional = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

function plain(text: string): string {
  return text
    .replace(illegal, '')
    .replace(directional, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Text between tags. Parsers would read a bare carriage return as a line feed. */
export function escapeText(text: string): string {
  return plain(text).replace(/[&<>\r]/g, (char) => references[char] ?? char);
}

/** Text in a quoted attribute, where parsers would read line ends and tabs as spaces. */
function escapeAttribute(text: string): string {
  return plain(text).replace(/[&<>"'\t\n\r]/g, (char) => references[char] ?? char);
}

/** ` name="value"` for each; names must be XML names. */
export function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
    .join('');
}
