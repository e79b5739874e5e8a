import { groupBy } from '../../base/group.js';
import type { Outcome, OutcomeKind, Verdict, Wait } from '../../base/model/verdict.js';
import { counted, cut } from '../../base/words.js';
import { completenessOf, type ShortVerdict, shortVerdict } from '../../verdict/derive/completeness.js';

/** Returns `until 2026-12-31 (Ana, https://…/7): the reason`. Old verdicts may lack the waiver. */
export function waiverText(waiver: Outcome['waiver']): string {
  if (waiver === undefined) return 'by a waiver';
  return `until ${waiver.expires} (${waiver.owner}, ${waiver.issue}): ${waiver.reason}`;
}

/** Returns `Vault 7.1 of Acme (acme.statement.yaml), 3 claimed, 2 denied`; undefined without a statement. */
export function statementText({ statement }: Pick<Verdict, 'statement'>): string | undefined {
  if (statement === undefined) return undefined;
  const { file, vendor, product, claims } = statement;
  const about = [product, vendor].filter((part) => part !== undefined).join(' of ');
  const said = Object.values(claims);
  const claimed = said.filter((value) => value !== false).length;
  return `${about === '' ? file : `${about} (${file})`}, ${claimed} claimed, ${said.length - claimed} denied`;
}

/** If the state is not restored, the residue also says why. */
export function residueHeading({ restored }: Pick<Verdict, 'restored'>): string {
  return restored ? "What can't be undone through the API" : 'Not restored, or impossible to restore';
}

export const verdictLine = (verdict: Verdict): string => `${verdictWord(verdict)}${verdictDetail(verdict)}`;

export const verdictDetail = (verdict: Verdict): string =>
  `${detailOf(verdict, verdictWord(verdict))}${gatingText(verdict.gating)}`;

export function verdictWord(verdict: Pick<Verdict, 'gate' | 'outcomes' | 'selection'>): ShortVerdict {
  return shortVerdict({ gate: verdict.gate, ...completenessOf(verdict) });
}

export function quietLine(verdict: Verdict): string {
  const line = verdictLine(verdict);
  const cause = withoutFullStop(verdict.cause);
  return `${verdict.target.name}: ${line}${line.includes(cause) ? '' : ` (${cause})`}`;
}

function waivedWords({ outcomes }: Pick<Verdict, 'outcomes'>): string {
  const waived = outcomes.filter(({ outcome, level }) => outcome === 'waived' && level === 'must');
  if (waived.length === 0) return '';
  const days = new Set(waived.flatMap(({ waiver }) => waiver?.expires ?? []));
  const [first] = [...days].sort();
  if (first === undefined) return `, with ${waived.length} waived`;
  return `, with ${waived.length} waived${days.size > 1 ? ', the first' : ''} until ${first}`;
}

function gatingText(gating: Verdict['gating']): string {
  if (gating === undefined || gating.policy === 'all') return '';
  if (gating.policy === 'none') return ' (--gate none: nothing gates)';
  const count = gating.newFailures.length;
  const known = gating.knownFailures.length;
  if (count === 0 && known === 0) return '';
  return ` (against the baseline: ${count} new, ${known} known)`;
}

function detailOf(verdict: Verdict, word: ShortVerdict): string {
  const { checked, applicable } = completenessOf(verdict);
  const { fail, failShould } = verdict.summary;
  const claimed = (kinds: readonly OutcomeKind[]) => claimedOf(verdict.outcomes, kinds);
  const waived = waivedWords(verdict);
  const counts = `${checked} of ${applicable} MUST requirements checked${claimed(['pass', 'waived'])}`;
  switch (word) {
    case 'conforms':
      return `${waived} (${counts})`;
    case 'no breach found':
      return `${waived} · ${counts}${withinWords(verdict.selection) ?? ` · ${mainReason(verdict)}`}`;
    case 'does not conform':
      if (fail === 0 && (verdict.strict !== true || failShould === 0))
        return `: ${withoutFullStop(verdict.cause)}${waived}`;
      if (fail === 0) return `: ${failShould} should failed (--strict)${waived}`;
      return `: ${fail} of ${applicable} must failed${claimed(['fail'])}${waived}`;
    case 'inconclusive': {
      if (verdict.cause !== '') return `: ${withoutFullStop(verdict.cause)}${waived}`;
      const open = verdict.outcomes.filter(
        ({ level, outcome }) => level === 'must' && outcome === 'inconclusive',
      );
      return `: ${open.length} of ${applicable} must could not be decided${waived}`;
    }
  }
}

function withinWords(selection: Verdict['selection']): string | undefined {
  if (selection?.within === undefined) return undefined;
  const percent = Math.floor(100 * (selection.knownFaults ?? 0));
  return `, within ${selection.within}; they find ${percent} % of the known faults`;
}

/** A longer reason would push the counts out of view. */
const longestReason = 120;

function mainReason({ outcomes, selection }: Pick<Verdict, 'outcomes' | 'selection'>): string {
  if (selection?.by === 'recording') return "the recorded traffic breaks nothing; it can't show flows";
  if (selection?.by === 'last failed') return rerunWords(outcomes);
  const costs = new Map<string, number>();
  const add = (reason: string, count: number) => costs.set(reason, (costs.get(reason) ?? 0) + count);
  if (selection !== undefined) add(`--grep leaves out ${selection.leftOut}`, selection.leftOut);
  for (const { level, outcome, reason } of outcomes)
    if (level === 'must' && outcome === 'not run') add(reason.split('\n')[0] ?? '', 1);
  const [most = 'not all could be tried'] = [...costs].sort(([, a], [, b]) => b - a)[0] ?? [];
  return cut(most, longestReason);
}

function rerunWords(outcomes: readonly Outcome[]): string {
  const passing = outcomes.filter(({ outcome }) => outcome === 'pass').length;
  const all = outcomes.length === passing ? '' : ` of ${outcomes.length}`;
  return `${passing}${all} that failed before ${passing === 1 && all === '' ? 'passes' : 'pass'} now`;
}

function claimedOf(outcomes: readonly Outcome[], kinds: readonly OutcomeKind[]): string {
  const count = outcomes.filter((each) => each.claimed !== undefined && kinds.includes(each.outcome)).length;
  return count === 0 ? '' : `, ${count} of them claimed by the vendor`;
}

const withoutFullStop = (sentence: string): string => sentence.replace(/\.$/, '');

export const lanesIn = ({ lanes }: Pick<Verdict, 'lanes'>): string =>
  lanes === undefined ? '' : `, in ${lanes} lanes`;

/** Returns `2 times after 429, 1 time after 503`. Empty if the run repeated no request. */
export function repeatedWords(retries: Verdict['retries']): string {
  const parts = (['429', '503'] as const).filter((status) => retries[status] > 0);
  return parts.map((status) => `${counted(retries[status], 'time')} after ${status}`).join(', ');
}

export const waitedMs = (waits: readonly Wait[]): number => waits.reduce((sum, { ms }) => sum + ms, 0);

export const waitGroups = (waits: readonly Wait[]) =>
  [...groupBy(waits, (wait) => wait.for)]
    .map(([what, group]) => ({ what, group, ms: waitedMs(group) }))
    .sort((a, b) => b.ms - a.ms);

export const countWords = ({ summary }: Pick<Verdict, 'summary'>) => ({
  pass: `${summary.pass} pass`,
  fail: `${summary.fail} must failed`,
  failShould: `${summary.failShould} should failed`,
  inconclusive: `${summary.inconclusive} inconclusive`,
  waived: `${summary.waived} waived`,
  notRun: `${summary.notRun} not run`,
  notApplicable: `${summary.notApplicable} not applicable`,
});
