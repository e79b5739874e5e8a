import { printable } from '../redaction/printable.js';

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for HTML, in an element or a quoted attribute; what is invisible or turns the direction shows as an escape. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (char) => references[char] ?? char);
}

/** A relative path as the value of href: each part of it encoded, so that no name is taken for a scheme. */
export function hrefOf(path: string): string {
  return escapeHtml(`./${path.split('/').map(encodeURIComponent).join('/')}`);
}
