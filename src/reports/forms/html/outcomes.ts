import type { Outcome, OutcomeKind } from '../../../base/model/verdict.js';
import { type Judged, type ShortVerdict, shortVerdict, tones } from '../../../verdict/derive/completeness.js';
import { html, Markup } from './markup.js';

/** The look of an outcome: a CSS class, a word, and an icon for readers who don't distinguish colours. */
export interface Look {
  readonly className: string;
  readonly word: string;
  readonly icon: Markup;
}

/** Most important first. */
export const shownOrder: readonly OutcomeKind[] = [
  'fail',
  'inconclusive',
  'waived',
  'pass',
  'not run',
  'not applicable',
];

const paths: Readonly<Record<OutcomeKind, string>> = {
  pass: 'M4 8.5l2.6 2.6L12 5.4',
  fail: 'M4.8 4.8l6.4 6.4M11.2 4.8l-6.4 6.4',
  inconclusive: 'M5.9 6.1a2.1 2.1 0 1 1 3.2 1.8c-.8.5-1.1.9-1.1 1.7M8 11.9v.1',
  waived: 'M4.6 13V3.4h6.6l-1.6 2.5 1.6 2.5H4.6',
  'not run': 'M4.8 8h6.4',
  'not applicable': 'M5 11l6-6',
};

const words: Readonly<Record<OutcomeKind, string>> = {
  pass: 'Passed',
  fail: 'Failed',
  inconclusive: 'Inconclusive',
  waived: 'Waived',
  'not run': 'Not run',
  'not applicable': 'Not applicable',
};

export function lookOf(outcome: OutcomeKind, level: Outcome['level'] = 'must'): Look {
  const advisory = outcome === 'fail' && level === 'should';
  return {
    className: advisory ? 'advisory' : `o-${outcome.replace(' ', '-')}`,
    word: advisory ? 'Advisory' : words[outcome],
    icon: icon(outcome),
  };
}

const verdictOutcomes: Readonly<Record<ShortVerdict, OutcomeKind>> = {
  conforms: 'pass',
  'no breach found': 'not run',
  'does not conform': 'fail',
  inconclusive: 'inconclusive',
};

const toneClasses = { good: 'o-pass', warn: 'o-inconclusive', bad: 'o-fail' } as const;

export function verdictLook(word: ShortVerdict): Look {
  return {
    className: toneClasses[tones[word]],
    word: `${word.charAt(0).toUpperCase()}${word.slice(1)}`,
    icon: icon(verdictOutcomes[word]),
  };
}

export function verdictCell(of: Judged): Markup {
  const { className, icon } = verdictLook(shortVerdict(of));
  return html`<td class="tone ${className}">${icon} <strong>${shortVerdict(of)}</strong></td>`;
}

export function outcomeCell(kind: OutcomeKind | undefined, level?: Outcome['level'], link = ''): Markup {
  if (kind === undefined) return html`<td class="faint">–</td>`;
  const { className, icon, word } = lookOf(kind, level);
  const text = link === '' ? word.toLowerCase() : html`<a href="${link}">${word.toLowerCase()}</a>`;
  return html`<td class="tone ${className}">${icon} ${kind === 'pass' ? html`<span class="sr">${word}</span>` : text}</td>`;
}

function icon(outcome: OutcomeKind): Markup {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="${new Markup(paths[outcome])}"/></svg>`;
}

const acronyms = new Set(['totp', 'otp', 'mfa', 'http', 'api', 'tls', 'uri', 'json']);

/** `totp-key` -> `TOTP key`. */
export function areaTitle(area: string): string {
  const text = area
    .split('-')
    .map((word) => (acronyms.has(word) ? word.toUpperCase() : word))
    .join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
