import { mustCounts } from '../verdict/derive.js';
import type { Outcome, Verdict } from '../verdict/verdict.js';

/** Colours and weights by what they mean; each is the identity where colour is off. */
export interface Paint {
  readonly bad: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly plain: (text: string) => string;
}

export function paint(colour: boolean): Paint {
  const sgr = (open: string) => (text: string) =>
    colour && text !== '' ? `\u001b[${open}m${text}\u001b[0m` : text;
  return {
    bad: sgr('1;31'),
    good: sgr('1;32'),
    warn: sgr('33'),
    strong: sgr('1'),
    faint: sgr('2'),
    plain: (text) => text,
  };
}

/** `1 mail`, `2 mails`. */
export function counted(count: number, word: string, many = `${word}s`): string {
  return `${count} ${count === 1 ? word : many}`;
}

/** At most so many characters and an ellipsis; never half of one that takes two. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** 850 ms, 12.3 s, 3 min 5 s. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `until 2026-12-31 (Ana, https://…/7): the reason`; a waived outcome of an old verdict may not say. */
export function waiverText(waiver: Outcome['waiver']): string {
  if (waiver === undefined) return 'by a waiver';
  return `until ${waiver.expires} (${waiver.owner}, ${waiver.issue}): ${waiver.reason}`;
}

/** The verdict in one line, and where it is gated by something else, what that makes of it. */
export function verdictLine(verdict: Verdict): string {
  return `${conformityLine(verdict)}${gatingText(verdict.gating)}`;
}

function gatingText(gating: Verdict['gating']): string {
  if (gating === undefined || gating.policy === 'all') return '';
  if (gating.policy === 'none') return ' (--gate none: nothing gates)';
  const count = gating.newFailures.length;
  const known = gating.knownFailures.length;
  if (count === 0 && known === 0) return '';
  return ` (against the baseline: ${count} new, ${known} known)`;
}

function conformityLine(verdict: Verdict): string {
  const { checked, all } = mustCounts(verdict.outcomes);
  const { fail, failShould } = verdict.summary;
  switch (verdict.gate) {
    case 'conforms':
      return `conforms (${checked} of ${all} must checked)`;
    case 'does not conform':
      if (fail === 0 && !verdict.cause.includes('--strict'))
        return `does not conform: ${withoutStop(verdict.cause)}`;
      if (fail === 0) return `does not conform: ${failShould} should failed (--strict)`;
      return `does not conform: ${fail} of ${all} must failed`;
    case 'inconclusive': {
      if (verdict.cause !== '') return `inconclusive: ${withoutStop(verdict.cause)}`;
      const open = verdict.outcomes.filter(
        ({ level, outcome }) => level === 'must' && outcome === 'inconclusive',
      );
      return `inconclusive: ${open.length} of ${all} must could not be decided`;
    }
  }
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

/**
 * Breaks lines at spaces so that none is longer than `width`, where that can be; each line is indented. Words that
 * are longer, addresses and commands, stay whole.
 */
export function wrap(text: string, width: number, indent: string): string[] {
  return text.split('\n').flatMap((line) => {
    const lines: string[] = [];
    let current = '';
    // What a line begins with is kept: a diff means something by it.
    const words = line.match(/^\s*\S*|\s+\S+/g) ?? [''];
    for (const word of words) {
      if (current !== '' && indent.length + current.length + word.length > width) {
        lines.push(indent + current);
        current = word.trimStart();
      } else current += word;
    }
    return [...lines, indent + current];
  });
}
