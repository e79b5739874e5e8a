import { describe, expect, test } from 'vitest';
import type { Check, Shown } from '../../src/base/model/check.js';
import { actualOf, expectedOf } from '../../src/base/wording/check.js';
import { shownAt } from '../events/sample.js';
import { avoidedIn, expectLogged, expectNowhere } from './words.js';

const answer = shownAt(3);
const answers = [answer];
const opened: Shown = { ...answer, way: 'a code twice', use: answer };

const samples: { readonly [Kind in Check['kind']]: Extract<Check, { readonly kind: Kind }> } = {
  refused: { kind: 'refused', answers: [opened, answer], least: '4xx' },
  accepted: { kind: 'accepted', answers },
  succeeded: { kind: 'succeeded', answers, breaches: [] },
  handled: { kind: 'handled', answers: [{ ...answer, status: null }], least: 'an answer' },
  status: { kind: 'status', answers, allowed: [403, 404] },
  opens: { kind: 'opens', answers: [{ ...answer, use: { ...answer, status: 401 } }] },
  verified: { kind: 'verified', answers },
  'not verified': { kind: 'not verified', answers, success: true },
  members: {
    kind: 'members',
    answers,
    any: false,
    members: [
      { pointer: '/enabled', rule: 'is', expected: true },
      { pointer: '/mfaType', rule: 'is not', expected: 'pigeon', seen: 'pigeon' },
      { pointer: '/email', rule: 'may be', expected: 'a@b.example', seen: 'c@b.example' },
      { pointer: '/types', rule: 'lacks', expected: 'pigeon', seen: ['pigeon'] },
      { pointer: '/totpUri', rule: 'is a text', hidden: true },
      { pointer: '/totpSecretKey', rule: 'is absent', hidden: true },
    ],
  },
  whole: { kind: 'whole', answers, allowed: [{ enabled: true }, { enabled: false }], seen: {} },
  state: {
    kind: 'state',
    answers,
    changes: [{ part: 'cluster', member: 'enabled', before: false, now: true, readBefore: 1, readNow: null }],
  },
  readable: { kind: 'readable', answers, part: 'support' },
  mailed: { kind: 'mailed', answers, expected: ['a@b.example'], seen: [] },
  mail: { kind: 'mail', answers, rule: 'one field', name: 'Date', seen: 2 },
  random: { kind: 'random', answers, pattern: 'equal distances' },
  same: { kind: 'same', answers, pointer: '/totpSecretKey', with: 'its URI' },
  differ: { kind: 'differ', answers, pointer: '/totpKeyId', with: 'an answer' },
  alike: { kind: 'alike', answers, differences: [{ at: 'status', expected: 401, seen: 404 }] },
  'well formed': { kind: 'well formed', answers, what: 'issuer', problems: ['no issuer'] },
  count: { kind: 'count', answers, of: 'digits', least: 6, most: null, seen: 1 },
  limited: { kind: 'limited', answers, of: 'codes', within: 100, seen: 100 },
  field: { kind: 'field', answers, name: 'Allow', rule: 'names the methods', seen: null },
  framed: { kind: 'framed', answers, rule: 'nothing', beyond: '5 bytes' },
  transport: { kind: 'transport', answers: [], rule: 'no plain HTTP', seen: 400 },
  claimed: { kind: 'claimed', answers: [], atMost: 10, unit: 'wrong codes', seen: null },
  'body found': {
    kind: 'body found',
    answers,
    of: { kind: 'accepted', answers },
    body: '{}',
    what: 'an empty body',
    seed: 1,
    shrinks: 2,
  },
};
const checks: readonly Check[] = Object.values(samples);

describe('expectations of tests', () => {
  test.each(checks)('are complete sentences: $kind', (check) => {
    const [expected, actual] = [expectedOf(check), actualOf(check)];

    expect(expected).not.toBe(actual);
    for (const words of [expected, actual]) {
      expect(words.trim()).not.toBe('');
      expect(words).not.toMatch(/undefined|\[object/);
      expect(avoidedIn(words)).toEqual([]);
    }
  });

  test.each(checks)('are written to the log and read again: $kind', (check) => {
    expectLogged({ type: 'expectation failed', requirement: 'area/one', check });
  });

  const bare: Shown[] = [];
  const differing = (...seen: null[]): Check => {
    const difference = { at: '/message', expected: 'No.', ...(seen.length > 0 && { seen: null }) };
    return { kind: 'alike', answers: bare, differences: [difference] };
  };
  const change = { part: 'support', member: 'email', now: 'a@b.example', readBefore: 1, readNow: 2 } as const;
  test.each<readonly [is: string, Check, actual: string]>([
    ['is named', { kind: 'verified', answers: bare }, 'an answer with no member success'],
    ['is not null', { kind: 'verified', answers: bare, success: null }, 'an answer with success: null'],
    ['of an error is named', differing(), 'no member message'],
    ['of an error is not null', differing(null), 'message: null'],
    [
      'before a change is named',
      { kind: 'state', answers: bare, changes: [change] },
      'email of GET /support-user/mfa: missing before, a@b.example now',
    ],
    [
      'before a change is not null',
      { kind: 'state', answers: bare, changes: [{ ...change, before: null }] },
      'email of GET /support-user/mfa: null before, a@b.example now',
    ],
  ])('a missing member %s', (_is, check, actual) => {
    expect(actualOf(check)).toBe(actual);
  });

  test('show that a bypass returns a working credential', () => {
    expect(actualOf({ ...samples.refused, answers: [opened] })).toBe(
      '200 to GET /v2/mfa-config (a code twice), and its credential gets 200 from GET /v2/mfa-config',
    );
  });

  test('are stated by matchers of the suite, and by none of Playwright', () => {
    const examples = ['.toBe(', '.toEqual(', '.toMatchObject(', "from '@playwright/test'", "'actual: one'"];

    expectNowhere(strangeIn, ['tests'], examples);
  });

  test('are read from their kind, and from no sentence', () => {
    const examples = ['/^wanted: /', "startsWith('expected: ')", '/^actual:\\s*(.*)$/m'];

    expectNowhere(readersIn, ['src', 'fixtures'], examples);
  });
});

const strange =
  /\.(?:toBe|toEqual|toStrictEqual|toMatchObject|toMatch|toContain|toBeUndefined|toHaveProperty|toHaveLength)\(|@playwright\/test|['"`](?:wanted|got|expected|actual): /g;
const strangeIn = (text: string): string[] => [...text.matchAll(strange)].map(([all]) => all);

const reader = /(?:\/\^?|(?:startsWith|includes|indexOf)\(')(?:wanted|got|expected|actual):/g;
const readersIn = (text: string): string[] => [...text.matchAll(reader)].map(([all]) => all);
