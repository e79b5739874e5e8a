/** Whether the nodes of a target show a change at different times, and how many looks in a row make sure of all. */
export class Nodes {
  #settled = 0;
  #hasChanged = false;
  #disagree = false;

  /** A read showed for the first time what a write changed. */
  changed(): void {
    this.#hasChanged = true;
  }

  /** A read showed what was before a change that an earlier read had shown. */
  disagreed(): void {
    this.#disagree = true;
  }

  /** What was waited for was seen in as many looks as are asked for. Where nothing had changed, that tells nothing. */
  settled(): void {
    if (this.#hasChanged) this.#settled += 1;
    this.#hasChanged = false;
  }

  /** Of the first changes two: whether nodes disagree must show before anything is judged by them. */
  get looks(): number {
    if (this.#disagree) return 3;
    return this.#settled < 3 ? 2 : 1;
  }
}
