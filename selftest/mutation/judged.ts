import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { packageRoot } from '../../src/base/package-root.js';
import type { Mutant } from './mutants.js';

/** `freedom`: targets may differ so. `unreached`: this code never runs by default. `hole`: a gap to close. */
export const kinds = ['freedom', 'equivalent', 'unreached', 'hole'] as const;
export type Kind = (typeof kinds)[number];

/** The parts that identify a mutant after changes elsewhere; `*` matches anything. */
const parts = ['file', 'within', 'mutator', 'line', 'original', 'replacement'] as const;
export type Pattern = { readonly [Part in (typeof parts)[number]]?: string };

export interface Judgement {
  readonly is: Kind;
  /** The document that allows the difference, the reason why it can't show, or the requirement that should show it. */
  readonly because: string;
  readonly mutants: readonly Pattern[];
}

const judgedFile = join('selftest', 'mutation', 'judged.yaml');

const isJudged = new Ajv2020().compile<Judgement[]>({
  type: 'array',
  items: exactly({
    is: { enum: kinds },
    because: { type: 'string', minLength: 1 },
    mutants: {
      type: 'array',
      minItems: 1,
      items: exactly(Object.fromEntries(parts.map((part) => [part, { type: 'string' }])), ['file']),
    },
  }),
});

function exactly(properties: object, required = Object.keys(properties)): object {
  return { type: 'object', properties, required, additionalProperties: false };
}

export function readJudged(file = join(packageRoot(), judgedFile)): Judgement[] {
  const content: unknown = parse(readFileSync(file, 'utf8'));
  if (isJudged(content)) return content;
  throw new Error(
    `${file} must list judgements: is (${kinds.join(', ')}), because, and mutants by texts of ${parts.join(', ')}.`,
  );
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

type Judged = readonly Judgement[];

/** The first judgement that matches a mutant. @param reached whether its code ran: `unreached` is then out of date */
export function judgementFor(mutant: Mutant, judged: Judged, reached: boolean): Judgement | undefined {
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
