import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../src/base/package-root.js';
import type { Mutant } from './mutants.js';

/**
 * The judgement on an unnoticed mutant. `freedom`: targets may differ in this way. `equivalent`: it behaves like the
 * original. `unreached`: the default configuration never runs this code. `hole`: the suite should notice it.
 */
export const kinds = ['freedom', 'equivalent', 'unreached', 'hole'] as const;
export type Kind = (typeof kinds)[number];

/** The parts that identify a mutant after changes elsewhere; `*` matches anything. */
const parts = ['file', 'within', 'mutator', 'line', 'original', 'replacement'] as const;
export type Pattern = { readonly [Part in (typeof parts)[number]]?: string };

export interface Judgement {
  readonly is: Kind;
  /** The document that leaves it open, the reason why it can't show, or the requirement that would show it. */
  readonly because: string;
  readonly mutants: readonly Pattern[];
}

const judgedFile = join('selftest', 'mutation', 'judged.yaml');

/** @throws Error naming the mistake in the file */
export function readJudged(file = join(packageRoot(), judgedFile)): Judgement[] {
  const content: unknown = parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(content)) throw new Error(`${file} must hold a list.`);
  return content.map((entry, at) => judgementOf(entry, `${file}, entry ${at + 1}`));
}

function judgementOf(entry: unknown, place: string): Judgement {
  const { is, because, mutants, ...others }: Record<string, unknown> = Object(entry);
  const kind = kinds.find((known) => known === is);
  if (kind === undefined) throw new Error(`${place}: "is" must be one of ${kinds.join(', ')}.`);
  if (typeof because !== 'string' || because === '') throw new Error(`${place}: "because" must say why.`);
  if (!Array.isArray(mutants) || mutants.length === 0) throw new Error(`${place}: "mutants" must name some.`);
  if (Object.keys(others).length > 0)
    throw new Error(`${place}: unknown: ${Object.keys(others).join(', ')}.`);
  return { is: kind, because, mutants: mutants.map((pattern) => patternOf(pattern, place)) };
}

function patternOf(pattern: unknown, place: string): Pattern {
  const entries = Object.entries(Object(pattern)).map(([name, value]): [string, string] => {
    if (!parts.some((part) => part === name) || typeof value !== 'string')
      throw new Error(`${place}: a mutant is named by texts: ${parts.join(', ')}; found ${name}.`);
    return [name, value];
  });
  if (!entries.some(([name]) => name === 'file')) throw new Error(`${place}: a mutant needs its file.`);
  return Object.fromEntries(entries);
}

export function fits(pattern: Pattern, mutant: Mutant): boolean {
  return parts.every((part) => {
    const wanted = pattern[part];
    return wanted === undefined || textPattern(wanted).test(mutant[part]);
  });
}

function textPattern(text: string): RegExp {
  const quoted = text.split('*').map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${quoted.join('.*')}$`, 's');
}

/**
 * The judgement of a mutant; the first match counts.
 *
 * @param reached whether the suite reached the mutant's code: if so, a judgement `unreached` is out of date
 */
export function judgementFor(
  mutant: Mutant,
  judged: readonly Judgement[],
  reached: boolean,
): Judgement | undefined {
  return judged.find(
    ({ is, mutants }) => !(reached && is === 'unreached') && mutants.some((pattern) => fits(pattern, mutant)),
  );
}

/** Patterns without a matching mutant: the code changed, and the judgement must be renewed. */
export function stale(judged: readonly Judgement[], mutants: readonly Mutant[]): Pattern[] {
  return judged
    .flatMap(({ mutants: patterns }) => patterns)
    .filter((pattern) => !mutants.some((mutant) => fits(pattern, mutant)));
}
