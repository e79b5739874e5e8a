import { afterEach, beforeEach, vi } from 'vitest';

/**
 * In place of node:timers/promises, which Node 20 imports by name as it was before its timers were faked: in a file that
 * says so by vi.mock, timers are faked for each test. Such a file is one of those that vitest.config.ts runs apart.
 */
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const wait = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms));

export { wait as setTimeout };
