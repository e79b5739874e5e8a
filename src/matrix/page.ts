import { createHash } from 'node:crypto';
import type { Matrix, MatrixRow, MatrixTarget } from '../many/matrix.js';
import type { Gate, OutcomeKind } from '../model/verdict.js';
import { counted, duration } from '../words.js';
import { doNot } from './console.js';
import { escapeHtml, hrefOf } from './html.js';
import { script } from './script.js';
import { style } from './style.js';

const classes: Readonly<Record<OutcomeKind, string>> = {
  pass: 'p',
  fail: 'f',
  inconclusive: 'i',
  waived: 'w',
  'not run': 'n',
  'not applicable': 'a',
};
const gateClasses: Readonly<Record<Gate, string>> = {
  conforms: 'p',
  'does not conform': 'f',
  inconclusive: 'i',
};

/**
 * matrix.html: one file that asks nothing of any other, and that its own policy forbids to. All of it is there
 * without its script, too, which only filters. End tags that HTML lets go are left out: there are many cells.
 */
export function renderMatrixPage(matrix: Matrix): string {
  const { gate, targets, requirements } = matrix;
  const policy = `default-src 'none'; img-src data:; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'`;
  const size = `${counted(targets.length, 'target')}, ${counted(requirements.length, 'requirement')}`;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${gate}: ${size}</title><link rel="icon" href="data:,">`,
    `<style>${style}</style></head><body>`,
    '<a class="skip" href="#matrix">Go to the matrix</a><header>',
    `<h1><span class="gate ${gateClasses[gate]}">${gate}</span> ${size}</h1>`,
    `<p>${totals(matrix)}</p></header><main>`,
    problems(matrix),
    targetTable(matrix),
    table(matrix),
    reasons(matrix),
    `</main><footer class="dim"><p>mfa-conformance ${escapeHtml(matrix.suite.version)}</footer>`,
    requirements.length === 0 ? '' : `<script>${script}</script>`,
    '</body></html>\n',
  ].join('\n');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function totals({ targets, planned, missing, problems: all }: Matrix): string {
  const of = (gate: Gate) => targets.filter((target) => target.gate === gate).length;
  const parts = [
    `${of('conforms')} of ${targets.length + missing.length} conform`,
    doNot(of('does not conform')),
    `${of('inconclusive')} inconclusive`,
    ...(missing.length > 0 ? [`${missing.length} missing`] : []),
  ];
  const shards =
    planned !== null && planned.shards > 1
      ? ` Planned: ${planned.targets} targets on ${planned.shards} shards.`
      : '';
  const open = all.length > 0 ? ` ${counted(all.length, 'problem')}: see below.` : '';
  return `${parts.join(', ')}.${shards}${open}`;
}

function problems({ problems: all, notes }: Matrix): string {
  const list = (items: readonly string[]) =>
    `<ul>${items.map((text) => `<li>${escapeHtml(text)}`).join('')}</ul>`;
  return [
    ...(all.length === 0 ? [] : ['<h2>What is missing or broken</h2>', list(all.map(({ text }) => text))]),
    ...(notes.length === 0 ? [] : ['<h2>Notes</h2>', list(notes)]),
  ].join('\n');
}

function targetTable({ targets, missing }: Matrix): string {
  const heads = [
    'Target',
    'Release',
    'Verdict',
    'Pass',
    'Fail',
    'Advisory',
    'Inconclusive',
    'Waived',
    'Not run',
    'Started',
    'Took',
  ];
  const rows = targets.map((target, at) => targetRow(target, at));
  const gone = missing.map(
    ({ name, why }) =>
      `<tr><th scope="row">${escapeHtml(name)}<td><td class="i">missing: ${escapeHtml(why)}${'<td>'.repeat(heads.length - 3)}`,
  );
  return [
    '<h2>Targets</h2><div class="scroll" tabindex="0" role="region" aria-label="Targets"><table id="t"><thead><tr>',
    heads.map((head) => `<th scope="col">${head}`).join(''),
    `</thead><tbody>${[...rows, ...gone].join('\n')}</tbody></table></div>`,
  ].join('');
}

function targetRow(target: MatrixTarget, at: number): string {
  const { name, baseUrl, release, gate, headline, restored, summary, startedAt, durationMs, report } = target;
  const label = escapeHtml(name);
  const link = report === null ? label : `<a href="${hrefOf(report)}">${label}</a>`;
  const counts = [
    summary.pass,
    summary.fail,
    summary.failShould,
    summary.inconclusive,
    summary.waived,
    summary.notRun,
  ];
  const marks = [
    ...(target.mode === 'read-only' ? ['read-only'] : []),
    ...(target.tlsInsecure ? ['TLS not verified'] : []),
    ...(restored ? [] : ['NOT GIVEN BACK as it was found']),
  ];
  const more = marks.length === 0 ? '' : ` <strong>${marks.join(', ')}</strong>`;
  return [
    `<tr id="t${at}"><th scope="row">${link}<small>${escapeHtml(baseUrl)}</small><td>${escapeHtml(release)}`,
    `<td class="${gateClasses[gate]}">${escapeHtml(headline)}${more}`,
    ...counts.map((count) => `<td class="num">${count}`),
    `<td>${escapeHtml(startedAt)}<td>${duration(durationMs)}`,
  ].join('');
}

function table({ targets, requirements }: Matrix): string {
  if (requirements.length === 0) return '<h2 id="matrix">Requirements</h2><p>No verdict can be shown.';
  const heads = targets.map(
    ({ name, release, gate }, at) =>
      `<th scope="col"><a href="#t${at}">${escapeHtml(name)}</a><small>${escapeHtml(release)}</small><span class="gate ${gateClasses[gate]}">${gate}</span>`,
  );
  const names = targets.map(({ name }) => name);
  const areas = new Map<string, string[]>();
  for (const [at, row] of requirements.entries()) {
    const area = row.id.split('/')[0] ?? row.id;
    const lines = areas.get(area) ?? [];
    areas.set(area, lines);
    lines.push(matrixRow(row, at, names));
  }
  const bodies = [...areas].map(
    ([area, lines]) =>
      `<tbody><tr><th class="area" scope="rowgroup" colspan="${names.length + 1}">${escapeHtml(area)}\n${lines.join('\n')}</tbody>`,
  );
  return [
    '<h2 id="matrix">Requirements</h2>',
    filters(),
    '<p role="status" id="shown" class="dim"></p>',
    '<div class="scroll" tabindex="0" role="region" aria-label="Requirements by targets">',
    `<table id="m"><thead><tr><th scope="col">Requirement${heads.join('')}</thead>`,
    ...bodies,
    '</table></div>',
  ].join('\n');
}

function filters(): string {
  const options = (pairs: readonly (readonly [string, string])[]) =>
    pairs.map(([value, text]) => `<option value="${value}">${text}</option>`).join('');
  const outcomes = [
    ['', 'any'],
    ['f', 'a fail'],
    ['i', 'an inconclusive'],
    ['w', 'a waived'],
    ['n', 'a not run'],
    ['d', 'targets that differ'],
  ] as const;
  return [
    '<form role="search" aria-label="Filter the matrix" hidden>',
    '<label>Requirement <input type="search" name="text" autocomplete="off"></label>',
    '<label>Target or release <input type="search" name="target" autocomplete="off"></label>',
    `<label>Level <select name="level">${options([
      ['', 'any'],
      ['must', 'must'],
      ['should', 'should'],
      ['fact', 'fact'],
    ])}</select></label>`,
    `<label>Rows with <select name="outcome">${options(outcomes)}</select></label>`,
    '<button type="reset">Show all</button></form>',
  ].join('');
}

function matrixRow(
  { id, level, title, outcomes, reasons: why }: MatrixRow,
  at: number,
  names: readonly string[],
): string {
  const kinds = names.map((name) => (Object.hasOwn(outcomes, name) ? outcomes[name] : undefined));
  const letters = [...new Set(kinds.flatMap((kind) => (kind === undefined ? [] : [classes[kind]])))].join('');
  const differ = new Set(kinds).size > 1 ? ' data-d' : '';
  const cells = kinds.map((kind) => {
    if (kind === undefined) return '<td>–';
    return kind === 'pass' ? '<td class=p>pass' : `<td class=${classes[kind]}><a href=#r${at}>${kind}</a>`;
  });
  const name = why.length === 0 ? escapeHtml(id) : `<a href="#r${at}">${escapeHtml(id)}</a>`;
  return `<tr data-l=${level} data-o="${letters}"${differ}><th scope="row">${name} <small>${level}</small><span>${escapeHtml(title)}</span>${cells.join('')}`;
}

function reasons({ requirements, targets }: Matrix): string {
  const sections = requirements.flatMap((row, at) =>
    row.reasons.length === 0 ? [] : [reasonsOf(row, at, targets.length)],
  );
  if (sections.length === 0) return '';
  return ['<h2>What did not pass, and why</h2>', ...sections].join('\n');
}

function reasonsOf(row: MatrixRow, at: number, all: number): string {
  const items = row.reasons.map(({ outcome, reason, targets }) => {
    const who = targets.length === all && all > 1 ? `all ${all} targets` : targets.map(escapeHtml).join(', ');
    return `<p><span class="gate ${classes[outcome]}">${outcome}</span> ${who}<pre>${escapeHtml(reason)}</pre>`;
  });
  return [
    `<section class="why" id="r${at}" tabindex="-1"><h3>${escapeHtml(row.id)} <small>${row.level}</small></h3>`,
    `<p>${escapeHtml(row.title)} <span class="dim">${escapeHtml(row.source)}</span>`,
    ...items,
    '</section>',
  ].join('\n');
}
