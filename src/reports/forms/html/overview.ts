import type { Verdict } from '../../../base/model/verdict.js';
import { counted, duration } from '../../../base/words.js';
import { exitCode } from '../../../verdict/derive/exit-code.js';
import { warningsOf } from '../../../verdict/derive/warnings.js';
import { dayOf } from '../../../verdict/waivers/dates.js';
import type { ChangesSince } from '../../history/changes.js';
import type { Night, ReportExtras } from '../extras.js';
import { factsInWords } from '../facts.js';
import { exitReason } from '../summary.js';
import { lanesIn, statementText, verdictDetail, verdictWord } from '../verdict-words.js';
import { html, type Markup, section } from './markup.js';
import { verdictLook } from './outcomes.js';

export function overview(verdict: Verdict): Markup {
  const { className, icon, word } = verdictLook(verdictWord(verdict));
  return html`<header class="banner ${className}">
<div class="wrap">
<p class="product">MFA conformance report</p>
<h1><span class="seal">${icon}</span><span>${word}</span></h1>
<p class="line">${detail(verdict)}</p>
${identity(verdict)}
</div>
</header>`;
}

function detail(verdict: Verdict): string {
  const plain = verdictDetail(verdict)
    .replace(/^[:·,\s]+/, '')
    .replace(/^\((.*)\)$/, '$1');
  const said = verdict.gate === 'inconclusive' || verdict.cause === '' ? '' : `. ${verdict.cause}`;
  return `${plain.charAt(0).toUpperCase()}${plain.slice(1)}${said}`;
}

function identity(verdict: Verdict): Markup {
  const { target, contract } = verdict;
  const statement = statementText(verdict);
  return html`<dl class="identity">
<div><dt>Target</dt><dd><strong>${target.name}</strong> <span class="mono">${target.baseUrl}</span></dd></div>
<div><dt>Release</dt><dd><strong>${verdict.release}</strong> <span class="mono">${contract.source}</span></dd></div>
${statement !== undefined && html`<div><dt>Statement</dt><dd>${statement}</dd></div>`}
<div><dt>Started</dt><dd><strong>${dayOf(verdict.startedAt)}</strong> ${new Date(verdict.startedAt).toISOString().slice(11, 19)} UTC</dd></div>
<div><dt>Took</dt><dd><strong>${duration(verdict.durationMs)}</strong> ${verdict.mode}, seed ${verdict.seed}${lanesIn(verdict)}</dd></div>
<div><dt>Exit code</dt><dd><strong>${exitCode([verdict])}</strong> ${exitReason(verdict)}</dd></div>
</dl>`;
}

export function alerts(verdict: Verdict): Markup {
  const notRestored =
    !verdict.restored &&
    html`<div class="alert o-fail" role="note"><strong>The target was not restored to the state it was found in.</strong>
Something that this run changed is still changed. Restore it with <code>mfa-conformance restore -t TARGET-FILE</code>.</div>`;
  const warnings = (verdict.warnings ?? warningsOf(verdict)).map(
    (warning) => html`<div class="alert o-fail" role="note"><strong>Warning:</strong> ${warning}</div>`,
  );
  const partial =
    verdictWord(verdict) === 'no breach found' &&
    html`<div class="alert" role="note"><strong>Some requirements were not checked.</strong>
Some MUST requirements that apply to this target were not run; the list below says why.</div>`;
  return html`${notRestored}${warnings}${partial}${gating(verdict)}`;
}

function gating({ gating: by, cause }: Verdict): Markup {
  const said = by === undefined ? [] : [...(by.cause === cause ? [] : [by.cause]), ...by.notes];
  const shown = said.filter((text) => text !== '');
  if (by === undefined || shown.length === 0) return html``;
  return html`<div class="alert" role="note"><strong>Gate: ${by.policy}</strong>
<ul>${shown.map((text) => html`<li>${text}</li>`)}</ul></div>`;
}

export function counts({ summary }: Verdict): Markup {
  const tiles: readonly (readonly [word: string, count: number, className: string, query: string])[] = [
    ['Passed', summary.pass, 'o-pass', 'outcome=pass'],
    ['Must failed', summary.fail, 'o-fail', 'outcome=fail&level=must'],
    ['Should failed', summary.failShould, 'advisory', 'outcome=fail&level=should'],
    ['Inconclusive', summary.inconclusive, 'o-inconclusive', 'outcome=inconclusive'],
    ['Waived', summary.waived, 'o-waived', 'outcome=waived'],
    ['Not run', summary.notRun, 'o-not-run', 'outcome=not-run'],
    ['Not applicable', summary.notApplicable, 'o-not-applicable', 'outcome=not-applicable'],
  ];
  let at = 0;
  const bars = tiles.map(([, count, className]) => {
    const from = at;
    at += count === 0 ? 0 : (count / summary.planned) * 1000;
    return count === 0
      ? ''
      : html`<rect class="${className}" x="${from.toFixed(1)}" width="${(at - from).toFixed(1)}" height="10"/>`;
  });
  const links = tiles.map(
    ([word, count, className, query]) =>
      html`<li><a class="tile ${className}${count === 0 && ' zero'}" href="#${query}"><span class="number">${count}</span> ${word}</a></li>`,
  );
  const body = html`<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">${bars}</svg>
<ul class="tiles">${links}</ul>`;
  return section('counts', counted(summary.planned, 'requirement'), body);
}

export function changes({ changes: since, trend: nights }: ReportExtras): Markup {
  const drawn = trend(nights);
  if (since === undefined && drawn.text === '') return html``;
  return section('changes', 'What is new', html`${since !== undefined && changesList(since)}\n${drawn}`);
}

const trendHeight = 44;
const step = 10;

function trend(nights: readonly Night[] = []): Markup {
  if (nights.length < 2) return html``;
  const most = Math.max(1, ...nights.map(({ failed, undecided }) => failed + undecided));
  const bars = nights.map(({ failed, undecided }, index) => {
    const x = index * step;
    if (failed + undecided === 0) return bar('o-pass', x, 3, 0);
    // Even a single failure stays visible beside a much worse night.
    const tall = (count: number) => (count === 0 ? 0 : Math.max(3, (trendHeight * count) / most / 1.2));
    return html`${bar('o-fail', x, tall(failed), 0)}${bar('o-inconclusive', x, tall(undecided), tall(failed))}`;
  });
  const bad = nights.filter(({ failed }) => failed > 0).length;
  const [first, last] = [nights[0]?.day ?? '', nights.at(-1)?.day ?? ''];
  const words = `${bad} of the last ${nights.length} nights had failures`;
  return html`<figure class="trend"><svg viewBox="0 0 ${nights.length * step} ${trendHeight}" role="img" aria-label="${words}, from ${first} to ${last}" preserveAspectRatio="none">${bars}</svg>
<figcaption><span>${first}</span> <span>${words}</span> <span>${last}</span></figcaption></figure>`;
}

function bar(className: string, x: number, tall: number, above: number): Markup {
  if (tall === 0) return html``;
  return html`<rect class="${className}" x="${x + 1}" y="${(trendHeight - tall - above).toFixed(1)}" width="${step - 2}" height="${tall.toFixed(1)}"/>`;
}

function changesList(since: ChangesSince): Markup {
  const titles = { broke: 'Broke', mended: 'Fixed', facts: 'Facts', other: 'Other' } as const;
  const shown = (['broke', 'mended', 'facts', 'other'] as const)
    .map((kind) => [kind, titles[kind], since[kind]] as const)
    .filter(([, , sentences]) => sentences.length > 0);
  return html`<p class="faint">Compared with ${since.since}.</p>
${shown.length === 0 && html`<p>Nothing changed.</p>`}
<div class="changes">${shown.map(
    ([kind, title, sentences]) =>
      html`<div class="${kind}"><h3>${title} <span class="count">${sentences.length}</span></h3>
<ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul></div>`,
  )}</div>`;
}

export function facts(verdict: Verdict): Markup {
  const { tlsInsecure, baseUrl } = verdict.target;
  const tls = baseUrl.startsWith('https:')
    ? tlsInsecure
      ? 'Not verified: anyone in between could have sent the answers'
      : 'Certificate verified'
    : 'None: plain HTTP';
  const rows = [{ name: 'tls', label: 'TLS', text: tls }, ...factsInWords(verdict.facts)];
  const items = rows.map(
    ({ label, text }) =>
      html`<div><dt>${label}</dt><dd${text === 'not measured' && html` class="faint"`}>${text}</dd></div>`,
  );
  return section('facts', 'Measured', html`<dl class="facts">${items}</dl>`);
}
