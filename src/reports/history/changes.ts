import { groupBy } from '../../base/group.js';
import { cut, shortened } from '../../base/words.js';
import { shortVerdict, wasChecked } from '../../verdict/derive/completeness.js';
import { factChanges } from './fact-changes.js';
import type { Compared, Snapshot } from './snapshot.js';

/** Most important first. */
export const changeKinds = [
  ...(['verdict', 'broke', 'fails differently', 'undecided', 'not run', 'waiver'] as const),
  ...(['mended', 'decided', 'level', 'new', 'removed', 'fact', 'run'] as const),
] as const;
export type ChangeKind = (typeof changeKinds)[number];

export interface Change {
  readonly kind: ChangeKind;
  /** One sentence on one line. It may quote the target, so escape it. */
  readonly text: string;
  readonly ids: readonly string[];
}

/** Changes beyond this number share one more sentence for their kind. */
const mostSentences = 10;
const namedIds = 4;
const longestReason = 200;

export function changesBetween(before: Snapshot, after: Snapshot): Change[] {
  const found = [
    ...aboutTheVerdict(before, after),
    ...aboutRequirements(before, after),
    ...factChanges(before.facts, after.facts).map((text) => ({ kind: 'fact' as const, text, ids: [] })),
    ...aboutTheRun(before, after),
  ];
  return changeKinds.flatMap((kind) => found.filter((change) => change.kind === kind));
}

export interface ChangesSince {
  /** The earlier run: `the run of 2026-11-24 02:00 UTC on release 7.1.2_u3`. */
  readonly since: string;
  readonly broke: readonly string[];
  readonly mended: readonly string[];
  readonly facts: readonly string[];
  readonly other: readonly string[];
}

export function changesSince(since: string, changes: readonly Change[]): ChangesSince {
  const of = (...kinds: ChangeKind[]) =>
    changes.filter(({ kind }) => kinds.includes(kind)).map(({ text }) => text);
  const own: ChangeKind[] = ['broke', 'fails differently', 'mended', 'decided', 'fact'];
  return {
    since,
    broke: of('broke', 'fails differently'),
    mended: of('mended', 'decided'),
    facts: of('fact'),
    other: of(...changeKinds.filter((kind) => !own.includes(kind))),
  };
}

export function runName({ startedAt, release }: Pick<Snapshot, 'startedAt' | 'release'>): string {
  return `the run of ${minuteOf(startedAt)} UTC on release ${release}`;
}

/** `2026-11-24 02:00`, in UTC. */
export function minuteOf(moment: string): string {
  return new Date(moment).toISOString().slice(0, 16).replace('T', ' ');
}

function aboutTheVerdict(before: Snapshot, after: Snapshot): Change[] {
  const [was, is] = [shortVerdict(before), shortVerdict(after)];
  if (was === is) return [];
  const cause = after.cause === '' ? '.' : `: ${oneLine(after.cause)}`;
  return [{ kind: 'verdict', text: `The verdict went from ${was} to ${is}${cause}`, ids: [] }];
}

interface Single {
  readonly kind: ChangeKind;
  readonly id: string;
  readonly says: string;
  /** The sentence for several requirements: `were fixed`; by default {@link says}. */
  readonly sayAll?: string;
  readonly reason: string;
}

function aboutRequirements(before: Snapshot, after: Snapshot): Change[] {
  const singles: Single[] = [];
  for (const [id, is] of after.outcomes) {
    const was = before.outcomes.get(id);
    const change = was === undefined ? appeared(id, is) : transition(id, was, is);
    if (change !== undefined) singles.push(change);
    if (was?.level !== undefined && is.level !== undefined && was.level !== is.level) {
      singles.push({ kind: 'level', id, says: `is a ${is.level} now, before a ${was.level}`, reason: '' });
    }
  }
  for (const id of before.outcomes.keys()) {
    if (after.outcomes.has(id)) continue;
    const says = 'was part of the earlier run only';
    singles.push({ kind: 'removed', id, says, sayAll: 'were part of the earlier run only', reason: '' });
  }
  return inWords(singles);
}

function appeared(id: string, is: Compared): Single {
  if (is.outcome === 'fail') return { kind: 'broke', id, says: 'is new, and fails', reason: is.reason ?? '' };
  return { kind: 'new', id, says: 'is new', sayAll: 'are new', reason: '' };
}

type Kind = Compared['outcome'];

const was: Readonly<Record<Kind, string>> = {
  pass: 'it passed before',
  fail: 'it failed before',
  waived: 'it was waived before',
  inconclusive: 'before, it could not be decided',
  'not run': 'before, it was not run',
  'not applicable': 'before, it did not apply',
};

/** Puts a change of outcome into words. Reports omit changes without words. */
const became: Readonly<
  Record<Kind, (before: Kind) => readonly [kind: ChangeKind, says: string, sayAll?: string] | undefined>
> = {
  fail: (before) => ['broke', before === 'pass' ? 'broke' : `fails; ${was[before]}`],
  waived: (before) => {
    if (before === 'fail') return ['waiver', 'is waived now', 'are waived now'];
    return ['broke', before === 'pass' ? 'broke, and is waived' : `fails, and is waived; ${was[before]}`];
  },
  pass: (before) =>
    before === 'fail' || before === 'waived'
      ? ['mended', 'was fixed', 'were fixed']
      : ['decided', 'passes now; before, that was not known', 'pass now; before, that was not known'],
  inconclusive: () => ['undecided', 'could not be decided'],
  'not run': (before) =>
    wasChecked(before) ? ['not run', 'was no longer run', 'were no longer run'] : undefined,
  'not applicable': (before) =>
    wasChecked(before) ? ['not run', 'no longer applies', 'no longer apply'] : undefined,
};

const withoutReason: readonly ChangeKind[] = ['waiver', 'mended', 'decided'];

function transition(id: string, before: Compared, { outcome, digest, reason = '' }: Compared) {
  if (before.outcome === outcome) {
    if (outcome !== 'fail' || before.digest === digest) return undefined;
    return { kind: 'fails differently' as const, id, says: 'still fails, but differently', reason };
  }
  const [kind, says = '', sayAll] = became[outcome](before.outcome) ?? [];
  if (kind === undefined) return undefined;
  return { kind, id, says, ...(sayAll && { sayAll }), reason: withoutReason.includes(kind) ? '' : reason };
}

/** Each change of these kinds has a sentence. The words are for those beyond {@link mostSentences}. */
const inFullKinds: Readonly<Partial<Record<ChangeKind, string>>> = {
  broke: 'broke',
  'fails differently': 'fail differently',
  level: 'have another level',
};

function inWords(singles: readonly Single[]): Change[] {
  const groups = groupBy(singles, ({ kind, id, says, reason }) =>
    JSON.stringify([kind, says, reason, inFullKinds[kind] === undefined ? '' : id]),
  );
  const bySize = [...groups.values()].sort((a, b) => b.length - a.length);
  const changes = bySize.flatMap((group): Change[] => {
    const [first] = group;
    if (first === undefined) return [];
    if (group.length === 1) return [sentence(first)];
    const ids = group.map(({ id }) => id);
    const reason = first.reason === '' ? '' : ` (${oneLine(first.reason)})`;
    const text = `${group.length} requirements ${first.sayAll ?? first.says}${reason}: ${shortened(ids, namedIds)}.`;
    return [{ kind: first.kind, text, ids }];
  });
  // If a target is unreachable, every requirement may have a different reason, so limit the sentences.
  return changeKinds.flatMap((kind) => {
    const of = changes.filter((change) => change.kind === kind);
    const ids = of.slice(mostSentences).flatMap((change) => change.ids);
    if (ids.length === 0) return of;
    const says = inFullKinds[kind];
    const all = says === undefined ? `The same of ${ids.length} more` : `${ids.length} more ${says}`;
    return [...of.slice(0, mostSentences), { kind, text: `${all}: ${shortened(ids, namedIds)}.`, ids }];
  });
}

function sentence({ kind, id, says, reason }: Single): Change {
  return { kind, text: `${id} ${says}${reason === '' ? '.' : `: ${oneLine(reason)}`}`, ids: [id] };
}

function aboutTheRun(before: Snapshot, after: Snapshot): Change[] {
  const says = {
    target: `The runs are on two targets: ${before.target} and ${after.target}.`,
    release: `The target is judged by release ${after.release}; before, by ${before.release}.`,
    mode: `The run is ${after.mode}; before, it was ${before.mode}.`,
    suite: `The suite is version ${after.suite}; before, it was ${before.suite}: the suite itself may have caused a change.`,
  };
  return (['target', 'release', 'mode', 'suite'] as const)
    .filter((part) => before[part] !== after[part])
    .map((part) => ({ kind: 'run', text: oneLine(says[part]), ids: [] }));
}

function oneLine(text: string): string {
  // A target's text may have megabytes, and a search for line ends in it would take too long.
  const beginning = text.slice(0, 10 * longestReason).trim();
  return cut(beginning.replace(/\s*\n\s*/g, '; ').replace(/\s+/g, ' '), longestReason);
}
