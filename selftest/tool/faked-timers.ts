import { afterEach, beforeEach, vi } from 'vitest';

/**
 * Replaces node:timers/promises, whose named imports in Node 20 keep the real timers. A file uses this by vi.mock, and
 * then has faked timers in each test. vitest.config.ts runs such files separately.
 */
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const wait = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms));

export { wait as setTimeout };
