import type { Fault } from '../../emulator/seams.js';
import type { Judgement, Subject } from './matrix.js';

/** What the suite must say of an emulator with a fault or a variant. */
export interface Expectation extends Subject {
  /** Exactly these must turn red; for a variant none. */
  readonly fails: readonly string[];
}

export function expectationOfFault({ id, fails, since }: Fault): Expectation {
  // Most faults show in the default release; those of a newer one need it.
  const release = since === '7.2.1' || since === 'latest' ? { release: since } : {};
  return { name: nameOf('fault', id), faults: [id], variants: [], fails, ...release };
}

export function expectationOfVariant(...ids: string[]): Expectation {
  return { name: nameOf('variant', ids.join('+')), faults: [], variants: ids, fails: [] };
}

/** In what a judgement differs from what was expected; empty when in nothing. */
export function problemsOf(
  { red, inconclusive, verdict, subject }: Judgement,
  fails: readonly string[],
): string[] {
  const isVariant = subject.variants.length > 0;
  const seen = (id: string) => {
    const found = verdict.outcomes.find((outcome) => outcome.id === id);
    return `${found?.outcome ?? 'unknown'} ${found?.reason.replace(/\n/g, ' | ').slice(0, 160) ?? ''}`.trim();
  };
  return [
    ...fails.filter((id) => !red.includes(id)).map((id) => `not red: ${id}: ${seen(id)}`),
    ...red.filter((id) => !fails.includes(id)).map((id) => `red though not named: ${id}: ${seen(id)}`),
    ...(isVariant ? inconclusive.map((id) => `inconclusive: ${id}: ${seen(id)}`) : []),
    ...(isVariant && !verdict.restored ? [`not given back: ${verdict.residue.join('; ')}`] : []),
  ];
}

function nameOf(kind: string, id: string): string {
  return `${kind}--${id.replaceAll('/', '--').replaceAll('+', '--')}`;
}
