import { groupBy } from '../../../base/group.js';
import type { Coverage, Verdict } from '../../../base/model/verdict.js';
import { credentialName } from '../facts.js';
import { headings, html, type Markup, section } from './markup.js';

type Counts = Readonly<Record<string, number>>;

export function coverage({ coverage: seen }: Verdict): Markup {
  if (Object.keys(seen.operations).length === 0) return html``;
  return section(
    'coverage',
    'Coverage of the contract',
    html`<p class="faint">How often this run used each part of the contract. <b>Default</b> is every answer other than the documented success. Grey: not in the contract.</p>
${totals(seen)}
<h3>Operations, statuses and credentials</h3>
${calls(seen)}
<h3>Properties of answers</h3>
${groupedChips(seen.properties, ' /', 'Answer', 'Properties')}
<h3>Values of enumerations</h3>
${groupedChips(seen.enumValues, '=', 'Property', 'Values')}`,
  );
}

function totals(seen: Coverage): Markup {
  const rows: readonly (readonly [string, Counts | undefined])[] = [
    ['Operations', seen.operations],
    ['Statuses', seen.responses],
    ['Calls by credential', seen.calls],
    ['Properties', seen.properties],
    ['Enumeration values', seen.enumValues],
    ['Credentials', seen.credentials],
  ];
  return html`<ul class="totals">${rows.map(([name, of]) => {
    const all = Object.values(of ?? {});
    if (all.length === 0) return '';
    const met = all.filter((count) => count > 0).length;
    return html`<li><span>${name}</span> <strong>${met} of ${all.length}</strong>
<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width="${((100 * met) / all.length).toFixed(1)}" height="4"/></svg></li>`;
  })}</ul>`;
}

function calls(seen: Coverage): Markup {
  const columns = Object.keys(seen.credentials).sort((a, b) => Number(a === 'none') - Number(b === 'none'));
  const counts = seen.calls;
  const operations = Object.keys(seen.operations);
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Operations, statuses and credentials"><table class="calls">
<thead><tr><th scope="col">Operation</th><th scope="col">Status</th>${
    counts !== undefined &&
    columns.map((scheme) => html`<th scope="col" class="cell">${credentialName(scheme)}</th>`)
  }<th scope="col" class="cell">all</th></tr></thead>
${operations.map((operation) => {
  const keys = Object.keys(seen.responses).filter((key) => key.startsWith(`${operation} `));
  return html`<tbody>${keys.map(
    (key, index) =>
      html`<tr>${
        index === 0 &&
        html`<th scope="rowgroup" rowspan="${keys.length}">${operation} <span class="faint">${seen.operations[operation] ?? 0}</span></th>`
      }<th scope="row">${key.slice(operation.length + 1)}</th>${
        counts !== undefined && columns.map((scheme) => cell(counts, `${key} ${scheme}`, seen.otherCalls))
      }${cell(seen.responses, key)}</tr>`,
  )}</tbody>`;
})}
</table></div>`;
}

function cell(counts: Counts, key: string, others: Counts = {}): Markup {
  const count = Object.hasOwn(counts, key) ? counts[key] : undefined;
  if (count === undefined) {
    const other = Object.hasOwn(others, key) && others[key];
    return html`<td class="cell tone o-not-run">${other} <span class="sr">not in the contract</span></td>`;
  }
  if (count === 0) return html`<td class="cell tone o-inconclusive">not seen</td>`;
  return html`<td class="cell tone o-pass">${count}</td>`;
}

function groupedChips(counts: Counts, mark: string, groupName: string, chipName: string): Markup {
  const groups = groupBy(Object.keys(counts), (key) => key.split(mark, 1)[0]);
  return html`<table class="chips">
<thead><tr>${headings([groupName, chipName])}</tr></thead>
<tbody>${[...groups].map(
    ([group, keys]) =>
      html`<tr><th scope="row" class="mono">${group}</th><td>${keys.map((key) => {
        const count = counts[key] ?? 0;
        const name = key.slice((group ?? '').length + mark.length);
        return html`<span class="tag ${count > 0 ? 'tone o-pass' : 'unseen'}">${name} <span class="times">${count > 0 ? count : 'not seen'}</span></span> `;
      })}</td></tr>`,
  )}</tbody>
</table>`;
}
