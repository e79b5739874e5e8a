import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { printable } from '../../../base/redaction/printable.js';
import { cutAt, cutInWords, cutText } from '../../../base/words.js';

/** In UTF-16 units. Longer texts are cut. */
const longestText = 4000;

/** HTML that is safe to insert into a page. The constructor escapes nothing. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Part = Markup | string | number | undefined | false | readonly Part[];

/** Escapes and cuts inserted texts. Insert only between tags and in double-quoted attributes. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = literals[0] ?? '';
  for (const [index, part] of parts.entries()) text += rendered(part) + (literals[index + 1] ?? '');
  return new Markup(text);
}

function rendered(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escaped(cutText(part, longestText));
  return part.map(rendered).join('');
}

/** Renders a text for an element that keeps line ends. */
export function longText(text: string, longest = longestText): Markup {
  const { kept, cut } = cutAt(text, longest);
  const note = cut === 0 ? '' : html`<span class="cut">… ${cutInWords(cut)}</span>`;
  return html`${new Markup(escaped(kept))}${note}`;
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (char) => references[char] ?? char);
}

export const headings = (names: readonly string[]): Markup =>
  html`${names.map((name) => html`<th scope="col">${name}</th>`)}`;

export const section = (id: string, title: string, body: Markup): Markup =>
  html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>`;

export function asset(name: string): string {
  // Browsers normalise line ends before they hash the text for the policy.
  return readFileSync(new URL(`assets/${name}`, import.meta.url), 'utf8').replaceAll('\r\n', '\n');
}

const style = asset('report.css');

/** Renders a page whose policy allows only the embedded style and script, no attributes such as `onclick`. */
export function renderPage(title: string, body: Markup, script = ''): string {
  const scripts = script === '' ? "'none'" : `'sha256-${sha256(script)}'`;
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${sha256(style)}'`,
    `script-src ${scripts}`,
    // The empty icon below keeps browsers from requesting /favicon.ico.
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
${body}
${script === '' ? '' : new Markup(`<script>${script}</script>`)}
</body>
</html>
`;
  return page.text;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');
