import { mulberry32, shuffled } from './sample.js';

/** One freedom with its settings, which exclude each other and differ from the reference. */
export interface Factor {
  readonly name: string;
  readonly settings: readonly string[];
}

type MayMeet = (one: string, other: string) => boolean;

/** Takes the best of this many random rows. A larger number makes the array shorter and the search longer. */
const candidates = 30;

/**
 * Rows in which every two compatible settings of different factors meet: a covering array of strength 2, made
 * greedily. A factor whose pairs are all covered keeps the reference's setting. Equal factors, equal rows.
 */
export function allPairs(factors: readonly Factor[], mayMeet: MayMeet): string[][] {
  const pairs = new OpenPairs(factors, mayMeet);
  const random = mulberry32(1);
  const rows: number[][] = [];
  while (pairs.left > 0) {
    const drawn = Array.from({ length: candidates }, () => pairs.row(shuffled(pairs.groups, random)));
    const row = drawn.reduce((best, one) => (pairs.gainOf(one) > pairs.gainOf(best) ? one : best));
    pairs.close(row);
    rows.push(row.toSorted((one, other) => one - other));
  }
  return rows.map((row) => row.flatMap((index) => pairs.settings[index] ?? []));
}

export function pairsIn(rows: readonly (readonly string[])[]): number {
  const pairs = new Set(
    rows.flatMap((row) =>
      row.flatMap((one, index) => row.slice(index + 1).map((other) => `${one}|${other}`)),
    ),
  );
  return pairs.size;
}

/** The pairs that no row has yet. Settings are numbers in the order of the factors. */
class OpenPairs {
  readonly settings: readonly string[];
  readonly groups: readonly (readonly number[])[];
  left = 0;
  readonly #may: Uint8Array;
  readonly #open: Uint8Array;
  readonly #openOf: Uint32Array;

  constructor(factors: readonly Factor[], mayMeet: MayMeet) {
    this.settings = factors.flatMap(({ settings }) => settings);
    let next = 0;
    this.groups = factors.map(({ settings }) => settings.map(() => next++));
    const size = this.settings.length;
    this.#may = new Uint8Array(size * size);
    for (const [index, group] of this.groups.entries()) {
      for (const one of group) {
        for (const other of this.groups.slice(index + 1).flat()) {
          if (!mayMeet(this.settings[one] ?? '', this.settings[other] ?? '')) continue;
          this.#may[one * size + other] = 1;
          this.#may[other * size + one] = 1;
          this.left += 1;
        }
      }
    }
    this.#open = this.#may.slice();
    this.#openOf = Uint32Array.from(this.settings, (_, one) =>
      this.#open.subarray(one * size, (one + 1) * size).reduce((sum, each) => sum + each, 0),
    );
  }

  /** For each group in order, the setting that adds the most open pairs; none if all its pairs are covered. */
  row(groups: readonly (readonly number[])[]): number[] {
    const row: number[] = [];
    for (const group of groups) {
      const able = group.filter((one) => this.#openAt(one) > 0 && this.#gain(one, row) >= 0);
      // Among settings with equal gain, takes the one with the most open pairs left.
      const worth = (one: number) => this.#gain(one, row) * this.settings.length + this.#openAt(one);
      const [first, ...others] = able;
      if (first === undefined) continue;
      row.push(others.reduce((best, one) => (worth(one) > worth(best) ? one : best), first));
    }
    return row;
  }

  gainOf(row: readonly number[]): number {
    return row.reduce((sum, one, index) => sum + this.#gain(one, row.slice(index + 1)), 0);
  }

  close(row: readonly number[]): void {
    const size = this.settings.length;
    this.left -= this.gainOf(row);
    for (const one of row) {
      for (const other of row) {
        this.#openOf[one] = this.#openAt(one) - (this.#open[one * size + other] ?? 0);
        this.#open[one * size + other] = 0;
      }
    }
  }

  #openAt(one: number): number {
    return this.#openOf[one] ?? 0;
  }

  /** How many open pairs a setting adds to a row. @returns -1 if the row excludes the setting */
  #gain(one: number, row: readonly number[]): number {
    const size = this.settings.length;
    let gain = 0;
    for (const other of row) {
      if (this.#may[one * size + other] === 0) return -1;
      gain += this.#open[one * size + other] ?? 0;
    }
    return gain;
  }
}
