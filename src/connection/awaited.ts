/** What the last change that was accepted is to show, until a read shows it: reads may be late. */
export class Awaited<Config> {
  #isShownIn: ((config: Config) => boolean) | undefined;
  #isUnclear = false;

  /** @param isShownIn undefined: what the change brings about isn't known */
  changed(isShownIn: ((config: Config) => boolean) | undefined): void {
    this.#isShownIn = isShownIn;
    this.#isUnclear = isShownIn === undefined;
  }

  /** Whether the last change may show in any way, and later than reads have shown it yet; told once only. */
  takeUnclear(): boolean {
    const isUnclear = this.#isUnclear;
    this.#isUnclear = false;
    return isUnclear;
  }

  shown(config: Config): void {
    if (this.#isShownIn?.(config)) this.#isShownIn = undefined;
  }

  /** What is still to show; it is awaited once only. */
  take(): ((config: Config) => boolean) | undefined {
    const isShownIn = this.#isShownIn;
    this.#isShownIn = undefined;
    return isShownIn;
  }
}
