/** The effect of the last accepted change, until a read shows it: reads may be late. */
export class Awaited<Config> {
  #isShownIn: ((config: Config) => boolean) | undefined;
  #isUnclear = false;
  #last: Config | undefined;

  /** @param isShownIn undefined if unknown. It is also useless if it held before the change */
  changed(isShownIn?: (config: Config) => boolean): void {
    const wasShown = this.#last === undefined ? undefined : isShownIn?.(this.#last);
    this.#isShownIn = wasShown ? undefined : isShownIn;
    this.#isUnclear = wasShown !== false;
  }

  unclear(): void {
    this.#isUnclear = true;
  }

  /** Whether the last change may still show in some unknown way; returned once. */
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
