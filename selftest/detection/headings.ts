import type { Judgement } from './matrix.js';
import type { Expectation } from './problems.js';

/** Whether the report on one fault begins with what the fault breaks, and tells it as one cause. */
export class Headings {
  faults = 0;
  #headed = 0;
  #asOne = 0;
  readonly #others: string[] = [];

  /** Faults that share an emulator say nothing: each may head the report. */
  take({ faults, fails }: Expectation, { verdict }: Judgement): void {
    const [fault, another] = faults;
    const all = verdict?.causes ?? [];
    const [first] = all;
    if (fault === undefined || another !== undefined || first === undefined) return;
    this.faults += 1;
    if (first.id !== null && fails.includes(first.id)) this.#headed += 1;
    else this.#others.push(`        ${fault}: ${first.id ?? 'no failure'} (${first.text})`);
    if (all.filter(({ id }) => id !== null).length === 1) this.#asOne += 1;
  }

  toString(): string {
    const of = (count: number) =>
      `${count} of ${this.faults} (${((100 * count) / this.faults).toFixed(1)} %)`;
    const line = `of faults alone in an emulator ${of(this.#headed)} head the report by what they break, ${of(this.#asOne)} are one cause`;
    return [line, ...this.#others].join('\n');
  }
}
