import type { Exchange } from '../../../base/model/exchange.js';
import { counted, cut, duration } from '../../../base/words.js';
import { html, longText, type Markup } from './markup.js';

/** The last requests of a long series matter most; verdict.json has all. */
const shownExchanges = 10;
const longestPart = 4096;
const longestHeaders = 2048;

/** Limits a page's exchanges, in characters. The first requirements take room first. */
export class ExchangeRoom {
  #left = 4_000_000;

  take(size: number): boolean {
    if (size > this.#left) return false;
    this.#left -= size;
    return true;
  }
}

export function exchanges(all: readonly Exchange[], room: ExchangeRoom): Markup {
  const last = all.slice(-shownExchanges);
  const shown = last.filter((exchange) => room.take(sizeOf(exchange)));
  const left = all.length - shown.length;
  return html`<h4>${counted(all.length, 'request')}</h4>
${left > 0 && html`<p class="faint">${left} more in verdict.json</p>`}
<ol class="exchanges" start="${all.length - last.length + 1}">${shown.map(
    (exchange) => html`<li>${one(exchange)}</li>`,
  )}</ol>`;
}

function sizeOf({ request, response, error }: Exchange): number {
  const long = (text = '') => Math.min(text.length, longestPart);
  return 2000 + long(request.body) + long(response?.body) + long(error);
}

function one({ operation, request, response, error, durationMs, startedAt }: Exchange): Markup {
  const status = response?.status;
  return html`<details><summary><span class="status ${toneOf(status)}">${status ?? 'no answer'}</span> <span class="mono">${request.method} ${pathOf(request.url)}</span> <span class="faint">${operation ?? 'no operation'}, ${duration(durationMs)}</span></summary>
<h5>Request, ${startedAt}</h5><pre>${message(`${request.method} ${request.url}`, request.headers, request.body)}</pre>
${response !== undefined && html`<h5>Answer</h5><pre>${message(String(response.status), response.headers, response.body)}</pre>`}
${error !== undefined && html`<h5>${response === undefined ? 'No answer' : 'Error'}</h5><pre>${longText(error, longestPart)}</pre>`}</details>`;
}

export function toneOf(status = 599): string {
  return status >= 500 ? 'o-fail' : status >= 200 && status < 300 ? 'o-pass' : 'o-inconclusive';
}

function message(first: string, headers: Readonly<Record<string, string>>, body: string | undefined): Markup {
  const fields = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
  return html`<b>${first}</b>
${longText(fields, longestHeaders)}${
  body !== undefined &&
  html`

${longText(body, longestPart)}`
}`;
}

export function pathOf(url: string): string {
  const found = /^[a-z]+:\/\/[^/?#]*(.*)$/i.exec(url)?.[1] ?? url;
  return found === '' ? '/' : cut(found, 200);
}
