import type { Check } from '../../src/base/model/check.js';
import type { RunResults } from '../../src/base/model/results.js';
import type { Verdict } from '../../src/base/model/verdict.js';
import { wordsOf } from '../../src/base/wording/check.js';
import { shownAt } from '../events/sample.js';
import { derived, exchange, planned, raw } from '../verdict/sample.js';

const credentialModes = { Bearer: 'accepted' };

export function sample(change: Partial<RunResults> = {}): Verdict {
  return derived({
    planned: [
      planned('totp-key/secret-matches-uri', {
        title: 'The secret of totpUri equals totpSecretKey.',
        source: 'API document',
      }),
      planned('totp-key/create-answers-201'),
      planned('http/utf-8', { level: 'should', title: 'JSON bodies are UTF-8.' }),
      planned('email-otp/answers-204'),
      planned('email-otp/mails-a-code'),
      planned('access/viewer-reads', { notRun: 'no viewer account' }),
      planned('access/viewer-writes-not', { notRun: 'no viewer account' }),
      planned('support-mfa/verifies', { notApplicable: 'since 7.2.1' }),
    ],
    raw: [
      raw('totp-key/secret-matches-uri', {
        kind: 'fail',
        reason: 'expected: the secret of the URI\nactual:    another one',
        reproduce: "curl -X POST https://10.2.0.7/v2/totp-key -H 'apiKey: <key>'",
        exchanges: [exchange()],
        durationMs: 1234,
      }),
      raw('totp-key/create-answers-201'),
      raw('http/utf-8', { kind: 'fail', reason: 'GetMFAConfig: 0xE9 is not UTF-8\nsecond line' }),
      raw('email-otp/answers-204', { kind: 'inconclusive', reason: 'no mail within 60 s' }),
      raw('email-otp/mails-a-code', { kind: 'inconclusive', reason: 'no mail within 60 s' }),
    ],
    facts: { clockOffsetMs: -340, acceptedSteps: '[-1,+1]', credentialModes, throttleAfter: null },
    waits: [
      { requirement: 'email-otp/answers-204', ms: 60_000, for: 'mail' },
      { requirement: 'totp-key/secret-matches-uri', ms: 12_500, for: 'code step' },
    ],
    retries: { '429': 2, '503': 1 },
    residue: ['the TOTP key of admin'],
    ...change,
  });
}

export const causesTold = [
  '2 others follow from it: area/two, area/three',
  'follows from area/one: 500 to GET /v2/mfa-config',
  'follows from area/one: 500 to GET /v2/mfa-config',
  undefined,
];

const answer = { ...shownAt(0), status: 500 };
const check: Check = { kind: 'accepted', answers: [answer] };

export const withCauses: Verdict = derived({
  planned: ['one', 'two', 'three', 'four'].map((name) => planned(`area/${name}`)),
  raw: [
    raw('area/one', { kind: 'fail', reason: wordsOf(check), checks: [check] }),
    ...['area/two', 'area/three'].map((id) =>
      raw(id, { kind: 'inconclusive', reason: 'GET /v2/mfa-config answered 500.', blame: { answer } }),
    ),
    raw('area/four', { kind: 'fail', reason: 'expected: a mail\nactual: none' }),
  ],
});
