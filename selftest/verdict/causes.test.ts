import { expect, test } from 'vitest';
import type { Check, Shown } from '../../src/base/model/check.js';
import type { Exchange } from '../../src/base/model/exchange.js';
import type { Outcome } from '../../src/base/model/verdict.js';
import { wordsOf } from '../../src/base/wording/check.js';
import { causesOf } from '../../src/verdict/derive/causes.js';
import { shownAt } from '../events/sample.js';
import { exchange, outcomeOf } from './sample.js';

const key = (status: number): Exchange => ({
  ...exchange(),
  operation: 'CreateTotpKey',
  request: { method: 'POST', url: 'https://10.2.0.7/v2/totp-key', headers: {} },
  response: { status, headers: {} },
});

const outcome = (id: string, reason: string, change: Partial<Outcome> = {}) =>
  outcomeOf(id, { operations: [], reason, ...change });

const open = (id: string, blame: NonNullable<Outcome['blame']>, reason = id): Outcome => ({
  ...outcome(id, reason, { outcome: 'inconclusive' }),
  blame,
});

const inShort = (outcomes: readonly Outcome[]) =>
  causesOf(outcomes).map(({ id, follows }) => [id, ...follows].join(' < '));

const shown = (operation: string, status: number, more: Partial<Shown> = {}): Shown => ({
  ...{ ...shownAt(1), operation, method: 'POST', path: `/v2/${operation}`, status },
  ...more,
});
const fails = (id: string, check: Check, change: Partial<Outcome> = {}) =>
  outcome(id, wordsOf(check), { checks: [check], ...change });
const should = { level: 'should' } as const;

const letIn = (operation: string, way?: string): Check => ({
  kind: 'refused',
  least: '4xx',
  answers: [shown(operation, 201, { use: shown('GetMFAConfig', 200), ...(way && { way }) })],
});
const noKey = [shown('CreateTotpKey', 500)];
const keyFailed: Check = { kind: 'accepted', answers: noKey };
const oddForm = shown('GetSupportMFAConfig', 200);
const noMail: Check = { kind: 'mailed', answers: [], expected: ['a@b.example'], seen: [] };

const table: readonly (readonly [string, readonly Outcome[], readonly string[]])[] = [
  ['nothing', [outcome('a/a', '', { outcome: 'pass' }), outcome('a/b', 'none', { outcome: 'not run' })], []],
  [
    'what a refusal left undecided follows from the failure that shows it',
    [
      open('login/works', { answer: shown('CreateTotpKey', 500) }),
      fails('totp-key/answers-201', keyFailed),
      open('login/other', { answer: shown('CreateTotpKey', 503) }),
    ],
    ['totp-key/answers-201 < login/works', ' < login/other'],
  ],
  [
    'a should whose breach leaves musts undecided is their cause and comes first',
    [
      outcome('http/unique-members', 'actual: twice', { ...should, exchanges: [exchange()] }),
      fails('email-otp/codes-differ', { kind: 'random', answers: [], pattern: 'repeated' }, should),
      open('access/one', { breaks: 'http/unique-members' }),
      open('access/two', { breaks: 'http/unique-members' }),
      open('mail/one', {}),
    ],
    ['http/unique-members < access/one < access/two', ' < mail/one', 'email-otp/codes-differ'],
  ],
  [
    'one missing check is one cause for all logins, shown by a must of the documented flow',
    [
      fails('ways-in/odd-body', letIn('CreateSession', 'the code twice')),
      fails('email-login/refuses-junk', letIn('CreateAccessToken'), should),
      fails('totp-login/refuses-password-alone', letIn('VerifyUserOtp')),
      open('second-step/answers-200', { answer: shown('GetMFAConfig', 200) }),
    ],
    [
      'totp-login/refuses-password-alone < ways-in/odd-body < email-login/refuses-junk < second-step/answers-200',
    ],
  ],
  [
    'an acceptance by another operation is another cause',
    [fails('a/login', letIn('CreateSession')), fails('a/key', letIn('CreateTotpKey'))],
    ['a/login', 'a/key'],
  ],
  [
    'server errors of one operation are one cause, shown by the requirement of a success',
    [
      fails('totp-key/refuses-no-body', { kind: 'refused', least: '4xx', answers: noKey }),
      fails('totp-key/answers-201', keyFailed),
      outcome('http/no-server-error', 'actual: 500', { exchanges: [key(500)] }),
    ],
    ['totp-key/answers-201 < http/no-server-error < totp-key/refuses-no-body'],
  ],
  [
    'an answer of a wrong form is one cause of all that it leaves undecided',
    [
      fails('support-mfa/get-answers-200', { kind: 'succeeded', answers: [oddForm], breaches: [] }),
      ...['access/one', 'access/two'].map((id) =>
        open(id, { answer: oddForm, breaks: 'support-mfa/get-answers-200' }),
      ),
    ],
    ['support-mfa/get-answers-200 < access/one < access/two'],
  ],
  [
    'missing mails are one cause, shown by the failure that reports them',
    [open('otp/a', { lacks: 'mail' }), open('otp/b', { lacks: 'mail' }), fails('email-otp/mails', noMail)],
    ['email-otp/mails < otp/a < otp/b'],
  ],
  [
    'without a failure, equal reasons are one cause',
    [open('a/a', {}, 'No answer.'), open('a/b', {}, 'No answer.'), open('a/c', {}, 'Else.')],
    [' < a/a < a/b', ' < a/c'],
  ],
  [
    'a waived failure is listed only if something follows from it',
    [
      fails('totp-key/answers-201', keyFailed, { outcome: 'waived' }),
      open('login/works', { answer: shown('CreateTotpKey', 500) }),
      fails('email-otp/mails', noMail, { outcome: 'waived' }),
    ],
    ['totp-key/answers-201 < login/works'],
  ],
];

test.each(table)('each problem has one cause: %s', (_name, outcomes, expected) => {
  expect(inShort(outcomes)).toEqual(expected);

  const told = causesOf(outcomes).flatMap(({ id, follows }) => [...(id === null ? [] : [id]), ...follows]);
  const troubled = outcomes.filter(({ outcome: kind }) => kind === 'fail' || kind === 'inconclusive');
  expect(new Set(told).size).toBe(told.length);
  expect(told).toEqual(expect.arrayContaining(troubled.map(({ id }) => id)));
});

test('a cause quotes the evidence', () => {
  const long = outcome('a/a', `expected: x\nactual: ${'y'.repeat(300)}\nmore`, { exchanges: [exchange()] });

  expect(causesOf([long, fails('a/key', keyFailed), open('a/b', {}, 'So it is.\nSee.')])).toEqual([
    { text: `${'y'.repeat(200)}…`, id: 'a/a', follows: [] },
    { text: '500 to POST /v2/CreateTotpKey', id: 'a/key', follows: [] },
    { text: 'So it is.', id: null, follows: ['a/b'] },
  ]);
});
