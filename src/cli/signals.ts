import { complain } from './terminal.js';

/** The signals that end a run in good order, and the exit code after each: 128 and the signal's number, as in shells. */
const signalCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

type Signal = keyof typeof signalCodes;

/**
 * Ctrl-C, SIGTERM and a closed terminal: stop the tests, restore the state, report, and only then end. A second signal
 * is in a hurry: what is under way is given up, and what is not restored by then stays in the journal.
 */
export class Signals {
  interrupted: string | undefined;
  /** Fulfilled by a second signal. */
  readonly atOnce: Promise<void>;
  #signal: Signal | undefined;
  #hurry: () => void = () => undefined;
  /** Until the tests run, a signal ends the process. */
  #stop: () => void;
  #isRunning = false;
  readonly #listener = (signal: NodeJS.Signals) => this.#received(signal as Signal);

  /** @param leave ends the process, where no test has begun */
  constructor(leave: (signalCode: number) => void) {
    this.atOnce = new Promise((resolve) => {
      this.#hurry = resolve;
    });
    this.#stop = () => {
      if (this.#signal !== undefined) leave(signalCodes[this.#signal]);
    };
    for (const signal of Object.keys(signalCodes)) process.on(signal, this.#listener);
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

  /** The tests ended by themselves, but not in good order. */
  endedBy(reason: string): void {
    if (this.interrupted !== undefined) return;
    complain(`${reason}: restoring what they changed.`);
    this.interrupted = reason;
  }

  /** That of the signal, unless a secret was found or the state is not restored: that matters more. */
  exitCode(code: number): number {
    return this.#signal === undefined || code === 4 || code === 2 ? code : signalCodes[this.#signal];
  }

  /** Says the exit code of a run that a signal ended; undefined where the verdict alone decides. */
  endOf(code: number): string | undefined {
    if (this.#signal === undefined) return undefined;
    return code === signalCodes[this.#signal]
      ? `Exit code: ${code} (stopped by ${this.#signal}, with the state as it was found)`
      : `Exit code: ${code} (stopped by ${this.#signal})`;
  }

  stopListening(): void {
    for (const signal of Object.keys(signalCodes)) process.off(signal, this.#listener);
  }

  #received(signal: Signal): void {
    if (this.#signal !== undefined) {
      complain(`${signal} again: ending at once.`);
      this.#hurry();
    } else if (this.#isRunning) complain(`\n${signal}: stopping, then restoring the configuration.`);
    this.interrupted ??= `stopped by ${signal}`;
    this.#signal ??= signal;
    this.#stop();
  }
}
