/** What the last change that was accepted is to show, until a read shows it: reads may be late. */
export class Awaited<Config> {
  #isShownIn: ((config: Config) => boolean) | undefined;

  /** @param isShownIn undefined: what the change brings about isn't known */
  changed(isShownIn: ((config: Config) => boolean) | undefined): void {
    this.#isShownIn = isShownIn;
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
