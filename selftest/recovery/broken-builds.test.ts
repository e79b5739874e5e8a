import { join } from 'node:path';
import { describe, test } from 'vitest';
import { temporaryFolder } from '../cli/suite.js';
import { breaks, broken } from './broken-builds.js';
import { endingOf } from './draw.js';
import { judge } from './ending.js';

// Longer than a read takes on any machine: writes land after it.
const proxy = { laterMs: 0, nodeLagMs: 0, longestToLookMs: 120_000, landsWithinMs: 120_000 };
const allOff = { name: 'all off', start: {} };

describe.concurrent('an ending shows it where', () => {
  test.for(breaks)('$is', async ({ shownBy, ...build }, { expect, onTestFinished }) => {
    const folder = temporaryFolder(onTestFinished);
    const root = broken({ shownBy, ...build }, join(folder, 'build'));
    const { kind, target, ...of } = shownBy;
    const drawn = endingOf(1, 0, { from: [kind], short: true });
    const hits = drawn.hits
      .filter(({ name }) => name === target)
      .map((hit) => ({ ...hit, ...of, state: allOff, proxy }));

    const judged = await judge({ ...drawn, hits }, join(folder, 'ending'), root);

    expect(judged.hits).toBe(1);
    expect(judged.problems.filter((problem) => /; it was found /.test(problem))).not.toEqual([]);
  });
}, 900_000);
