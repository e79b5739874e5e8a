import type { Figures } from './figures.js';

/** The text of docs/performance.md: what runs on real clusters cost, by the latest figures. */
export function renderPerformance(figures: readonly Figures[]): string {
  const waits = (all: Figures['waits']) =>
    Object.entries(all)
      .filter(([, ms]) => ms >= 1_000)
      .map(([why, ms]) => `${why} ${seconds(ms)}`)
      .join(', ') || 'none';
  const rows = figures.map(
    ({ name, like, wallMs, runs, floorMs, goalS, requests, mails, sessions, waits: all }) =>
      `| ${name} | ${like} | ${seconds(wallMs)} | ${runs.map(seconds).join(', ')} | ${goalS} s | ${requests} | ${seconds(floorMs)} | ${mails} | ${sessions} | ${waits(all)} |`,
  );
  const hindrances = figures.map((each) => {
    const { name, goalS, wallMs, path, longest } = each;
    const overMs = wallMs - goalS * 1000;
    const parts = Object.entries(path).map(([part, ms]) => `${part} ${milliseconds(ms)}`);
    const tests = longest.map(({ requirement, ms }) => `\`${requirement}\` ${milliseconds(ms)}`);
    const reached = overMs > 0 ? `${milliseconds(overMs)} too long` : 'reached';
    return `- **${name}**: ${reached}. ${hindranceOf[name]?.(each) ?? ''}
  - Critical path: ${parts.join(', ')}.
  - Of it in single tests: ${tests.join(', ')}.`;
  });
  return `${before}
${rows.join('\n')}
${after}
## Obstacles to the aims

The parts of a critical path follow each other, but the support user's tests run beside those of cluster and accounts.

${hindrances.join('\n')}

Reaching the aims takes fewer requests, mails and steps, which means fewer requirements. Ways to send the same in less time:

- **Several wrong logins of one account at once** are not sent: a conforming target may take them for an attack and answer
  409, 423 or 429, and the suite would accuse it.
- **Harmlessness by group**: one read shows whether any attack of a table changed the state; single attacks are checked
  only after a change. The suite does not repeat reads whose result it knows.
- **Sessions** are kept for the run, one for each user, and ended before a cluster's limit.
- **Steps of TOTP**: replacing a proven key of the support user costs one step of 30 s on a target without a window, and
  there is only one support user.
`;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(0)} s`;
const milliseconds = (ms: number) => `${Math.round(ms).toLocaleString('en')} ms`;

const hindranceOf: Readonly<Record<string, (figures: Figures) => string>> = {
  near: () =>
    'Up to 30 s pass until a used code is refused in the next step; only tests of other accounts run beside it.',
  limited: ({ requests }) =>
    `${requests} requests at 20 a second take ${milliseconds((requests / 20) * 1000)}.`,
  far: ({ floorMs, waits }) =>
    `Requests and mails take ${milliseconds(floorMs + (waits['mail'] ?? 0))} in sequence.`,
  slow: () =>
    'Mailed codes of the support user grow old for 630,000 ms while other tests lock accounts. Before that come all other tests. After it come five locks of the support user (30,000 ms each) and its limit on mails (61,000 ms), because there is only one support user.',
  strict: () =>
    'A proven key of the support user is given up 4 times, each time by a code of a later step: 15,000 ms on average for the first time and 30,000 ms for each of the others.',
};

const before = `<!-- Written by npm run generate, of selftest/performance/figures.jsonl: don't edit. -->

# What a run costs

Measured by \`npm run bench -- --profile NAME --keep\` with the real clock on two cores. Runs of several profiles went on
side by side, since they mostly wait. Each row imitates a kind of cluster, by the emulator and a proxy before it, and
shows the run of median length.

| profile | what it is like | run | all runs | aimed at | requests | of it in requests | mails awaited | sessions of one user, at most | waits |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |`;

const after = `
Tests run in lanes (\`--lanes\`). First come tests that need the target for themselves. Then tests of the cluster run beside
those of the support user, and after them tests of several accounts side by side. Tests that lock accounts come last.
Requests of one lane are sent one by one, because each must see the change before it. A test that fails beside others runs again alone: if
it passes, nothing is accused. Tests run one by one if the suite moves the target's clock, if the target restarts, if
the admin has no API key, or if the support user shares an address with an account. Tests of accounts also do if the
cluster shows changes late.

Before there were lanes, near took 43 s, limited 193 s, far 792 s and strict 150 s.

On a far cluster, requests take most of the time; the rest is waiting:

- **mail**: a test needs a code. After wrong codes the suite logs in with a right one, to reset the target's count of
  failures. It uses the mailed code if refusals left it valid. Otherwise it uses a code of a new key, if the target file lets
  keys be replaced (\`replaceTotpOf\`), or of another mail.
- **code step**: replacing a proven key of the support user needs an unused code. Tests that need a proven key share one. Each
  replacement takes up to 30 s if the target accepts only codes of the current step, and hardly any time if it
  also accepts those of neighbouring steps.
- **retry-after**: the cluster asks for a wait by 429 or 503; **lock**: until a lock ends; **restart**: until the cluster
  answers again; **mail limit**: before the next code; **key**: until a new key is in force. The suite learns the limit of
  requests per second from three refusals and stays below it; \`limits.requestsPerSecond\` sets it in advance.
- **read-back**: the time until the cluster shows a change, learnt in the run.
- **ageing**: \`--slow\` waits until mailed codes are ten and a half minutes old, and for the end of each lock after wrong codes
  and passwords: half a minute each on this cluster, \`limits.lockMinutes\` on others. If the target file has three accounts
  that get mail, codes grow old while tests lock the first one.
- **quiet**: to be sure that a mail does not come, once for all requests that should send none.

Fewer requirements take less time: \`--within 60s\` runs those that fit, \`--grep\` only some areas; \`list --slow\` shows those
that wait for minutes.
`;
