import { groupBy } from '../../../base/group.js';
import { counted } from '../../../base/words.js';
import { dayOf } from '../../../verdict/waivers/dates.js';
import type { Snapshot } from '../../history/snapshot.js';
import { html, type Markup, renderPage } from './markup.js';
import { outcomeCell, verdictCell } from './outcomes.js';

/** A run with a smaller share of the day's requirements used --grep, so it doesn't represent the night. */
const similar = 0.9;

export function renderNightsPage(runs: readonly Snapshot[], last: number): string {
  const targets = [...groupBy(runs, ({ target }) => target)].sort(([a], [b]) => (a < b ? -1 : 1));
  const title = `MFA conformance by nights: ${counted(targets.length, 'target')}`;
  const body = html`<a class="skip" href="#nights">Skip to the nights</a>
<header class="banner"><div class="wrap"><p class="product">MFA conformance by nights</p>
<h1>${targets.map(([name]) => name).join(', ')}</h1>
<p class="line">A column is the last whole run of a day (UTC), a row is a requirement whose outcome changed.</p></div></header>
<main class="wrap" id="nights">${targets.map(([name, own], at) => section(name, nightsOf(own).slice(-last), at))}</main>
<footer><div class="wrap"><p>mfa-conformance ${runs.at(-1)?.suite}</p></div></footer>`;
  return renderPage(title, body);
}

function nightsOf(runs: readonly Snapshot[]): Snapshot[] {
  const sorted = runs.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  return [...groupBy(sorted, ({ startedAt }) => dayOf(startedAt)).values()].flatMap((ofDay) => {
    const most = Math.max(...ofDay.map(({ outcomes }) => outcomes.size));
    return ofDay.findLast(({ outcomes }) => outcomes.size >= similar * most) ?? [];
  });
}

/** A night without the requirement does not count. */
function changedIn(nights: readonly Snapshot[]): string[] {
  const ids = new Set(nights.flatMap(({ outcomes }) => [...outcomes.keys()]));
  return [...ids].sort().filter((id) => {
    const kinds = nights.flatMap(({ outcomes }) => outcomes.get(id)?.outcome ?? []);
    return new Set(kinds).size > 1;
  });
}

function section(target: string, nights: readonly Snapshot[], at: number): Markup {
  const ids = changedIn(nights);
  const size = `${counted(nights.length, 'night')}, ${counted(ids.length, 'requirement')} changed`;
  return html`<section aria-labelledby="target-${at}"><h2 id="target-${at}">${target} <span class="faint">${size}</span></h2>
<div class="scroll" role="region" tabindex="0" aria-label="Nights of ${target}"><table class="matrix">
<thead><tr><td></td>${nights.map(
    (night) =>
      html`<th scope="col"><time datetime="${dayOf(night.startedAt)}">${dayOf(night.startedAt)}</time> <span class="faint">${night.release}</span></th>`,
  )}</tr></thead>
<tbody><tr><th scope="row">Verdict</th>${nights.map(verdictCell)}</tr>
${ids.map((id) => html`<tr><th scope="row"><span class="mono">${id}</span></th>${nights.map(({ outcomes }) => outcomeCell(outcomes.get(id)?.outcome, outcomes.get(id)?.level))}</tr>`)}</tbody></table></div></section>`;
}
