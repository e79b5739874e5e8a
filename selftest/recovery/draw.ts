import { mulberry32 } from '../detection/sample.js';
import { type Delays, type Moment, phases } from './held-proxy.js';
import { type StartingState, startingStates } from './states.js';

export const kinds = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGKILL',
  'SIGINT twice',
  'EPIPE',
  'death of the workers',
  'death of Playwright',
  'state folder lost',
  'reports lost',
  'disk full',
] as const;
export type Kind = (typeof kinds)[number];

/** `moment` says at which write of the target's configuration the event comes. */
export interface Hit {
  readonly name: string;
  readonly movesClock: boolean;
  readonly state: StartingState;
  readonly variants: readonly string[];
  readonly proxy: Delays;
  readonly moment: Moment;
}

export interface Ending {
  readonly n: number;
  readonly kind: Kind;
  readonly lanes: number;
  readonly grep: string;
  /** Whether the event comes only when tests run; otherwise it may come while accounts are checked. */
  readonly inTests: boolean;
  readonly hits: readonly Hit[];
  readonly times: Times;
}

/** Times in milliseconds. */
interface Times {
  /** How long a target that reached its moment waits for the others. */
  readonly othersMs: number;
  /** `limits.settleMs`, which is longer than any write is held. */
  readonly settleMs: number;
  /** How long after the end the state must stay unchanged. */
  readonly laterMs: number;
}

export const hitsOfAnEnding = 4;

/** Tests that change the configuration early, with the least number of writes that they send. */
const greps: readonly { readonly grep: string; readonly few: string; readonly writes: number }[] = [
  { grep: 'totp-login/*', few: 'totp-login/accepts-current-code,totp-login/refused-while-only-*', writes: 3 },
  { grep: 'support-totp/*', few: 'support-totp/enabling-gives-*,support-totp/disabled-with-*', writes: 4 },
  { grep: 'support-email/*', few: 'support-email/get-shows-*,support-email/address-changed-*', writes: 4 },
  { grep: 'mfa-config/stores-*', few: 'mfa-config/stores-*', writes: 4 },
];

/** Tests of both configurations, which lanes run at the same time. */
const grepsInLanes: typeof greps = [
  { grep: 'totp-login/*,support-totp/*', few: 'totp-login/accepts-*,support-totp/disabled-*', writes: 6 },
  { grep: 'mfa-config/stores-*,support-email/*', few: 'mfa-config/stores-*,support-email/get-*', writes: 6 },
];

/** How many lanes a run has: cluster and support user have one each; with four, two accounts have one as well. */
export const laneCounts = [1, 2, 4] as const;

interface DrawOptions {
  readonly from?: readonly Kind[];
  /** Whether to test only the requirements that reach the same writes, in half the time. */
  readonly short?: boolean;
}

/** Kinds of events, kinds of targets and numbers of lanes take turns; the rest is drawn by the seed. */
export function endingOf(seed: number, n: number, { from = kinds, short = false }: DrawOptions = {}): Ending {
  const random = mulberry32(seed * 1_000_003 + n);
  const below = (limit: number) => Math.floor(random() * limit);
  const kind = pick(from, n);
  const lanes = pick(laneCounts, n);
  const among = lanes === 1 ? greps : grepsInLanes;
  const { grep, few, writes } = pick(among, below(among.length));
  const scaled = (ms: number) => (short ? ms / 2 : ms);
  const hits = ['one node', 'reads lag', 'writes are held', 'two nodes'].map((name): Hit => {
    const isHeld = name === 'writes are held';
    return {
      name,
      // A target whose clock the suite moves has one lane.
      movesClock: lanes === 1,
      state: pick(startingStates, name === 'one node' ? n : below(startingStates.length)),
      variants: name === 'reads lag' ? ['put-read-after-300ms', 'address-kept-after-disabling'] : [],
      proxy: {
        laterMs: isHeld ? scaled(below(1_500)) : 0,
        nodeLagMs: name === 'two nodes' ? 100 + below(600) : 0,
        longestToLookMs: scaled(5_000),
        landsWithinMs: scaled(16_000),
      },
      moment: {
        write: 1 + below(writes),
        phase: isHeld ? 'before it lands' : pick(phases, below(3)),
        holdMs: scaled(below(isHeld ? 6_000 : 2_000)),
      },
    };
  });
  const times = { othersMs: scaled(12_000), settleMs: scaled(18_000), laterMs: scaled(10_000) };
  // The event must not come before the process that it kills runs.
  const inTests = kind.startsWith('death of') || below(4) > 0;
  return { n, kind, lanes, grep: short ? few : grep, inTests, hits, times };
}

function pick<T>(from: readonly T[], n: number): T {
  const value = from[n % from.length];
  if (value === undefined) throw new Error('There is nothing to choose from.');
  return value;
}
