import type { Figures } from './figures.js';

/** docs/performance.md: the cost of runs on real clusters, by the latest figures. */
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

- **Several concurrent refusals of one account** look like an attack, which a conforming target may answer by 409, 423 or
  429, and would be accused.
- **Harmlessness by group**: one read shows whether any attack of a table changed the state; single attacks are checked
  only after a change. The suite does not repeat reads whose result it knows.
- **Sessions** are kept for the run, one for each user, and ended before a cluster's limit.
- **Steps of TOTP**: replacing a proven key of the support user costs one step of 30 s on a target without a window, and
  there is only one support user.
`;
}

const sumOf = (all: readonly number[]) => all.reduce((sum, each) => sum + each, 0);

const seconds = (ms: number) => `${(ms / 1000).toFixed(0)} s`;

/** By profile: the least time for its requests, mails and steps. */
const hindranceOf: Readonly<Record<string, (figures: Figures) => string>> = {
  near: ({ wallMs, floorMs, waits }) =>
    `the suite's own work took ${seconds(wallMs - floorMs - sumOf(Object.values(waits)))} on two cores; up to 30 s pass until a used code is
  refused in the next step.`,
  limited: ({ requests }) => `${requests} requests at 20 a second take ${seconds((requests / 20) * 1000)}.`,
  far: ({ floorMs, waits, path }) =>
    `requests and mails take ${seconds(floorMs + (waits['mail'] ?? 0))} in sequence. Tests that need the target for themselves take ${seconds(path['alone'] ?? 0)},
  those of the cluster and then of several accounts ${seconds(path['cluster and accounts'] ?? 0)}, beside those of the support user (${seconds(path['support'] ?? 0)}).`,
  slow: ({ waits }) =>
    `ten and a half minutes until mailed codes expire, and ${seconds(waits['lock'] ?? waits['retry-after'] ?? 0)} until locks have ended, one after
  the other: the next test can't log in with a locked account.`,
  strict: ({ waits, path }) =>
    `${((waits['code step'] ?? 0) / 30_000).toFixed(0)} times a proven key of the support user is replaced, by a code of a later step. So the
  support user's lane takes ${seconds(path['support'] ?? 0)}, and nothing is left to run beside it.`,
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

Before there were lanes, near took 43 s, limited 193 s, far 792 s and strict 150 s. Strict takes longer now: the support user's
lane waits for more steps, and nothing is left to run beside it. There \`--lanes 1\` is faster.

The row of far is newer than the others. Its cores were so busy that a request took 184 ms, and the version before took
916 s beside it. That version ran fewer tests in the accounts' lanes. It logged users in again when another user's sessions
ended, and it asked for up to a hundred keys to find a code that begins with 0. The other rows still have its costs.

On a far cluster, requests take most of the time; the rest is waiting:

- **mail**: a test needs a code. The suite ends an attempt series by the mailed code, if refusals don't use it up; by a
  code of a new key, if the target file lets keys be replaced (\`replaceTotpOf\`); otherwise by another mailed code.
- **code step**: replacing a proven key of the support user needs an unused code. Tests that need a proven key follow each
  other. Each replacement takes up to 30 s if the target accepts only codes of the current step, and hardly any time if it
  also accepts those of neighbouring steps.
- **retry-after**: the cluster asks for a wait by 429 or 503; **lock**: until a lock ends; **restart**: until the cluster
  answers again; **mail limit**: before the next code; **key**: until a new key is in force. The suite learns the limit of
  requests per second from three refusals and stays below it; \`limits.requestsPerSecond\` sets it in advance.
- **read-back**: the time until the cluster shows a change, learnt in the run.
- **ageing**: \`--slow\` waits ten and a half minutes until mailed codes expire, once for users and the support user together,
  and for the end of each lock after wrong codes and passwords: half a minute each on this cluster, \`limits.lockMinutes\` on
  others.
- **quiet**: to be sure that a mail does not come, once for all requests that should send none.

Fewer requirements take less time: \`--within 60s\` runs those that fit, \`--grep\` only some areas; \`list --slow\` shows those
that wait for minutes.
`;
