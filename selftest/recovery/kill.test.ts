import { join } from 'node:path';
import { describe, type TestContext, test } from 'vitest';
import { temporaryFolder } from '../cli/suite.js';
import { type Kill, Lane } from './lane.js';
import { killOf } from './plan.js';
import { startingStates } from './states.js';

interface Case {
  readonly state: string;
  readonly signal: Kill['signal'];
  readonly phase: Kill['moment']['phase'];
  readonly request: number;
  readonly grep: string;
  readonly variants: readonly string[];
}

/** A part of `npm run prove:restore`, at moments at which something is changed. */
const cases: readonly Case[] = [
  {
    state: 'all off',
    signal: 'SIGKILL',
    phase: 'before its answer is passed on',
    request: 22,
    grep: 'totp-login/*',
    variants: ['put-read-after-300ms'],
  },
  {
    state: 'support by e-mail',
    signal: 'SIGKILL',
    phase: 'after its answer',
    request: 26,
    grep: 'support-email/*',
    variants: ['address-kept-after-disabling'],
  },
  {
    state: 'cluster on with e-mail alone, settings not retained',
    signal: 'SIGKILL',
    phase: 'before it is passed on',
    request: 12,
    grep: 'mfa-config/stores-*',
    variants: [],
  },
  {
    state: 'off with nulls',
    signal: 'SIGTERM',
    phase: 'after its answer',
    request: 24,
    grep: 'support-totp/*',
    variants: [],
  },
];

describe.concurrent('the target is as it was found', () => {
  test.for(cases)('after $signal, $state, $phase', async (each, { expect, onTestFinished }) => {
    const { signal, phase, request, grep, variants } = each;
    const lane = await laneOf(variants, onTestFinished);
    const state = startingStates.find(({ name }) => name === each.state);
    if (state === undefined) throw new Error(`There is no state ${each.state}.`);
    const moment = { request, phase, delayMs: 5 };

    const killed = await lane.kill({ state, signal, moment, all: false }, ['--grep', grep]);

    expect(killed.problems).toEqual([]);
    expect(killed.at).not.toBe('');
    expect(killed.open).toBe(signal === 'SIGKILL');
  });
});

async function laneOf(variants: readonly string[], onEnd: TestContext['onTestFinished']): Promise<Lane> {
  const lane = await Lane.open(join(temporaryFolder(onEnd), 'lane'), variants);
  onEnd(() => lane.close());
  return lane;
}

test('a seed names the same kills each time, in all starting states', ({ expect }) => {
  const kills = (seed: number) => Array.from({ length: 50 }, (_, n) => killOf(seed, n, 1000, 'SIGKILL'));

  expect(kills(3)).toEqual(kills(3));
  expect(kills(3)).not.toEqual(kills(4));
  expect(new Set(kills(3).map(({ state }) => state.name)).size).toBe(startingStates.length);
  expect(new Set(kills(3).map(({ moment }) => moment.phase)).size).toBe(3);
  const requests = kills(3).map(({ moment }) => moment.request);
  expect([Math.min(...requests) >= 1, Math.max(...requests) <= 1000, new Set(requests).size > 40]).toEqual([
    true,
    true,
    true,
  ]);
});
