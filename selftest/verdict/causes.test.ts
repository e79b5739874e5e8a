import { describe, expect, test } from 'vitest';
import type { Exchange } from '../../src/base/model/exchange.js';
import type { Outcome } from '../../src/base/model/verdict.js';
import { causesOf } from '../../src/verdict/derive/causes.js';
import { exchange } from './sample.js';

const key = (status: number): Exchange => ({
  ...exchange(),
  operation: 'CreateTotpKey',
  request: { method: 'POST', url: 'https://10.2.0.7/v2/totp-key', headers: {} },
  response: { status, headers: {} },
});

function outcome(id: string, reason: string, change: Partial<Outcome> = {}): Outcome {
  return {
    id,
    level: 'must',
    outcome: 'fail',
    title: `Text of ${id}.`,
    source: 'Source',
    operations: [],
    reason,
    reproduce: '',
    exchanges: [],
    durationMs: 1,
    ...change,
  };
}

const open = (id: string, reason: string, change: Partial<Outcome> = {}) =>
  outcome(id, reason, { outcome: 'inconclusive', ...change });

/** Of each cause what shows it, and what follows. */
const inShort = (outcomes: readonly Outcome[]) =>
  causesOf(outcomes).map(({ id, follows }) => [id, ...follows].join(' < '));

const twice =
  "GET /mfa-config answered an object that has a member twice (http/unique-members), so the state of the target can't be told.";
const breaches =
  'expected: no exchange that breaks the requirement\nactual: GetMFAConfig 200: two members of one name';

const table: readonly (readonly [string, readonly Outcome[], readonly string[]])[] = [
  ['nothing', [outcome('a/pass', '', { outcome: 'pass' }), open('a/b', '', { outcome: 'not run' })], []],
  [
    'a refusal while arranging follows from the failure of that operation',
    [
      open('login/works', 'POST /totp-key answered 500 while the test was prepared.'),
      open('login/other', 'A preparing step failed: POST /v2/totp-key answered 500: no code can come.'),
      outcome('totp-key/answers-201', 'expected: 201\nactual: 500', { exchanges: [key(500)] }),
    ],
    ['totp-key/answers-201 < login/works < login/other'],
  ],
  [
    'another status or another operation is another cause',
    [
      open('login/works', 'POST /totp-key answered 503 while the test was prepared.'),
      open('login/other', 'POST /email-otp answered 500 while the test was prepared.'),
      outcome('totp-key/answers-201', 'expected: 201\nactual: 500', { exchanges: [key(500)] }),
    ],
    ['totp-key/answers-201', ' < login/works', ' < login/other'],
  ],
  [
    'a should leads to musts that name it, and stands first then',
    [
      outcome('http/unique-members', breaches, { level: 'should', exchanges: [exchange()] }),
      outcome('http/utf-8', 'expected: UTF-8\nactual: 0xE9', { level: 'should' }),
      open('access/one', twice),
      open('access/two', twice),
      open('mail/one', 'Nobody knows.'),
    ],
    ['http/unique-members < access/one < access/two', ' < mail/one', 'http/utf-8'],
  ],
  [
    'a success that lacks something leads to what misses the same',
    [
      outcome('totp-key/gives-uri', 'expected: totpSecretKey, totpUri\nactual: no totpUri', {
        exchanges: [key(201)],
      }),
      outcome('totp-key/echoes-name', 'expected: totpKeyName a\nactual: totpKeyName b', {
        level: 'should',
        exchanges: [key(201)],
      }),
      open('login/one', 'POST /totp-key answered 201 without a totpUri.', { exchanges: [key(201)] }),
      open('totp-key/uri', 'The answer has no totpUri.', { exchanges: [key(201)] }),
      open('totp-key/quiet', 'The state changes from one look to the next.', { exchanges: [key(201)] }),
    ],
    ['totp-key/gives-uri < login/one < totp-key/uri', ' < totp-key/quiet', 'totp-key/echoes-name'],
  ],
  [
    'server errors of one operation are one cause, and what wanted a success shows it',
    [
      outcome('totp-key/refuses-no-body', 'expected: 400\nactual: 500', { exchanges: [key(500)] }),
      outcome('totp-key/answers-201', 'expected: 201\nactual: 500', { exchanges: [key(500)] }),
    ],
    ['totp-key/answers-201 < totp-key/refuses-no-body'],
  ],
  [
    'accepting what must be refused is each its own cause',
    [
      outcome('totp-key/refuses-a', 'expected: 400\nactual: 201', { exchanges: [key(201)] }),
      outcome('totp-key/refuses-b', 'expected: 403\nactual: 201', { exchanges: [key(201)] }),
    ],
    ['totp-key/refuses-a', 'totp-key/refuses-b'],
  ],
  [
    'mails that do not come are one cause, shown by the failure that says so',
    [
      open('otp/a', 'No mail to ana@lab.example came within 10.0 s. No other mail came either.'),
      open('otp/b', 'No mail to bob@lab.example came within 9.9 s.'),
      outcome('email-otp/mails', 'expected: a mail to ana@lab.example\nactual: no mail'),
    ],
    ['email-otp/mails < otp/a < otp/b'],
  ],
  [
    'without a failure, the same words are one cause, whatever numbers are in them',
    [
      open('a/a', 'No answer within 5001 ms.'),
      open('a/b', 'No answer within 5002 ms.'),
      open('a/c', 'Else.'),
    ],
    [' < a/a < a/b', ' < a/c'],
  ],
  [
    'a waived failure is told only where something else follows from it',
    [
      outcome('totp-key/answers-201', 'expected: 201\nactual: 500', {
        outcome: 'waived',
        exchanges: [key(500)],
      }),
      open('login/works', 'POST /totp-key answered 500 while the test was prepared.'),
      outcome('http/utf-8', 'actual: 0xE9', { outcome: 'waived' }),
    ],
    ['totp-key/answers-201 < login/works'],
  ],
  [
    'that two name each other is not a reason for either to be lost',
    [outcome('a/a', 'actual: see a/b'), outcome('a/b', 'actual: see a/a')],
    ['a/a', 'a/b'],
  ],
];

describe('causesOf', () => {
  test.each(table)('%s', (_name, outcomes, expected) => {
    expect(inShort(outcomes)).toEqual(expected);
  });

  test.each(table)('has each trouble once: %s', (_name, outcomes) => {
    const told = causesOf(outcomes).flatMap(({ id, follows }) => [...(id === null ? [] : [id]), ...follows]);
    const troubled = outcomes.filter(({ outcome: kind }) => kind === 'fail' || kind === 'inconclusive');
    expect(new Set(told).size).toBe(told.length);
    expect(told).toEqual(expect.arrayContaining(troubled.map(({ id }) => id)));
  });

  test('says what was seen', () => {
    expect(
      causesOf([
        outcome('a/a', `expected: x\nactual: ${'y'.repeat(300)}\nmore`),
        open('a/b', 'So it is.\nSee.'),
      ]),
    ).toEqual([
      { text: `${'y'.repeat(200)}…`, id: 'a/a', follows: [] },
      { text: 'So it is.', id: null, follows: ['a/b'] },
    ]);
  });
});
