import { expect, test } from 'vitest';
import { growth } from './growth.js';

/** Keeps the result, so that the computation is not optimised away. */
let sum = 0;

function compute(steps: number): void {
  for (let n = 0; n < steps; n += 1) sum = (sum * 31 + n) | 0;
}

test('linear work is distinguished from quadratic work', () => {
  const [linear, square] = [(size: number) => size * 1_000, (size: number) => size ** 2].map((stepsFor) =>
    growth(
      () => compute(stepsFor(1_200)),
      () => compute(stepsFor(19_200)),
      64,
    ),
  );

  expect(linear).toBeLessThan(64);
  expect(square).toBeGreaterThan(64);
  expect(sum).toBeTypeOf('number');
});
