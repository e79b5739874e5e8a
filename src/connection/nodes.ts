/** Whether the nodes of a target show a change at different times, and how many looks in a row make sure of all. */
export class Nodes {
  #settled = 0;
  #disagree = false;

  /** A read showed what was before a change that an earlier read had shown. */
  disagreed(): void {
    this.#disagree = true;
  }

  /** A change was seen in as many looks as are asked for. */
  settled(): void {
    this.#settled += 1;
  }

  /** Of the first changes two: whether nodes disagree must show before anything is judged by them. */
  get looks(): number {
    if (this.#disagree) return 3;
    return this.#settled < 3 ? 2 : 1;
  }
}
