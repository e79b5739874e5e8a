import type { Figures } from './figures.js';

/** The text of docs/performance.md: what runs on real clusters cost, by the latest figures. */
export function renderPerformance(figures: readonly Figures[]): string {
  const waits = (all: Figures['waits']) =>
    Object.entries(all)
      .filter(([, ms]) => ms >= 1_000)
      .map(([why, ms]) => `${why} ${seconds(ms)}`)
      .join(', ') || 'none';
  const rows = figures.map(
    ({ name, like, wallMs, floorMs, goalS, requests, mails, sessions, waits: all, path }) =>
      `| ${name} | ${like} | ${seconds(wallMs)} | ${goalS} s | ${requests} | ${seconds(floorMs)} | ${mails} | ${sessions} | ${waits(all)} | ${waits(path)} |`,
  );
  const hindrances = figures.flatMap((each) => {
    const what = hindranceOf[each.name]?.(each);
    return what === undefined ? [] : [`- **${each.name}**: ${what}`];
  });
  return `${before}
${rows.join('\n')}
${after}
## Obstacles to the aims

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

/** By profile: what takes the time beyond its goal. */
const hindranceOf: Readonly<Record<string, (figures: Figures) => string>> = {
  near: ({ path: { alone = 0 } }) =>
    `up to 30 s pass until a used code is refused in the next step. Tests that need the target for themselves take ${seconds(alone)}.`,
  limited: ({ goalS, wallMs, requests }) =>
    `${seconds(wallMs - goalS * 1000)} too long. ${requests} requests at 20 a second take ${seconds((requests / 20) * 1000)}.`,
  far: ({ goalS, wallMs, floorMs, waits, path }) =>
    `${seconds(wallMs - goalS * 1000)} too long. Requests and mails take ${seconds(floorMs + (waits['mail'] ?? 0))} in sequence. Tests that need the target for themselves take ${seconds(path['alone'] ?? 0)},
  those of the cluster and then of several accounts ${seconds(path['cluster and accounts'] ?? 0)}, beside those of the support user (${seconds(path['support'] ?? 0)}).`,
  slow: ({ goalS, wallMs }) =>
    `${seconds(wallMs - goalS * 1000)} too long. Mailed codes of the support user grow old for 630 s while other tests lock accounts. Before that come
  all other tests. After it come five locks of the support user (30 s each) and its limit on mails (61 s), because there
  is only one support user.`,
  strict: ({ goalS, wallMs }) =>
    `${seconds(wallMs - goalS * 1000)} too long. A proven key of the support user is given up 4 times, each time by a code of a later step:
  15 s on average for the first time and 30 s for each of the others. Nothing is left to run beside the last two.`,
};

const before = `<!-- Written by npm run generate, of selftest/performance/figures.jsonl: don't edit. -->

# What a run costs

Measured by \`npm run bench -- --profile NAME --keep\` with the real clock, once each, on two cores that had other work
beside it. Each row imitates a kind of cluster, by the emulator and a proxy before it.

| profile | what it is like | run | aimed at | requests | of it in requests | mails awaited | sessions of one user, at most | waits | one after the other |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |`;

const after = `
Tests run in lanes (\`--lanes\`). First come tests that need the target for themselves. Then tests of the cluster run beside
those of the support user, and after them tests of several accounts side by side. Tests that lock accounts come last.
Requests of one lane are sent one by one, because each must see the change before it. A test that fails beside others runs again alone: if
it passes, nothing is accused. Tests run one by one if the suite moves the target's clock, if changes show late or nodes
disagree, if the admin has no API key, or if the support user shares an address with an account.

Before there were lanes, near took 43 s, limited 193 s, far 792 s and strict 150 s.

The row of near is of a quiet machine: three runs took 48 to 58 s. During the other runs six to twenty-five processes waited
for a core: a request of the far run took 177 ms, and 115 ms on a quiet machine. Within the same two hours, beside as much
work, the version before took 573 s on far, 288 s on strict and 1,475 s on slow. On near it took 56 s and this one 68 s.

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
