import type { Outcome, OutcomeKind, Verdict } from '../model/verdict.js';
import { mustCounts } from '../verdict/derive.js';

/** `until 2026-12-31 (Ana, https://…/7): the reason`; a waived outcome of an old verdict may not say. */
export function waiverText(waiver: Outcome['waiver']): string {
  if (waiver === undefined) return 'by a waiver';
  return `until ${waiver.expires} (${waiver.owner}, ${waiver.issue}): ${waiver.reason}`;
}

/** `Vault 7.1 of Acme (acme.statement.yaml), 3 claimed, 2 denied`; undefined where there was no statement. */
export function statementText({ statement }: Pick<Verdict, 'statement'>): string | undefined {
  if (statement === undefined) return undefined;
  const { file, vendor, product, claims } = statement;
  const about = [product, vendor].filter((part) => part !== undefined).join(' of ');
  const said = Object.values(claims);
  const claimed = said.filter((value) => value !== false).length;
  return `${about === '' ? file : `${about} (${file})`}, ${claimed} claimed, ${said.length - claimed} denied`;
}

/** What stands above {@link Verdict.residue}: it tells, too, why the state is not restored where it isn't. */
export function residueHeading({ restored }: Pick<Verdict, 'restored'>): string {
  return restored ? "What can't be undone through the API" : "What is not restored, or can't be";
}

/** The verdict in one line, and where it is gated by something else, what that makes of it. */
export function verdictLine(verdict: Verdict): string {
  return `${conformityLine(verdict)}${gatingText(verdict.gating)}`;
}

/** Of musts that fail, but are waived: how many, and until when at the soonest; empty for none. */
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

function conformityLine(verdict: Verdict): string {
  const { checked, all } = mustCounts(verdict.outcomes);
  const { fail, failShould } = verdict.summary;
  const claimed = (kinds: readonly OutcomeKind[]) => claimedOf(verdict.outcomes, kinds);
  const waived = waivedWords(verdict);
  switch (verdict.gate) {
    case 'conforms':
      return `conforms${waived} (${checked} of ${all} MUST requirements checked${claimed(['pass', 'waived'])})`;
    case 'does not conform':
      if (fail === 0 && !verdict.cause.includes('--strict'))
        return `does not conform: ${withoutStop(verdict.cause)}${waived}`;
      if (fail === 0) return `does not conform: ${failShould} should failed (--strict)${waived}`;
      return `does not conform: ${fail} of ${all} must failed${claimed(['fail'])}${waived}`;
    case 'inconclusive': {
      if (verdict.cause !== '') return `inconclusive: ${withoutStop(verdict.cause)}${waived}`;
      const open = verdict.outcomes.filter(
        ({ level, outcome }) => level === 'must' && outcome === 'inconclusive',
      );
      return `inconclusive: ${open.length} of ${all} must could not be decided${waived}`;
    }
  }
}

/** Of those that are a must by the vendor's statement alone. */
function claimedOf(outcomes: readonly Outcome[], kinds: readonly OutcomeKind[]): string {
  const count = outcomes.filter((each) => each.claimed !== undefined && kinds.includes(each.outcome)).length;
  return count === 0 ? '' : `, ${count} of them claimed by the vendor`;
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
