import { areaOf, groupBy } from '../../base/group.js';
import type { OutcomeKind } from '../../base/model/verdict.js';
import { counted, duration } from '../../base/words.js';
import { shortVerdict } from '../../verdict/derive/completeness.js';
import { headings, html, longText, type Markup, renderPage } from '../forms/html/markup.js';
import { areaTitle, lookOf, outcomeCell, verdictCell, verdictLook } from '../forms/html/outcomes.js';
import type { Matrix, MatrixRow, MatrixTarget } from '../many/matrix.js';
import { matrixParts, matrixWord } from './console.js';

/** A cell for several requirements shows the first of these outcomes that occurs. */
const worstFirst: readonly OutcomeKind[] = ['fail', 'inconclusive', 'waived', 'not run'];

export function renderMatrixPage(matrix: Matrix): string {
  const { targets, requirements } = matrix;
  const size = `${counted(targets.length, 'target')}, ${counted(requirements.length, 'requirement')}`;
  const { className, icon, word } = verdictLook(matrixWord(matrix));
  const body = html`<a class="skip" href="#matrix">Skip to the matrix</a>
<header class="banner ${className}"><div class="wrap">
<p class="product">MFA conformance of many targets</p>
<h1><span class="seal">${icon}</span> <span>${word}</span></h1>
<p class="line">${size}. ${totals(matrix)}</p></div></header>
<main class="wrap">
${problems(matrix)}
${areas(matrix)}
${targetTable(matrix)}
${rows(matrix)}
${reasons(matrix)}
</main>
<footer><div class="wrap"><p>mfa-conformance ${matrix.suite.version}</p></div></footer>`;
  return renderPage(`${matrixWord(matrix)}: ${size}`, body);
}

function totals(matrix: Matrix): string {
  const { targets, planned, missing, problems: all } = matrix;
  const parts = matrixParts(matrix, `${targets.length + missing.length}`, true);
  const shards =
    planned !== null && planned.shards > 1
      ? ` Planned: ${planned.targets} targets on ${planned.shards} shards.`
      : '';
  const open = all.length > 0 ? ` ${counted(all.length, 'problem')}: see below.` : '';
  return `${parts.join(', ')}.${shards}${open}`;
}

function problems({ problems: all, notes }: Matrix): Markup {
  const list = (title: string, items: readonly string[]) =>
    items.length > 0 &&
    html`<div class="alert" role="note"><strong>${title}</strong><ul>${items.map((text) => html`<li>${text}</li>`)}</ul></div>`;
  const texts = all.map(({ text }) => text);
  return html`${list('Missing or broken', texts)}${list('Notes', notes)}`;
}

function outcomeOn({ outcomes }: MatrixRow, { name }: MatrixTarget): OutcomeKind | undefined {
  return Object.hasOwn(outcomes, name) ? outcomes[name] : undefined;
}

function areas({ requirements, targets }: Matrix): Markup {
  if (requirements.length === 0)
    return html`<section id="matrix"><h2>Areas</h2><p>No verdict can be shown.</p></section>`;
  return html`<section id="matrix"><h2>Areas by targets</h2>
${tableOf('Areas by targets', targets, [
  html`<tr><th scope="row">Verdict</th>${targets.map(verdictCell)}</tr>`,
  ...[...groupBy(requirements, areaOf)].filter(([, group]) => group.some(isMet)).map(areaLine),
])}</section>`;

  function areaLine([area, group]: readonly [string, readonly MatrixRow[]]): Markup {
    const isClean = group.every(isQuiet);
    const name = isClean ? html`${areaTitle(area)}` : html`<a href="#area-${area}">${areaTitle(area)}</a>`;
    return html`<tr><th scope="row">${name}</th>${targets.map((target) => areaCell(group, target))}</tr>`;
  }
}

function isMet({ outcomes }: MatrixRow): boolean {
  return Object.values(outcomes).some((kind) => kind !== 'not applicable');
}

function tableOf(label: string, targets: readonly MatrixTarget[], lines: readonly Markup[]): Markup {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${label}"><table class="matrix"><thead><tr><td></td>${targets.map(
    ({ name, release }, at) =>
      html`<th scope="col"><a href="#t${at}">${name}</a> <span class="faint">${release}</span></th>`,
  )}</tr></thead><tbody>${lines}</tbody></table></div>`;
}

function areaCell(group: readonly MatrixRow[], target: MatrixTarget): Markup {
  const kinds = group.flatMap((row) => outcomeOn(row, target) ?? []);
  const kind =
    worstFirst.find((each) => kinds.includes(each)) ?? (kinds.includes('pass') ? 'pass' : undefined);
  if (kind === undefined) return html`<td class="faint">–</td>`;
  const told = group.filter((row) => outcomeOn(row, target) === kind);
  const isAdvice = kind === 'fail' && told.every(({ level }) => level === 'should');
  const count = told.length;
  const passed = kinds.filter((each) => each === 'pass').length;
  const { className, icon, word } = lookOf(kind, isAdvice ? 'should' : 'must');
  return html`<td class="tone ${className}">${icon} ${kind === 'pass' ? html`${passed} <span class="sr">passed</span>` : `${count} ${word.toLowerCase()}`}</td>`;
}

function targetTable({ targets, missing }: Matrix): Markup {
  const counts = ['Pass', 'Fail', 'Advisory', 'Inconclusive', 'Waived', 'Not run'];
  const heads = ['Target', 'Release', 'Verdict', ...counts, 'Started', 'Took'];
  return html`<section><h2>Targets</h2>
<div class="scroll" role="region" tabindex="0" aria-label="Targets"><table class="matrix">
<thead><tr>${headings(heads)}</tr></thead>
<tbody>${targets.map(targetRow)}${missing.map(
    ({ name, why }) =>
      html`<tr><th scope="row">${name}</th><td></td><td class="tone o-inconclusive" colspan="${heads.length - 2}">missing: ${why}</td></tr>`,
  )}</tbody></table></div></section>`;
}

function targetRow(target: MatrixTarget, at: number): Markup {
  const { name, baseUrl, release, headline, restored, summary, startedAt, durationMs, report } = target;
  const { pass, fail, failShould, inconclusive, waived, notRun } = summary;
  const counts = [pass, fail, failShould, inconclusive, waived, notRun];
  const marks = [
    ...(target.mode === 'read-only' ? ['read-only'] : []),
    ...(target.tlsInsecure ? ['TLS not verified'] : []),
    ...(restored ? [] : ['NOT RESTORED as it was found']),
  ];
  return html`<tr id="t${at}"><th scope="row">${
    report === null ? name : html`<a href="${addressOf(report)}">${name}</a>`
  } <span class="mono faint">${baseUrl}</span></th><td>${release}</td><td class="tone ${verdictLook(shortVerdict(target)).className}">${headline}${
    marks.length > 0 && html` <strong>${marks.join(', ')}</strong>`
  }</td>${counts.map((count) => html`<td class="number">${count}</td>`)}<td class="date">${startedAt.slice(0, 16).replace('T', ' ')}</td><td class="date">${duration(durationMs)}</td></tr>`;
}

/** Encodes each part of a relative path, so that no name looks like a scheme. */
const addressOf = (path: string): string => `./${path.split('/').map(encodeURIComponent).join('/')}`;

function isQuiet({ outcomes }: MatrixRow): boolean {
  return Object.values(outcomes).every((kind) => kind === 'pass' || kind === 'not applicable');
}

function rows({ requirements, targets }: Matrix): Markup {
  const open = requirements.map((row, at) => ({ row, at })).filter(({ row }) => !isQuiet(row));
  if (open.length === 0) return html``;
  return html`<section aria-labelledby="rows-title"><h2 id="rows-title">${counted(open.length, 'requirement')} not passed everywhere</h2>
${[...groupBy(open, ({ row }) => areaOf(row))].map(
  ([area, group]) =>
    html`<h3 id="area-${area}">${areaTitle(area)} <span class="count">${group.length}</span></h3>
${tableOf(
  `${areaTitle(area)} by targets`,
  targets,
  group.map(({ row, at }) => rowLine(row, at, targets)),
)}`,
)}</section>`;
}

function rowLine(row: MatrixRow, at: number, targets: readonly MatrixTarget[]): Markup {
  const cells = targets.map((target) => outcomeCell(outcomeOn(row, target), row.level, `#r${at}`));
  return html`<tr data-id="${row.id}"><th scope="row"><a class="mono" href="#r${at}">${row.id}</a> <span class="level ${row.level}">${row.level}</span></th>${cells}</tr>`;
}

function reasons({ requirements, targets }: Matrix): Markup {
  const told = requirements.map((row, at) => ({ row, at })).filter(({ row }) => row.reasons.length > 0);
  if (told.length === 0) return html``;
  return html`<section aria-labelledby="reasons-title"><h2 id="reasons-title">What did not pass, and why</h2>
${told.map(({ row, at }) => reasonsOf(row, at, targets.length))}</section>`;
}

function reasonsOf({ id, level, title, source, reasons: all }: MatrixRow, at: number, targets: number) {
  return html`<article class="cause" id="r${at}" tabindex="-1"><h3><span class="mono">${id}</span> <span class="level ${level}">${level}</span></h3>
<p>${title} <span class="faint">${source}</span></p>
${all.map(({ outcome, reason, targets: names }) => {
  const { className, icon, word } = lookOf(outcome, level);
  const who = names.length === targets && targets > 1 ? `all ${targets} targets` : names.join(', ');
  return html`<p class="${className}"><span class="pill">${icon}${word}</span> ${who}</p><pre>${longText(reason)}</pre>`;
})}</article>`;
}
