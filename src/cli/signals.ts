import { complain } from './terminal.js';

/** Ctrl-C and SIGTERM: stop the tests, give the state back, report, and only then end. */
export class Signals {
  interrupted: string | undefined;
  #isRunning = false;
  #code: number | undefined;
  /** Until there is something to give back, a signal ends the process. */
  #stop: () => void = () => process.exit(this.#code);
  readonly #onInt = () => this.#received('SIGINT', 130);
  readonly #onTerm = () => this.#received('SIGTERM', 143);

  constructor() {
    process.on('SIGINT', this.#onInt);
    process.on('SIGTERM', this.#onTerm);
  }

  onSignal(stop: () => void): void {
    this.#isRunning = true;
    this.#stop = stop;
    if (this.interrupted !== undefined) stop();
  }

  /** Stops the tests for another reason than a signal. */
  cutShort(reason: string): void {
    complain(`${reason}: stopping.`);
    this.interrupted ??= reason;
    this.#stop();
  }

  /** 130 or 143 after a signal, unless the state could not be given back. */
  exitCode(code: number): number {
    return this.#code === undefined || code === 4 ? code : this.#code;
  }

  stopListening(): void {
    process.off('SIGINT', this.#onInt);
    process.off('SIGTERM', this.#onTerm);
  }

  #received(signal: string, code: number): void {
    if (this.interrupted === undefined && this.#isRunning)
      process.stderr.write(`\n${signal}: stopping, then giving the configuration back.\n`);
    this.interrupted = `stopped by ${signal}`;
    this.#code = code;
    this.#stop();
  }
}
