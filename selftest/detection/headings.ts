import type { KnownFault } from '../../emulator/seams.js';
import { causesOf } from '../../src/verdict/derive/causes.js';
import type { Judgement } from './matrix.js';
import { recordedHeads } from './turns-red.js';

/** The least share of reports, in percent, that must begin with a requirement that the fault breaks. */
export const wantedShare = 97;

interface Heading {
  readonly head: string;
  readonly text: string;
  readonly isMeant: boolean;
  readonly isOneCause: boolean;
}

export class Headings {
  readonly #of = new Map<string, Heading>();

  /** Takes a judgement of a fault. If several faults shared an emulator, only this fault's failures count. */
  take({ id, breaks, fails }: KnownFault, { verdict }: Judgement): void {
    const failed = verdict?.outcomes.filter(({ outcome }) => outcome === 'fail') ?? [];
    const [first, another] = causesOf(failed.filter((outcome) => fails.includes(outcome.id)));
    if (first === undefined || first.id === null) return;
    const { id: head, text } = first;
    this.#of.set(id, { head, text, isMeant: breaks.includes(head), isOneCause: another === undefined });
  }

  get count(): number {
    return this.#of.size;
  }

  get heads(): ReadonlyMap<string, string> {
    return new Map([...this.#of].map(([id, { head }]) => [id, head]));
  }

  /** The share of all faults, in percent. Faults that this run did not try count as they are on record. */
  shareOf(faults: readonly KnownFault[]): number {
    const isMeant = ({ id }: KnownFault) => this.#of.get(id)?.isMeant ?? !recordedHeads.has(id);
    return (100 * faults.filter(isMeant).length) / faults.length;
  }

  get #all(): Heading[] {
    return [...this.#of.values()];
  }

  toString(): string {
    const of = (is: (heading: Heading) => boolean) => {
      const { length } = this.#all.filter(is);
      return `${length} of ${this.count} (${((100 * length) / this.count).toFixed(1)} %)`;
    };
    const others = [...this.#of].filter(([, { isMeant }]) => !isMeant);
    return [
      `of faults ${of(({ isMeant }) => isMeant)} head the report by what they break, ${of(({ isOneCause }) => isOneCause)} are one cause`,
      ...others.map(([id, { head, text }]) => `        ${id}: ${head} (${text})`),
    ].join('\n');
  }
}
