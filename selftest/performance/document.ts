import type { Figures } from './figures.js';

/** docs/performance.md: the cost of runs on real clusters, by the latest figures. */
export function renderPerformance(figures: readonly Figures[]): string {
  const waits = (all: Figures['waits']) =>
    Object.entries(all)
      .filter(([, ms]) => ms >= 1_000)
      .map(([why, ms]) => `${why} ${seconds(ms)}`)
      .join(', ') || 'none';
  const rows = figures.map(
    ({ name, like, wallMs, floorMs, goalS, requests, mails, sessions, waits: all }) =>
      `| ${name} | ${like} | ${seconds(wallMs)} | ${goalS} s | ${requests} | ${seconds(floorMs)} | ${mails} | ${sessions} | ${waits(all)} |`,
  );
  const hindrances = figures.flatMap((each) => {
    const what = hindranceOf[each.name]?.(each);
    return what === undefined ? [] : [`- **${each.name}**: ${what}`];
  });
  return `${before}
${rows.join('\n')}
${after}
## What stands in the way of the aims

${hindrances.join('\n')}

To come below the aims takes fewer requests, mails and steps, that is: fewer requirements. Of the ways to send the same in
less time:

- **Several refusals of one account at once** look to a target like an attack, which it may answer by 409, 423 or 429:
  a conforming one would be accused.
- **Harmlessness by group** is how all tables of attacks are tried: the state is looked at once for all rows, and row by
  row only where something has changed. What a request before has shown is not read again.
- **Sessions** are kept for the run, one for each user, and ended before there are more than clusters allow.
- **Steps of TOTP**: each proven key of the support user that a target without a window is to give up costs one step of
  30 s, and there is one support user.
`;
}

const sumOf = (all: readonly number[]) => all.reduce((sum, each) => sum + each, 0);

const seconds = (ms: number) => `${(ms / 1000).toFixed(0)} s`;

/** By profile: the least time for its requests, mails and steps. */
const hindranceOf: Readonly<Record<string, (figures: Figures) => string>> = {
  near: ({ wallMs, floorMs, waits }) =>
    `the suite's own work took ${seconds(wallMs - floorMs - sumOf(Object.values(waits)))} on two cores, and that a used code is refused a step later too shows
  after up to 30 s.`,
  limited: ({ requests }) => `${requests} requests at 20 a second take ${seconds((requests / 20) * 1000)}.`,
  far: ({ floorMs, waits }) =>
    `requests and mails take ${seconds(floorMs + (waits['mail'] ?? 0))} one after the other. A third of that needs the target for
  itself, or is of the cluster's configuration.`,
  slow: ({ waits }) =>
    `ten and a half minutes until mailed codes are dead, and ${seconds(waits['lock'] ?? waits['retry-after'] ?? 0)} until locks have ended, one after
  the other: who is locked out can't be what the next test logs in as.`,
  strict: ({ waits }) =>
    `${((waits['code step'] ?? 0) / 30_000).toFixed(0)} times the support user's key is proven, and given up by a code of a later step.`,
};

const before = `<!-- Written by npm run generate, of selftest/performance/figures.jsonl: don't edit. -->

# What a run costs

Measured by \`npm run bench -- --profile NAME --keep\` with the real clock, once each, on two cores that had other work
beside it. Each row is a cluster as some are, made of the emulator and of what stands before it.

| profile | what it is like | run | aimed at | requests | of it in requests | mails awaited | sessions of one user, at most | waits |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |`;

const after = `
Tests run in lanes (\`--lanes\`): first those that need the target for themselves, then those of the cluster beside those of
the support user, and logins of several accounts side by side; at the end what locks accounts. Within a lane requests go one by
one: what changes the configuration must be seen by what comes next. What fails beside other tests runs again
alone: where it passes, nothing is accused. All runs one by one where the suite moves the target's clock, where changes show late or nodes disagree,
where the admin has no API key, or where the support user shares an address with an account.

Before there were lanes, near took 43 s, limited 193 s, far 792 s and strict 150 s. Strict takes longer now: the support user's
lane waits for more steps. There \`--lanes 1\` is faster.

On a cluster far away requests are what a run takes; the rest is waiting:

- **mail**: a code is needed before the test can go on. Rows of refusals are ended by the mailed code that was right all
  along, where they don't use it up; by codes of new keys where the target file lets keys be replaced
  (\`replaceTotpOf\`); else by another mailed one.
- **code step**: the support user's key, once proven, is given up by a code that was not used yet. Tests that need a
  proven key stand side by side; each time that one is given up takes up to 30 s where the target accepts only the codes
  of the current step. A cluster that takes those of the steps beside it costs hardly any wait.
- **retry-after**: what the cluster asks for by 429 or 503; **lock**: until a lock ends; **restart**: until the cluster
  answers again; **mail limit**: before another code is asked for; **key**: until a new key is in force. How many requests it takes in a
  second is learnt of three refusals, and kept from then on; \`limits.requestsPerSecond\` says it before.
- **read-back**: what a cluster takes to show a change, learnt in the run.
- **ageing**: \`--slow\` waits ten and a half minutes until mailed codes are dead, once for users' and the support user's, and
  for the end of each lock that wrong codes and passwords bring about: half a minute each on this cluster, as long as
  \`limits.lockMinutes\` says on others.
- **quiet**: to see that a mail does not come, once for all requests that should send none.

What a run leaves out is faster: \`--within 60s\` runs what fits, \`--grep\` some areas only; \`list --slow\` shows what waits for minutes.
`;
