import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type EmulatorOptions, startEmulator } from '../../emulator/emulator.js';
import type { RunEvent } from '../../src/base/model/event.js';
import type { Cost, DetectionOrder } from '../../src/contract/order/order.js';
import { isForStep } from '../../src/contract/order/pace.js';
import { readEvents } from '../../src/verdict/events/log.js';
import { writeTarget } from '../cli/suite.js';
import { runSuite } from '../detection/run-suite.js';
import { scratchFolder } from '../tool/processes.js';
import type { Measured } from './detection-order.js';

export interface Costs {
  readonly rows: readonly Measured[];
  readonly shared: DetectionOrder['shared'];
}

type Counts = { -readonly [Kind in keyof Cost]-?: number };

const kinds = { mail: 'mails', 'code step': 'steps', quiet: 'quiets' } as const;

export function costsIn(events: readonly RunEvent[]): Costs {
  const counts = new Map<string, Counts>();
  const of = (id: string): Counts => {
    const known = counts.get(id) ?? { ...none };
    counts.set(id, known);
    return known;
  };
  const owners = new Map<number, string>();
  const adopted: { readonly by: string; readonly from: string }[] = [];
  const leftOut = new Set(['']);
  for (const event of events) {
    if (event.type === 'exchange') {
      of(event.requirement).requests += 1;
      owners.set(event.index, event.requirement);
    } else if (event.type === 'wait') {
      if (event.for === 'mail' || event.for === 'code step' || event.for === 'quiet')
        of(event.requirement)[kinds[event.for]] += 1;
    } else if (event.type === 'adopted') {
      for (const index of event.exchanges)
        adopted.push({ by: event.requirement, from: owners.get(index) ?? '' });
    } else if (event.type === 'not run' || event.type === 'not applicable') leftOut.add(event.requirement);
    else if (event.type === 'test ended') of(event.requirement);
  }
  // A single shared request is ignored, but not the mails that all tests of mails share.
  const first = adopted.find(({ from }) => (counts.get(from)?.mails ?? 0) > 2)?.from;
  const sharing = new Set(adopted.flatMap(({ by, from }) => (from === first ? [by, from] : [])));
  const all = counts.get(first ?? '');
  if (first !== undefined) counts.set(first, { ...none, requests: ownRequests });
  const rows = [...counts].flatMap(([id, cost]): Measured[] => {
    const shares = sharing.has(id) ? { shares: mails } : {};
    return leftOut.has(id) ? [] : [{ id, cost: slim(cost), ...shares }];
  });
  const shared = all === undefined ? {} : { [mails]: slim({ ...all, requests: all.requests - ownRequests }) };
  return { rows, shared };
}

const none: Counts = { requests: 0, mails: 0, steps: 0, quiets: 0 };
const mails = 'mails';
/** What the first test that shares the mails sends for itself; its other requests are the shared part. */
const ownRequests = 2;

function slim(cost: Counts): Cost {
  return Object.fromEntries(Object.entries(cost).filter(([, count]) => count > 0));
}

/** Flags of runs whose tests have no neighbours. */
export const oneByOne = ['--jobs', '2', '--lanes', '1'];

interface Subject extends EmulatorOptions {
  readonly name: string;
  readonly moves?: boolean;
}

/** Each requirement applies on one of two emulators with the real clock, and on one of two whose clock is moved. */
const real = [
  { name: 'real-clock', moves: false },
  { name: 'real-clock-latest', moves: false, release: 'latest', tls: true },
];
const moved = [{ name: 'moved-clock' }, { name: 'moved-clock-latest', release: 'latest', tls: true }];

export const measure = (): Promise<Costs> => costsOf([...real, ...moved], []);

/** Measures the costs of tests in the order of detection, where they follow other tests than in their spec files. */
export async function measureInOrder(before: Costs): Promise<Costs> {
  const { rows } = await costsOf(moved, ['--within', '24h']);
  const now = new Map(rows.map(({ id, cost }) => [id, cost]));
  return {
    ...before,
    rows: before.rows.map((row) => {
      const alone = dearer(row.cost, now.get(row.id) ?? {});
      return isDeepStrictEqual(alone, row.cost) ? row : { ...row, alone };
    }),
  };
}

function dearer(a: Cost, b: Cost): Cost {
  const counts = { ...none };
  for (const kind of ['requests', 'mails', 'steps', 'quiets'] as const)
    counts[kind] = Math.max(a[kind] ?? 0, b[kind] ?? 0);
  return slim(counts);
}

/** Targets on which codes of the support user, or of users, are scarce. */
const scarceTargets = [
  { name: 'support', moves: false, variants: ['totp-without-window', 'totp-steps-only-forward'] },
  { name: 'users', moves: false, variants: ['one-code-of-a-user-in-a-step'] },
] as const;

/** Adds the steps that tests await on targets with scarce codes. */
export const measureScarce = async (before: Costs): Promise<Costs> =>
  withScarce(before, await logsOf(scarceTargets, oneByOne));

export function withScarce(before: Costs, logs: readonly (readonly RunEvent[])[]): Costs {
  const [support, users] = logs.map(stepsIn);
  return {
    ...before,
    rows: before.rows.map(({ scarce: _, ...row }) => {
      const more = (steps = new Map<string, number>()) => (steps.get(row.id) ?? 0) - (row.cost.steps ?? 0);
      const counts = Object.entries({ support: more(support), users: more(users) });
      const scarce = Object.fromEntries(counts.filter(([, count]) => count > 0));
      return isDeepStrictEqual(scarce, {}) ? row : { ...row, scarce };
    }),
  };
}

/** For each requirement: how many of its waits may have been for a time step. */
function stepsIn(events: readonly RunEvent[]): Map<string, number> {
  const steps = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'wait' && isForStep(event))
      steps.set(event.requirement, (steps.get(event.requirement) ?? 0) + 1);
  }
  return steps;
}

async function costsOf(subjects: readonly Subject[], flags: readonly string[]): Promise<Costs> {
  const all = (await logsOf(subjects, [...oneByOne, ...flags])).map(costsIn);
  const rows = new Map([...all].reverse().flatMap((each) => each.rows.map((row) => [row.id, row])));
  return { rows: [...rows.values()], shared: all[0]?.shared ?? {} };
}

/** The logs of runs on emulators, one run after another. @throws Error if the suite does not pass */
export async function logsOf(
  subjects: readonly Subject[],
  flags: readonly string[],
  folder = scratchFolder('order'),
): Promise<RunEvent[][]> {
  const emulators = [];
  try {
    const files: string[] = [];
    for (const { name, moves = true, ...options } of subjects) {
      const emulator = await startEmulator(options);
      emulators.push(emulator);
      const { clock, ...rest } = emulator.targetFile();
      files.push(writeTarget(folder, { ...rest, ...(moves ? { clock } : {}), name }, `${name}.yaml`));
    }
    const { code, said } = await runSuite(files, folder, flags);
    if (code !== 0) throw new Error(`The suite ended with ${code}:\n${said}`);
    return subjects.map(({ name }) => readEvents(join(folder, 'out', name, 'events.jsonl')));
  } finally {
    await Promise.all(emulators.map((emulator) => emulator.close()));
  }
}
