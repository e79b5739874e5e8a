import { complain } from './terminal.js';

const signalCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

type Signal = keyof typeof signalCodes;

/** After a signal the run stops the tests, restores and reports. After a second signal it ends at once. */
export class Signals {
  interrupted: string | undefined;
  readonly atOnce: Promise<void>;
  #signal: Signal | undefined;
  #hurry: () => void = () => undefined;
  /** What a signal calls. Until the tests begin, it ends the process. */
  #stop: () => void;
  #isRunning = false;
  readonly #listener = (signal: NodeJS.Signals) => this.#received(signal as Signal);

  /** @param leave ends the process before any test has begun */
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

  cutShort(reason: string): void {
    complain(`${reason}: stopping.`);
    this.interrupted ??= reason;
    this.#stop();
  }

  /** Records that the tests ended abnormally, without this process having stopped them. */
  endedBy(reason: string): void {
    if (this.interrupted !== undefined) return;
    complain(`${reason}: restoring what they changed.`);
    this.interrupted = reason;
  }

  /** Codes 2 (usage, leaked secret) and 4 (not restored) win over the signal's code. */
  exitCode(code: number): number {
    return this.#signal === undefined || code === 4 || code === 2 ? code : signalCodes[this.#signal];
  }

  exitLine(code: number): string | undefined {
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
