import { expect, test } from 'vitest';
import { effectiveAllow } from '../../src/input/target-file/allow.js';
import type { Allow } from '../../src/input/target-file/target.js';
import { messageOf } from './files.js';

const nothing: Allow = {
  stateChanges: false,
  clusterMfa: false,
  replaceTotpOf: [],
  lockOut: false,
  disposable: false,
};

test('a throw-away target allows all of it', () => {
  const all = effectiveAllow({ ...nothing, disposable: true });

  expect(all).toEqual({
    stateChanges: true,
    clusterMfa: true,
    replaceTotpOf: ['admin', 'viewer', 'other', 'more', 'supportUser'],
    lockOut: true,
    disposable: true,
  });
  expect(effectiveAllow(all)).toEqual(all);
});

test('actions that are not allowed stay forbidden', () => {
  expect(effectiveAllow({ ...nothing, stateChanges: true })).toEqual({ ...nothing, stateChanges: true });
});

test('further permissions need state changes', () => {
  expect(messageOf(() => effectiveAllow({ ...nothing, clusterMfa: true }))).toMatch(
    /^allow\.clusterMfa: needs stateChanges/,
  );
  expect(messageOf(() => effectiveAllow({ ...nothing, replaceTotpOf: ['other'] }))).toMatch(
    /^allow\.replaceTotpOf: needs/,
  );
});
