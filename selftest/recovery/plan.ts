import type { Phase } from './killing-proxy.js';
import type { Kill, Signal } from './lane.js';
import { startingStates } from './states.js';

const phases: readonly Phase[] = [
  'before it is passed on',
  'before its answer is passed on',
  'after its answer',
];

/** The n-th kill of a seed: the same each time. Starting states take turns, the rest is random. */
export function killOf(seed: number, n: number, requests: number, signal: Signal): Kill {
  const random = randomOf(seed * 1_000_003 + n);
  const state = startingStates[n % startingStates.length];
  const phase = phases[Math.floor(random() * phases.length)];
  if (state === undefined || phase === undefined) throw new Error('There is nothing to choose from.');
  const moment = {
    request: 1 + Math.floor(random() * requests),
    phase,
    delayMs: Math.floor(random() * 60),
  };
  return { state, signal, moment, all: random() < 0.5 };
}

/** Numbers from 0 on, below 1: mulberry32, as it is widely written down. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
