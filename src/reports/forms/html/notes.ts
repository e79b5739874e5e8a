import type { Verdict, Wait } from '../../../base/model/verdict.js';
import { troubles, type WaiverUse } from '../../../base/model/waiver.js';
import { counted, duration } from '../../../base/words.js';
import { groupBy } from '../../../verdict/derive/group.js';
import { residueHeading } from '../verdict-words.js';
import { html, type Markup } from './markup.js';

export function waivers(all: readonly WaiverUse[] = []): Markup {
  if (all.length === 0) return html``;
  return html`<section id="waivers" aria-labelledby="waivers-title">
<h2 id="waivers-title">Waivers</h2>
<div class="scroll" role="region" tabindex="0" aria-label="Table of waivers"><table>
<thead><tr><th scope="col">Requirement</th><th scope="col">Reason</th><th scope="col">Owner</th><th scope="col">Issue</th><th scope="col">Expires</th><th scope="col">In this run</th></tr></thead>
<tbody>${all.map(
    (use) =>
      html`<tr><th scope="row" class="mono">${use.requirement}</th><td>${use.reason}</td><td>${use.owner}</td><td>${issueLink(use.issue)}</td><td class="date">${use.expires}</td><td>${
        troubles.includes(use.state) ? html`<strong class="bad">${use.state}</strong>` : use.state
      }</td></tr>`,
  )}</tbody>
</table></div>
</section>`;
}

/** Links only http and https addresses, since `javascript:` is an address too. */
export function issueLink(text: string): Markup {
  return /^https?:\/\//i.test(text)
    ? html`<a href="${text}" rel="noopener noreferrer">${text}</a>`
    : html`${text}`;
}

export function waits({ waits: all, retries }: Verdict): Markup {
  return html`<section id="waits" aria-labelledby="waits-title">
<h2 id="waits-title">Waits and repeated requests</h2>
${all.length === 0 ? html`<p>The run waited for nothing.</p>` : waitTable(all)}
<p>${repeated(retries)}</p>
</section>`;
}

function waitTable(all: readonly Wait[]): Markup {
  const groups = [...groupBy(all, (wait) => wait.for)]
    .map(([what, group]) => ({ what, group, ms: sum(group) }))
    .sort((a, b) => b.ms - a.ms);
  return html`<p>Waited ${duration(sum(all))} in all.</p>
<table class="numbers">
<thead><tr><th scope="col">For</th><th scope="col" class="number">Times</th><th scope="col" class="number">In all</th><th scope="col">Longest</th></tr></thead>
<tbody>${groups.map(({ what, group, ms }) => {
    const longest = group.reduce((most, wait) => (wait.ms > most.ms ? wait : most));
    return html`<tr><th scope="row">${what}</th><td class="number">${group.length}</td><td class="number">${duration(ms)}</td><td>${duration(longest.ms)}${
      longest.requirement !== '' &&
      html` in <a class="mono" href="#${longest.requirement}">${longest.requirement}</a>`
    }</td></tr>`;
  })}</tbody>
</table>`;
}

function sum(waits: readonly Wait[]): number {
  return waits.reduce((total, { ms }) => total + ms, 0);
}

function repeated(retries: Verdict['retries']): string {
  const parts = (['429', '503'] as const)
    .filter((status) => retries[status] > 0)
    .map((status) => `${counted(retries[status], 'time')} after ${status}`);
  return parts.length === 0
    ? 'No request had to be repeated.'
    : `Requests were repeated because the target asked for it: ${parts.join(', ')}.`;
}

export function state(verdict: Verdict): Markup {
  const { restored, residue } = verdict;
  return html`<section id="state" aria-labelledby="state-title">
<h2 id="state-title">State of the target</h2>
<p>${
    restored
      ? 'The target was restored to the state it was found in.'
      : html`<strong class="bad">The target was not restored to the state it was found in.</strong>`
  }</p>
${residue.length > 0 && html`<p>${residueHeading(verdict)}:</p><ul>${residue.map((text) => html`<li>${text}</li>`)}</ul>`}
</section>`;
}
