import type { Verdict } from '../../../base/model/verdict.js';
import { counted, duration } from '../../../base/words.js';
import { exitCode } from '../../../verdict/derive/exit-code.js';
import { warningsOf } from '../../../verdict/derive/warnings.js';
import type { ChangesSince } from '../../history/changes.js';
import type { ReportExtras } from '../extras.js';
import { factsInWords } from '../facts.js';
import { exitReason } from '../summary.js';
import { headlineOf, statementText, verdictWord } from '../verdict-words.js';
import { html, type Markup } from './markup.js';
import { verdictLook } from './outcomes.js';
import { trend } from './trend.js';

/** The banner: the verdict, its details, the target and the run. */
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

/** The headline without the verdict's word, which stands above it. */
function detail(verdict: Verdict): string {
  const plain = headlineOf(verdict)
    .rest.replace(/^[:·,\s]+/, '')
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
<div><dt>Started</dt><dd><strong>${day(verdict.startedAt)}</strong> ${time(verdict.startedAt)} UTC</dd></div>
<div><dt>Took</dt><dd><strong>${duration(verdict.durationMs)}</strong> ${verdict.mode}, seed ${verdict.seed}</dd></div>
<div><dt>Exit code</dt><dd><strong>${exitCode([verdict])}</strong> ${exitReason(verdict)}</dd></div>
</dl>`;
}

function day(iso: string): string {
  return new Date(iso).toISOString().slice(0, 10);
}

function time(iso: string): string {
  return new Date(iso).toISOString().slice(11, 19);
}

/** Warnings that every reader needs, for any verdict. */
export function alerts(verdict: Verdict): Markup {
  const notRestored =
    !verdict.restored &&
    html`<div class="alert bad" role="note"><strong>The target was not restored to the state it was found in.</strong>
Something that this run changed is still changed. Restore it with <code>mfa-conformance restore -t TARGET-FILE</code>.</div>`;
  const warnings = (verdict.warnings ?? warningsOf(verdict)).map(
    (warning) => html`<div class="alert bad" role="note"><strong>Warning:</strong> ${warning}</div>`,
  );
  const partial =
    verdictWord(verdict) === 'no breach found' &&
    html`<div class="alert" role="note"><strong>Some requirements were not checked.</strong>
Some MUST requirements that apply to this target were not run; the list below says why.</div>`;
  return html`${notRestored}${warnings}${partial}${gating(verdict)}`;
}

/** The effect of --baseline and --gate, if the headline doesn't show all of it. */
function gating({ gating: by, cause }: Verdict): Markup {
  const said = by === undefined ? [] : [...(by.cause === cause ? [] : [by.cause]), ...by.notes];
  const shown = said.filter((text) => text !== '');
  if (by === undefined || shown.length === 0) return html``;
  return html`<div class="alert" role="note"><strong>Gate: ${by.policy}</strong>
<ul>${shown.map((text) => html`<li>${text}</li>`)}</ul></div>`;
}

interface Tile {
  readonly word: string;
  readonly count: number;
  readonly className: string;
  /** The filters that list these requirements. */
  readonly query: string;
}

/** The counts by outcome: a bar, and numbers that filter the list. */
export function counts({ summary }: Verdict): Markup {
  const tiles: readonly Tile[] = [
    { word: 'Passed', count: summary.pass, className: 'o-pass', query: 'outcome=pass' },
    { word: 'Must failed', count: summary.fail, className: 'o-fail', query: 'outcome=fail&level=must' },
    {
      word: 'Should failed',
      count: summary.failShould,
      className: 'advisory',
      query: 'outcome=fail&level=should',
    },
    {
      word: 'Inconclusive',
      count: summary.inconclusive,
      className: 'o-inconclusive',
      query: 'outcome=inconclusive',
    },
    { word: 'Waived', count: summary.waived, className: 'o-waived', query: 'outcome=waived' },
    { word: 'Not run', count: summary.notRun, className: 'o-not-run', query: 'outcome=not-run' },
    {
      word: 'Not applicable',
      count: summary.notApplicable,
      className: 'o-not-applicable',
      query: 'outcome=not-applicable',
    },
  ];
  return html`<section id="counts" aria-labelledby="counts-title">
<h2 id="counts-title">${counted(summary.planned, 'requirement')}</h2>
${bar(tiles, summary.planned)}
<ul class="tiles">${tiles.map(
    ({ word, count, className, query }) =>
      html`<li><a class="tile ${className}${count === 0 && ' zero'}" href="#${query}"><span class="number">${count}</span> ${word}</a></li>`,
  )}</ul>
</section>`;
}

function bar(tiles: readonly Tile[], all: number): Markup {
  let at = 0;
  const parts = tiles.map(({ count, className }) => {
    const from = at;
    at += all === 0 ? 0 : (count / all) * 1000;
    return count === 0
      ? ''
      : html`<rect class="${className}" x="${from.toFixed(1)}" width="${(at - from).toFixed(1)}" height="10"/>`;
  });
  return html`<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`;
}

/** The changes since the last run, and the trend of the last nights. */
export function changes({ changes: since, trend: nights }: ReportExtras): Markup {
  const drawn = trend(nights);
  if (since === undefined && drawn.text === '') return html``;
  return html`<section id="changes" aria-labelledby="changes-title">
<h2 id="changes-title">What is new</h2>
${since !== undefined && changesList(since)}
${drawn}
</section>`;
}

function changesList(since: ChangesSince): Markup {
  const lists: readonly (readonly [string, string, readonly string[]])[] = [
    ['Broke', 'broke', since.broke],
    ['Fixed', 'mended', since.mended],
    ['Facts', 'facts', since.facts],
    ['Other', 'other', since.other],
  ];
  const shown = lists.filter(([, , sentences]) => sentences.length > 0);
  return html`<p class="faint">Compared with ${since.since}.</p>
${shown.length === 0 && html`<p>Nothing changed.</p>`}
<div class="changes">${shown.map(
    ([
      title,
      className,
      sentences,
    ]) => html`<div class="${className}"><h3>${title} <span class="count">${sentences.length}</span></h3>
<ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul></div>`,
  )}</div>`;
}

/** The measured facts about the target. */
export function facts(verdict: Verdict): Markup {
  const { tlsInsecure, baseUrl } = verdict.target;
  const tls = baseUrl.startsWith('https:')
    ? tlsInsecure
      ? 'Not verified: anyone in between could have sent the answers'
      : 'Certificate verified'
    : 'None: plain HTTP';
  const rows = [{ name: 'tls', label: 'TLS', text: tls }, ...factsInWords(verdict.facts)];
  return html`<section id="facts" aria-labelledby="facts-title">
<h2 id="facts-title">Measured</h2>
<dl class="facts">${rows.map(
    ({ label, text }) =>
      html`<div><dt>${label}</dt><dd${text === 'not measured' && html` class="faint"`}>${text}</dd></div>`,
  )}</dl>
</section>`;
}
