/** What the last change that was accepted is to show, until a read shows it: reads may be late. */
export class Awaited<Config> {
  #isShownIn: ((config: Config) => boolean) | undefined;
  #isUnclear = false;
  #last: Config | undefined;

  /** @param isShownIn undefined where unknown; what was shown before the change tells nothing of it either */
  changed(isShownIn?: (config: Config) => boolean): void {
    const wasShown = this.#last === undefined ? undefined : isShownIn?.(this.#last);
    this.#isShownIn = wasShown ? undefined : isShownIn;
    this.#isUnclear = wasShown !== false;
  }

  unclear(): void {
    this.#isUnclear = true;
  }

  /** Whether the last change may show in any way, and later than reads have shown it yet; told once only. */
  takeUnclear(): boolean {
    const isUnclear = this.#isUnclear;
    this.#isUnclear = false;
    return isUnclear;
  }

  shown(config: Config): void {
    this.#last = config;
    if (this.#isShownIn?.(config)) this.#isShownIn = undefined;
  }

  /** The change not yet visible; returned once. */
  take(): ((config: Config) => boolean) | undefined {
    const isShownIn = this.#isShownIn;
    this.#isShownIn = undefined;
    return isShownIn;
  }
}
