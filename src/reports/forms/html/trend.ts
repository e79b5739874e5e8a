import type { Night } from '../extras.js';
import { html, type Markup } from './markup.js';

const height = 44;
const step = 10;

/** A bar for each of the last nights, with its failed and undecided requirements; this run is last. */
export function trend(nights: readonly Night[] = []): Markup {
  if (nights.length < 2) return html``;
  const most = Math.max(1, ...nights.map(({ failed, undecided }) => failed + undecided));
  const bars = nights.map(({ failed, undecided }, index) => {
    const x = index * step;
    if (failed + undecided === 0) return bar('o-pass', x, 3, 0);
    // Even a single failure stays visible beside a much worse night.
    const tall = (count: number) => (count === 0 ? 0 : Math.max(3, (height * count) / most / 1.2));
    return html`${bar('o-fail', x, tall(failed), 0)}${bar('o-inconclusive', x, tall(undecided), tall(failed))}`;
  });
  const bad = nights.filter(({ failed }) => failed > 0).length;
  const [first, last] = [nights[0]?.day ?? '', nights.at(-1)?.day ?? ''];
  const words = `${bad} of the last ${nights.length} nights had failures`;
  return html`<figure class="trend"><svg viewBox="0 0 ${nights.length * step} ${height}" role="img" aria-label="${words}, from ${first} to ${last}" preserveAspectRatio="none">${bars}</svg>
<figcaption><span>${first}</span> <span>${words}</span> <span>${last}</span></figcaption></figure>`;
}

function bar(className: string, x: number, tall: number, above: number): Markup {
  if (tall === 0) return html``;
  return html`<rect class="${className}" x="${x + 1}" y="${(height - tall - above).toFixed(1)}" width="${step - 2}" height="${tall.toFixed(1)}"/>`;
}
