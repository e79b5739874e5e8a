import type { Verdict } from '../../../base/model/verdict.js';
import type { ReportExtras } from '../extras.js';
import { verdictWord } from '../verdict-words.js';
import { coverage } from './coverage.js';
import { ExchangeRoom } from './exchanges.js';
import { asset, html, type Markup, renderPage } from './markup.js';
import { state, waits, waivers } from './notes.js';
import { alerts, changes, counts, facts, overview } from './overview.js';
import { requirements } from './requirements.js';
import { wrong } from './wrong.js';

export interface HtmlExtras extends ReportExtras {
  readonly files?: readonly string[];
  /** For each requirement, the address of its script, from the page's folder. */
  readonly scripts?: ReadonlyMap<string, string>;
}

const script = asset('report.js');

/** Renders the verdict as one HTML page that requests nothing, and is readable without its script. */
export function renderHtml(verdict: Verdict, extras: HtmlExtras = {}): string {
  const title = `${verdict.target.name}: ${verdictWord(verdict)} · mfa-conformance`;
  return renderPage(title, body(verdict, extras), script);
}

function body(verdict: Verdict, extras: HtmlExtras): Markup {
  const room = new ExchangeRoom();
  const first = wrong(verdict, room, extras.scripts ?? new Map());
  const sections: readonly (readonly [string, string, Markup])[] = [
    ['wrong', 'What is wrong', first],
    ['changes', 'Changes', changes(extras)],
    ['counts', 'Counts', counts(verdict)],
    ['requirements', 'Requirements', requirements(verdict, room)],
    ['coverage', 'Coverage', coverage(verdict)],
    ['waivers', 'Waivers', waivers(verdict.waivers)],
    ['waits', 'Waits', waits(verdict)],
    ['state', 'State', state(verdict)],
    ['facts', 'Measured', facts(verdict)],
  ];
  const present = sections.filter(([, , { text }]) => text !== '');
  return html`<a class="skip" href="#requirements">Skip to the requirements</a>
${overview(verdict)}
<nav aria-label="Sections"><ul class="wrap">${present.map(
    ([id, name]) => html`<li><a href="#${id}">${name}</a></li>`,
  )}</ul></nav>
<main class="wrap">
${alerts(verdict)}
${present.map(([, , section]) => section)}
</main>
<footer><div class="wrap"><p>mfa-conformance ${verdict.suite.version}, schema ${verdict.schemaVersion}. Contract <span class="mono">${verdict.contract.source}</span>, SHA-256 <span class="mono">${verdict.contract.sha256}</span>.</p>
${fileLinks(extras.files ?? [])}</div></footer>`;
}

function fileLinks(files: readonly string[]): Markup {
  if (files.length === 0) return html``;
  return html`<p>Beside this page: ${files.map(
    (name, index) => html`${index > 0 && ', '}<a href="${address(name)}">${name}</a>`,
  )}</p>`;
}

/** Replaces lone surrogates, which can't be encoded in an address. */
const address = (name: string): string => encodeURIComponent(name.replace(/\p{Surrogate}/gu, '\ufffd'));
