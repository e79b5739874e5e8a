import type { KnownFault } from '../../emulator/seams.js';
import { causesOf } from '../../src/verdict/derive/causes.js';
import type { Judgement } from './matrix.js';

/** So many of a hundred reports at least begin with what the fault breaks. */
export const wantedShare = 97;

/** Whether the report on a fault begins with what the fault breaks, and tells it as one cause. */
export class Headings {
  /** What heads the report on each fault: of its own failures, where it shared an emulator. */
  readonly heads = new Map<string, string>();
  readonly #others: string[] = [];
  #headed = 0;
  #asOne = 0;

  take({ id, breaks, fails }: KnownFault, { verdict }: Judgement): void {
    const own = verdict?.outcomes.filter(
      (outcome) => outcome.outcome === 'fail' && fails.includes(outcome.id),
    );
    const [first, another] = causesOf(own ?? []);
    if (first?.id === undefined || first.id === null) return;
    this.heads.set(id, first.id);
    if (breaks.includes(first.id)) this.#headed += 1;
    else this.#others.push(`        ${id}: ${first.id} (${first.text})`);
    if (another === undefined) this.#asOne += 1;
  }

  /** In percent. */
  get share(): number {
    return (100 * this.#headed) / this.heads.size;
  }

  toString(): string {
    const of = (count: number) =>
      `${count} of ${this.heads.size} (${((100 * count) / this.heads.size).toFixed(1)} %)`;
    const line = `of faults ${of(this.#headed)} head the report by what they break, ${of(this.#asOne)} are one cause`;
    return [line, ...this.#others].join('\n');
  }
}
