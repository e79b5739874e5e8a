import { setTimeout as sleep } from 'node:timers/promises';
import type { Recorder } from './recorder.js';

/**
 * Reads until a change shows: a target may show it after some seconds. A target on which one change never showed
 * within the time is not given all of it again.
 */
export class ReadBack {
  #deadlineMs: number;

  constructor(
    private readonly recorder: Recorder,
    deadlineMs = 5_000,
  ) {
    this.#deadlineMs = deadlineMs;
  }

  /** The last value read, whether or not it satisfies `done`: the caller judges it. */
  async until<T>(read: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
    const startedAt = Date.now();
    for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 2, 500)) {
      const value = await read();
      const waitedMs = Date.now() - startedAt;
      const inTime = waitedMs + pauseMs <= this.#deadlineMs;
      if (done(value) || !inTime) {
        if (pauseMs > 10) this.recorder.waited(waitedMs, 'read-back');
        if (!inTime) this.#deadlineMs = 300;
        return value;
      }
      await sleep(pauseMs);
    }
  }
}
