import type { Outcome, Verdict } from '../../base/model/verdict.js';
import { printable } from '../../base/redaction/printable.js';
import { cut, wrap } from '../../base/words.js';
import type { Requirement } from '../../contract/requirements/catalogue.js';
import type { Claim } from './claims.js';
import { factsOf, measuredOf } from './drift.js';

const width = 110;

/** This line assumes that the suite is installed in the statement's folder. */
const schemaLine =
  '# yaml-language-server: $schema=./node_modules/mfa-conformance/spec/statement.schema.json';

export function draftStatement(
  verdict: Verdict,
  claims: readonly Claim[],
  catalogue: readonly Requirement[],
): string {
  const { target, release, startedAt, suite, statement } = verdict;
  const drafted = claims.map((claim) => ({ claim, ...draftOf(claim, verdict, catalogue) }));
  const head = [
    `Drafted by mfa-conformance ${suite.version} from the run of ${startedAt} on ${target.name}, release ${release}.`,
    'It records measurements, but a statement is a promise: read each line before you publish it. Claims ' +
      'become musts, denied claims are not applicable, and omitted ones keep the level of the catalogue.',
  ];
  return [
    schemaLine,
    ...head.flatMap(comment),
    'version: 1',
    ...(['vendor', 'product'] as const).map((key) => {
      const said = statement?.[key];
      return said === undefined ? `# ${key}:` : `${key}: ${JSON.stringify(said)}`;
    }),
    '# contact:',
    drafted.every(({ value }) => value === undefined) ? 'claims: {}' : 'claims:',
    ...drafted.flatMap(({ claim, value, why }) => [
      '',
      ...[claim.text, why].flatMap(comment).map((line) => `  ${line}`),
      value === undefined ? `  # ${claim.name}:` : `  ${claim.name}: ${value}`,
    ]),
    '',
  ].join('\n');
}

function draftOf(
  { name, facts: names }: Claim,
  { outcomes, statement, facts }: Verdict,
  catalogue: readonly Requirement[],
): { readonly value: boolean | undefined; readonly why: string } {
  // A denied claim was not tested, so the run can't contradict it.
  if (statement?.claims[name] === false) return { value: false, why: 'Denied by the statement of that run.' };
  const own = new Set<string>(catalogue.flatMap(({ id, claim }) => (claim === name ? [id] : [])));
  const about = outcomes.filter(({ id }) => own.has(id));
  if (about.length === 0) return { value: undefined, why: 'Left out: not part of the run.' };
  const those = (holds: boolean) => about.filter((each) => measuredOf(each).holds === holds);
  const measured = (found: readonly Outcome[]) =>
    [found.map(({ id }) => id).join(', '), ...factsOf(names, facts)].join('; ');
  const [broken, passed] = [those(false), those(true)];
  if (broken.length > 0) return { value: false, why: `Measured otherwise: ${measured(broken)}.` };
  const open = about.filter(({ outcome }) => outcome === 'not run' || outcome === 'inconclusive');
  if (open.length === 0 && passed.length > 0) return { value: true, why: `Measured: ${measured(passed)}.` };
  const left = (open.length > 0 ? open : about).map(
    ({ id, outcome, reason }) =>
      `${id}: ${outcome}, ${cut(reason.replace(/\s+/g, ' ').trim(), 200).replace(/\.$/, '')}`,
  );
  return { value: undefined, why: `Left out: ${left.join('; ')}.` };
}

/** The text may quote the target, so its line breaks become blanks. */
const comment = (text: string): string[] => wrap(printable(text).replace(/\s+/g, ' '), width, '# ');
