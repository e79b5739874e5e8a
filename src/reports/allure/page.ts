import { SuiteError } from '../../base/errors.js';

/** Thrown if the page would still load something, which another version of Allure may cause. */
class AllurePageError extends SuiteError {
  readonly blame = 'suite failed';
}

const policy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' data: blob:",
  "style-src 'unsafe-inline' data: blob:",
  'img-src data: blob:',
  'font-src data:',
  'media-src data: blob:',
  'frame-src data: blob:',
  'connect-src data: blob:',
  'worker-src data: blob:',
].join('; ');

/** Names Allure's icon buttons and overlays for screen readers, and again whenever the page changes. */
const naming = `
const name = () => {
  for (const button of document.querySelectorAll('button:not([aria-label])')) {
    if (button.textContent.trim() !== '') continue;
    const id = button.dataset.testid || button.closest('[data-testid]')?.dataset.testid || 'button';
    button.setAttribute('aria-label', id.replace(/[-_]+/g, ' '));
  }
  [...document.body.children].forEach((part, at) => {
    if (!part.matches('main,script,style,[role]')) {
      part.setAttribute('role', 'region');
      part.setAttribute('aria-label', 'overlay ' + at);
    }
  });
};
new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
name();
`;

const begin =
  '<main style="display:contents"><h1 style="position:absolute;left:-9999px">Allure report</h1><div id="app"></div></main>';

/** Removes all that Allure's page loads from other machines. A policy forbids further loads. */
export function withoutRequests(page: string): string {
  const stripped = page
    .replace(/<script\b[^>]*\bsrc\s*=\s*["']?(?:https?:)?\/\/[^>]*>\s*<\/script>/gi, '')
    .replace(/<script>(?:(?!<\/script>)[\s\S])*?\bgtag\((?:(?!<\/script>)[\s\S])*?<\/script>/gi, '')
    .replace(/<link\b[^>]*\bhref\s*=\s*["']?(?:https?:)?\/\/[^>]*>/gi, '');
  const left = externalLoads(stripped);
  if (left.length > 0) {
    throw new AllurePageError(
      `The Allure report was not written, because it would load ${left.slice(0, 3).join(', ')}.`,
    );
  }
  return stripped
    .replace(/<head>/i, () => `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`)
    .replace('<div id="app"></div>', begin)
    .replace(/<\/body>(?![\s\S]*<\/body>)/i, () => `<script>${naming}</script></body>`);
}

/** Returns the addresses that a browser would load without a click, in elements and style sheets. */
export function externalLoads(page: string): string[] {
  const found = [
    ...page.matchAll(
      /<(?:script|link|img|iframe|source|video|audio|embed|object)\b[^>]*?\b(?:src|href|data)\s*=\s*["']?((?:https?:)?\/\/[^"'\s>]+)/gi,
    ),
    ...page.matchAll(/(?:@import\s+|url\(\s*)["']?((?:https?:)?\/\/[^"')\s]+)/gi),
    ...page.matchAll(
      /((?:https?:)?\/\/(?:[\w-]+\.)*(?:googletagmanager|google-analytics|fonts\.googleapis|fonts\.gstatic)\.com[^"'\s<]*)/gi,
    ),
  ].map(([, address = '']) => address);
  return [...new Set(found)];
}
