import { expect, test } from 'vitest';
import * as shell from '../../src/reports/repro/shell.js';

const text = Object.values(shell)
  .filter((each): each is string => typeof each === 'string')
  .join('\n');

test('what scripts call is defined, and once: the last of two would hide the first', () => {
  const names = [...text.matchAll(/^(\w+)\(\) \{/gm)].map(([, name]) => name);

  expect(names).toEqual([...new Set(names)]);
  expect(names).toEqual(expect.arrayContaining(['secret', 'head_shows_a_secret', 'body_shows_a_secret']));
});
