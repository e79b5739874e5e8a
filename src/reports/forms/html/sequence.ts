import type { Exchange } from '../../../base/model/exchange.js';
import { counted, cut, duration } from '../../../base/words.js';
import { pathOf, toneOf } from './exchanges.js';
import { html, type Markup } from './markup.js';

/** At most {@link shownAfter} of these come after the deciding request. */
const shown = 6;
/** A request right after the deciding one may use its answer. */
const shownAfter = 1;
/** Shorter pauses are network delay. */
const longPause = 1000;

/** In units of the drawing, which is narrow enough for a phone. */
const left = 64;
const right = 440;
const width = 460;
const rowHeight = 52;
const pauseHeight = 30;
const longestPath = 34;

export function sequence(all: readonly Exchange[], deciding?: Exchange): Markup {
  const at = deciding === undefined ? -1 : all.lastIndexOf(deciding);
  const end = at < 0 ? all.length : Math.min(all.length, at + 1 + shownAfter);
  const last = all.slice(Math.max(0, end - shown), end);
  const [first] = last;
  if (first === undefined) return html``;
  const began = Date.parse(first.startedAt);
  let y = 34;
  const rows = last.map((exchange, index) => {
    const pause = index === 0 ? 0 : Date.parse(exchange.startedAt) - endOf(last[index - 1] ?? exchange);
    const gap = pause >= longPause ? pauseAt(y, pause) : html``;
    if (pause >= longPause) y += pauseHeight;
    const row = rowAt(y, exchange, Date.parse(exchange.startedAt) - began, exchange === deciding);
    y += rowHeight;
    return html`${gap}${row}`;
  });
  const words = last.map(
    (exchange) =>
      `${exchange.request.method} ${pathOf(exchange.request.url)}: ${answerOf(exchange)}${exchange === deciding ? ', which is wrong' : ''}`,
  );
  const more = all.length - last.length;
  return html`${more > 0 && html`<p class="faint">${counted(more, 'other request')} below and in verdict.json</p>`}
<svg class="sequence" viewBox="0 0 ${width} ${y + 4}" role="img" aria-label="${words.join('; ')}">
<text class="who" x="${left}" y="14" text-anchor="middle">suite</text><text class="who" x="${right}" y="14" text-anchor="end">target</text>
<path class="life" d="M${left} 22V${y}M${right} 22V${y}"/>${rows}</svg>`;
}

const endOf = ({ startedAt, durationMs }: Exchange): number => Date.parse(startedAt) + durationMs;

function answerOf({ response, error }: Exchange): string {
  return response === undefined
    ? `no answer${error === undefined ? '' : ` (${cut(error, 40)})`}`
    : String(response.status);
}

function rowAt(y: number, exchange: Exchange, since: number, isWrong: boolean): Markup {
  const middle = (left + right) / 2;
  const { method, url } = exchange.request;
  const tone = isWrong ? 'o-fail deciding' : toneOf(exchange.response?.status);
  const mark = isWrong ? '✗ ' : '';
  return html`<text class="when" x="0" y="${y + 14}">${since < 1 ? 'at 0' : `+${duration(since)}`}</text>
<text class="says" x="${middle}" y="${y + 10}" text-anchor="middle">${method} ${cut(pathOf(url), longestPath)}</text>
<path class="arrow" d="M${left} ${y + 15}H${right}l-7 -4m7 4l-7 4"/>
<text class="answer ${tone}" x="${middle}" y="${y + 32}" text-anchor="middle">${mark}${cut(answerOf(exchange), longestPath)} · ${duration(exchange.durationMs)}</text>
<path class="arrow back ${tone}" d="M${right} ${y + 37}H${left}l7 -4m-7 4l7 4"/>`;
}

function pauseAt(y: number, ms: number): Markup {
  return html`<text class="pause" x="${(left + right) / 2}" y="${y + 18}" text-anchor="middle">${duration(ms)} later</text>`;
}
