import type { Figures } from './figures.js';

/** docs/performance.md: what runs cost on clusters as they are, by the figures that were measured last. */
export function renderPerformance(figures: readonly Figures[]): string {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(0)} s`;
  const waits = (all: Figures['waits']) =>
    Object.entries(all)
      .filter(([, ms]) => ms >= 1_000)
      .map(([why, ms]) => `${why} ${seconds(ms)}`)
      .join(', ') || 'none';
  const rows = figures.map(
    ({ name, like, wallMs, floorMs, goalS, requests, mails, sessions, waits: all }) =>
      `| ${name} | ${like} | ${seconds(wallMs)} | ${goalS} s | ${requests} | ${seconds(floorMs)} | ${mails} | ${sessions} | ${waits(all)} |`,
  );
  return `${before}
${rows.join('\n')}
${after}`;
}

const before = `<!-- Written by npm run generate, of selftest/performance/figures.json: don't edit. -->

# What a run costs

Measured by \`npm run bench -- --profile NAME --keep\` with the real clock, once each, on two cores that had other work
beside it. Each row is a cluster as some are, made of the emulator and of what stands before it.

| profile | what it is like | run | aimed at | requests | of it in requests | mails awaited | sessions of one user, at most | waits |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |`;

const after = `
Requests go one by one: what changes the configuration must be seen by what comes next, and nothing is accused that
another request may have caused. On a cluster far away they are what a run takes; the rest is waiting:

- **mail**: a code is needed before the test can go on. Rows of refusals are ended by the mailed code that was right all
  along, where they don't use it up; by codes of new keys where the target file lets keys be replaced
  (\`replaceTotpOf\`); else by another mailed one.
- **totp step**: the support user's key, once proven, is given up by a code that was not used yet. Tests that need a
  proven key stand side by side; each time that one is given up takes up to 30 s where the target accepts only the codes
  of the current step. A cluster that takes those of the steps beside it costs hardly any wait.
- **retry-after**: what the cluster asks for by 429 or 503, and locks that are waited out. \`limits.requestsPerSecond\` keeps a run below that.
- **read-back**: what a cluster takes to show a change, learnt in the run.
- **slow**: \`--slow\` waits for lifetimes and locks one after the other, ten minutes each: some hours where the clock can't be
  moved, and so not in the table.
- **quiet period**: to see that a mail does not come, once for all requests that should send none.

What a run leaves out is faster: \`--grep\` runs some areas only; \`list --slow\` shows what waits for minutes.
`;
