import { describe, test } from 'vitest';
import { temporaryFolder } from '../cli/suite.js';
import { breaks, hiddenBy } from './broken-builds.js';

/** The first broken build for each kind of ending; `npm run prove:restore` tries all. */
const few = breaks.filter(
  ({ shownBy }, at) => breaks.findIndex((each) => each.shownBy.kind === shownBy.kind) === at,
);

describe.concurrent('an ending shows it where', () => {
  test.for(few)('$is', async (build, { expect, onTestFinished }) => {
    expect(await hiddenBy(build, temporaryFolder(onTestFinished))).toEqual([]);
  });
}, 900_000);
