import { areaOf, groupBy } from '../../../base/group.js';
import type { Outcome, Verdict } from '../../../base/model/verdict.js';
import { partsOf } from '../../../base/wording/check.js';
import { cut, duration } from '../../../base/words.js';
import { isKnownFailure } from '../run-problems.js';
import { ExchangeRoom, exchanges } from './exchanges.js';
import { html, longText, type Markup, section } from './markup.js';
import { issueLink } from './notes.js';
import { areaTitle, lookOf, shownOrder } from './outcomes.js';

/** Renders the requirements by area. The search tools stay hidden until the script runs. */
export function requirements(verdict: Verdict, room = new ExchangeRoom()): Markup {
  const areas = groupBy(verdict.outcomes, areaOf);
  const body = html`${tools(verdict.outcomes)}
<p id="none" hidden>No requirement fits these filters.</p>
${[...areas].map(([area, outcomes]) => areaSection(area, outcomes, verdict, room))}`;
  return section('requirements', 'Requirements', body);
}

function tools(outcomes: readonly Outcome[]): Markup {
  const present = new Set(outcomes.map(({ outcome }) => outcome));
  const operations = [...new Set(outcomes.flatMap((outcome) => outcome.operations))].sort();
  return html`<form class="tools" role="search" aria-label="Requirements" hidden>
<div class="fields">
<label class="grow">Search <input type="search" name="q" placeholder="id, text or reason" autocomplete="off" spellcheck="false"></label>
<label>Level <select name="level"><option value="">all</option><option>must</option><option>should</option><option>fact</option></select></label>
<label>Operation <select name="operation"><option value="">all</option>${operations.map(
    (name) => html`<option>${name}</option>`,
  )}</select></label>
</div>
<div class="result">
<fieldset><legend>Outcome</legend>${shownOrder
    .filter((outcome) => present.has(outcome))
    .map((outcome) => {
      const { className, word } = lookOf(outcome);
      return html`<label class="chip ${className}"><input type="checkbox" name="outcome" value="${outcome.replace(' ', '-')}"> ${word}</label>`;
    })}</fieldset>
<p id="shown" role="status" aria-live="polite"></p>
<span><button type="button" id="expand">Open all</button> <button type="button" id="clear">Reset</button></span></div>
</form>`;
}

function areaSection(area: string, outcomes: readonly Outcome[], verdict: Verdict, room: ExchangeRoom) {
  const counts = shownOrder
    .map((kind) => [kind, outcomes.filter(({ outcome }) => outcome === kind).length] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${lookOf(kind).word.toLowerCase()}`);
  return html`<section class="area" aria-labelledby="area-${area}">
<h3 id="area-${area}">${areaTitle(area)} <span class="count">${counts.join(', ')}</span></h3>
${outcomes.map((outcome) => requirement(outcome, verdict, room))}
</section>
`;
}

function requirement(outcome: Outcome, verdict: Verdict, room: ExchangeRoom): Markup {
  const { id, level, title, reason } = outcome;
  const { className, word, icon } = lookOf(outcome.outcome, level);
  const kind = outcome.outcome.replace(' ', '-');
  return html`<details class="req ${className}" id="${id}" data-outcome="${kind}" data-level="${level}" data-operations="${outcome.operations.join(' ')}">
<summary><span class="pill">${icon}${word}${isKnownFailure(outcome, verdict) && ', known'}</span> <span class="what"><span class="title">${title}</span> <span class="mono">${id}</span>${
    reason !== '' && html` <span class="why">${firstLines(reason)}</span>`
  }</span> <span class="level ${level}">${level}${outcome.claimed !== undefined && ', claimed'}</span></summary>
<div class="body">${body(outcome, room)}</div>
</details>
`;
}

export function firstLines(reason: string): string {
  const beginning = reason.slice(0, 1000).trim();
  return cut(beginning.replace(/\s*\n\s*/g, ' · '), 200);
}

function body(outcome: Outcome, room: ExchangeRoom): Markup {
  const { source, operations, reason, reproduce, durationMs, waiver } = outcome;
  return html`${reason !== '' && why(outcome)}
<dl><dt>Source</dt><dd>${source}</dd><dt>Operations</dt><dd>${
    operations.length === 0 ? 'all' : operations.join(', ')
  }</dd>${
    waiver !== undefined &&
    html`<dt>Waived</dt><dd>until ${waiver.expires} (${waiver.owner}, ${issueLink(waiver.issue)}): ${waiver.reason}</dd>`
  }<dt>Took</dt><dd>${duration(durationMs)}</dd></dl>
${reproduce !== '' && html`<div class="command"><h4>Reproduce</h4><pre>${longText(reproduce)}</pre></div>`}
${outcome.exchanges.length > 0 && exchanges(outcome.exchanges, room)}`;
}

export function why({ outcome, reason }: Outcome, isTitled = true): Markup {
  const title = isTitled && html`<h4>${outcome === 'fail' ? 'Evidence' : 'Why'}</h4>`;
  const blocks = reason.length > 20_000 ? [] : partsOf(reason);
  if (blocks.every(({ name }) => name === '')) return html`${title}<pre>${longText(reason)}</pre>`;
  return html`${title}<div class="pairs">${blocks.map(
    ({ name, text }) =>
      html`<div class="${name}">${name !== '' && html`<span class="name">${name}</span>`}<pre>${longText(text)}</pre></div>`,
  )}</div>`;
}
