/** Characters that XML 1.0 can't hold in any spelling (section 2.2), lone halves of characters among them. */
const illegal =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is what it is for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\u{d800}-\u{dfff}]/gu;

/** They turn the direction of writing: what is shown would not be what is there. */
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

/** Text for between tags. A bare carriage return would be read as a line feed. */
export function escapeText(text: string): string {
  return plain(text).replace(/[&<>\r]/g, (char) => references[char] ?? char);
}

/** Text for a quoted attribute, where line ends and tabs would be read as spaces. */
function escapeAttribute(text: string): string {
  return plain(text).replace(/[&<>"'\t\n\r]/g, (char) => references[char] ?? char);
}

/** ` name="value"` for each; names must be XML names. */
export function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
    .join('');
}
