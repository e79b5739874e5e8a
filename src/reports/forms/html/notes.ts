import type { Verdict, Wait } from '../../../base/model/verdict.js';
import { troubles, type WaiverUse } from '../../../base/model/verdict.js';
import { duration } from '../../../base/words.js';
import { repeatedWords, residueHeading, waitedMs, waitGroups } from '../verdict-words.js';
import { headings, html, type Markup, section } from './markup.js';

export function waivers(all: readonly WaiverUse[] = []): Markup {
  if (all.length === 0) return html``;
  const heads = ['Requirement', 'Reason', 'Owner', 'Issue', 'Expires', 'In this run'];
  const rows = all.map(({ requirement, reason, owner, issue, expires, state }) => {
    const shown = troubles.includes(state) ? html`<strong class="bad">${state}</strong>` : state;
    return html`<tr><th scope="row" class="mono">${requirement}</th><td>${reason}</td><td>${owner}</td><td>${issueLink(issue)}</td><td class="date">${expires}</td><td>${shown}</td></tr>`;
  });
  const table = html`<div class="scroll" role="region" tabindex="0" aria-label="Table of waivers"><table>
<thead><tr>${headings(heads)}</tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
  return section('waivers', 'Waivers', table);
}

/** Links only http and https addresses, since `javascript:` is an address too. */
export function issueLink(text: string): Markup {
  return /^https?:\/\//i.test(text)
    ? html`<a href="${text}" rel="noopener noreferrer">${text}</a>`
    : html`${text}`;
}

export function waits({ waits: all, retries }: Verdict): Markup {
  const repeated = repeatedWords(retries);
  const waited = all.length === 0 ? html`<p>The run waited for nothing.</p>` : waitTable(all);
  const words =
    repeated === ''
      ? 'No request had to be repeated.'
      : `Requests were repeated because the target asked for it: ${repeated}.`;
  return section('waits', 'Waits and repeated requests', html`${waited}\n<p>${words}</p>`);
}

function waitTable(all: readonly Wait[]): Markup {
  return html`<p>Waited ${duration(waitedMs(all))} in all.</p>
<table class="numbers">
<thead><tr><th scope="col">For</th><th scope="col" class="number">Times</th><th scope="col" class="number">In all</th><th scope="col">Longest</th></tr></thead>
<tbody>${waitGroups(all).map(({ what, group, ms }) => {
    const longest = group.reduce((most, wait) => (wait.ms > most.ms ? wait : most));
    return html`<tr><th scope="row">${what}</th><td class="number">${group.length}</td><td class="number">${duration(ms)}</td><td>${duration(longest.ms)}${
      longest.requirement !== '' &&
      html` in <a class="mono" href="#${longest.requirement}">${longest.requirement}</a>`
    }</td></tr>`;
  })}</tbody>
</table>`;
}

export function state(verdict: Verdict): Markup {
  const { restored, residue } = verdict;
  const words = restored
    ? 'The target is in the state it was found in.'
    : html`<strong class="bad">The target was not restored to the state it was found in.</strong>`;
  const left =
    residue.length > 0 &&
    html`<p>${residueHeading(verdict)}:</p><ul>${residue.map((text) => html`<li>${text}</li>`)}</ul>`;
  return section('state', 'State of the target', html`<p>${words}</p>\n${left}`);
}
