import { expect, onTestFinished, test, vi } from 'vitest';
import { growth } from './growth.js';

test.each([
  ['quick linear work, which runs once', 1, 10, 40],
  ['slow linear work', 1, 100, 16],
  ['quadratic work', 2, 10, 256],
])('%s has its growth', (_, power, size, expected) => {
  let spentMs = 0;
  const measured = vi
    .spyOn(process, 'cpuUsage')
    .mockImplementation((before) => ({ user: spentMs * 1000 - (before?.user ?? 0), system: 0 }));
  onTestFinished(() => measured.mockRestore());
  const work = (of: number) => () => {
    spentMs += of ** power;
  };

  expect(growth(work(size), work(16 * size), 64)).toBe(expected);
});
