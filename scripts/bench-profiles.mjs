// Measures runs in realistic conditions: the emulator has the real clock and is as slow as real clusters.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { httpProxy } from './bench-proxy.mjs';
import { eventsIn, startEmulator, timedRun } from './bench-tools.mjs';

/** Each profile with its description, its settings and its goal in seconds. */
export const profiles = {
  near: { like: 'nearby, as it is', goalS: 30 },
  limited: { like: '20 requests a second, 429 beyond', goalS: 150, proxy: () => ({ perSecond: 20 }) },
  far: {
    like: 'answers after 80 to 150 ms, mails after 3 s',
    goalS: 400,
    proxy: () => ({ latencyMs: between(80, 150) }),
    variants: ['delay:mail=3000'],
  },
  strict: {
    like: 'no window for TOTP codes, codes of later steps only',
    goalS: 90,
    variants: ['totp-without-window', 'totp-steps-only-forward'],
  },
  slow: { like: 'with --slow: lifetimes and locks', goalS: 800, flags: ['--slow'] },
};

/** Runs the suite once on a profile. Returns a row of docs/performance.md. */
export async function measureProfile(name, out) {
  const { like, goalS, proxy, variants = [], flags = [] } = profiles[name];
  const target = join(out, 'emulator.yaml');
  const emulator = await startEmulator(
    out,
    target,
    variants.flatMap((id) => ['--variant', id]),
  );
  const content = parse(readFileSync(target, 'utf8'));
  const between = proxy === undefined ? undefined : await httpProxy(content.baseUrl, proxy());
  // Real clusters don't let the suite move their clock.
  const { clock: _, ...rest } = content;
  const mail = { ...content.mail, timeoutMs: 15_000, quietMs: 1_500 };
  writeFileSync(target, stringify({ ...rest, mail, baseUrl: between?.baseUrl ?? content.baseUrl }));
  try {
    const args = ['run', '-t', target, '--out', out, '--state-dir', join(out, 'state'), '--quiet'];
    const { wallMs, peakRssKb } = await timedRun([...args, '--no-allure', ...flags]);
    return {
      name,
      like,
      goalS,
      wallMs,
      peakRssMb: peakRssKb / 1024,
      ...costsIn(join(out, content.name), content.accounts),
    };
  } finally {
    between?.close();
    await emulator.stop();
  }
}

function costsIn(folder, accounts) {
  const events = eventsIn(join(folder, 'events.jsonl'));
  const exchanges = events.filter(({ type }) => type === 'exchange').map(({ exchange }) => exchange);
  const waits = {};
  for (const { for: why, ms } of events.filter(({ type }) => type === 'wait'))
    waits[why] = (waits[why] ?? 0) + ms;
  return {
    requests: exchanges.length,
    floorMs: exchanges.reduce((sum, { durationMs }) => sum + durationMs, 0),
    mails: events.filter((event) => event.type === 'wait' && event.for === 'mail').length,
    sessions: mostOpen(exchanges, accounts),
    waits,
    ...pathIn(events),
  };
}

/**
 * Returns the critical path in milliseconds: the run's beginning and end, and between them the longer of the
 * two parallel queues. `longest` names the tests that take most of the path.
 */
function pathIn(events) {
  const msAt = ({ at }) => Date.parse(at);
  const lanes = new Map();
  const tests = [];
  for (const event of events) {
    if (event.type === 'test began') lanes.set(event.requirement, event.lane);
    if (event.type !== 'test ended') continue;
    const { requirement, durationMs } = event;
    const end = msAt(event);
    tests.push({ requirement, ms: durationMs, begin: end - durationMs, end, lane: lanes.get(requirement) });
  }
  const inLanes = tests.filter(({ lane }) => lane !== undefined);
  const laneBegin = Math.min(...inLanes.map(({ begin }) => begin), tests.at(-1).end);
  const laneEnd = Math.max(...inLanes.map(({ end }) => end), laneBegin);
  const endOf = (kind) =>
    Math.max(...inLanes.filter(({ lane }) => lane.startsWith(kind)).map(({ end }) => end), laneBegin);
  const path = {
    start: tests[0].begin - msAt(events[0]),
    'one at a time': laneBegin - tests[0].begin,
    cluster: endOf('cluster') - laneBegin,
    accounts: Math.max(0, endOf('account') - endOf('cluster')),
    'support, beside both': endOf('support') - laneBegin,
    'locks last': tests.at(-1).end - laneEnd,
    end: msAt(events.at(-1)) - tests.at(-1).end,
  };
  const isBeside = endOf('support') === laneEnd ? /^(cluster|account)/ : /^support/;
  const longest = tests
    .filter(({ lane }) => lane === undefined || !isBeside.test(lane))
    .sort((one, other) => other.ms - one.ms)
    .slice(0, 4)
    .map(({ requirement, ms }) => ({ requirement, ms }));
  return { path, longest };
}

function mostOpen(exchanges, accounts) {
  const bySid = new Map(Object.values(accounts).map(({ sid, username }) => [sid, username]));
  const open = new Map();
  let most = 0;
  for (const { operation, request, response } of exchanges) {
    if (operation === 'DeleteSession' && response?.status < 300) {
      const sid = new URL(request.url).searchParams.get('sid');
      open.delete(bySid.get(sid));
    }
    if (operation !== 'CreateSession' || response?.status !== 201) continue;
    const user = JSON.parse(request.body ?? '{}').username;
    open.set(user, (open.get(user) ?? 0) + 1);
    most = Math.max(most, open.get(user));
  }
  return most;
}

/** The numbers are evenly spread, and the same in each run. */
function between(least, most) {
  let n = 0;
  return () => {
    n += 1;
    return least + ((n * 0.618034) % 1) * (most - least);
  };
}

export function profileTable(rows) {
  const seconds = (ms) => (ms / 1000).toFixed(0);
  return rows
    .map(
      ({ name, wallMs, goalS, floorMs, requests, mails, sessions, waits }) =>
        `${name.padEnd(8)} ${seconds(wallMs).padStart(5)} s (goal ${goalS} s), ${requests} requests ` +
        `(${seconds(floorMs)} s one by one), ${mails} mails, ${sessions} sessions of one user at most; waits: ` +
        Object.entries(waits)
          .map(([why, ms]) => `${why} ${seconds(ms)} s`)
          .join(', '),
    )
    .join('\n');
}
