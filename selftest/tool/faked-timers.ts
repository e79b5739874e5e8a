import { afterEach, beforeEach, vi } from 'vitest';

// Used by vi.mock in place of node:timers/promises, whose named imports in Node 20 keep the real timers.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const wait = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms));

export { wait as setTimeout };
