import { expect, test } from 'vitest';
import type { Exchanged } from '../../src/base/model/event.js';
import { ObservedFacts } from '../../src/verdict/derive/observed-facts.js';
import { exchanged, type Seen } from '../events/sample.js';

const seen = (more: Seen) => exchanged({ operation: 'GetMFAConfig', ...more });

function observedFacts(exchanges: readonly Exchanged[]): Record<string, unknown> {
  const observed = new ObservedFacts();
  for (const each of exchanges) observed.take(each);
  return observed.facts;
}

test('nothing seen is not a fact', () => {
  expect(observedFacts([])).toEqual({});
  expect(observedFacts([seen({ status: null })])).toEqual({});
});

test('a credential counts as accepted after one success', () => {
  const observations = [
    seen({ status: 401 }),
    seen({ status: 200 }),
    seen({ status: 401, credential: 'Bearer' }),
    seen({ status: 201, credential: 'SessionIdHeader', operation: 'CreateSession' }),
    seen({ status: 200, credential: 'none' }),
  ];

  const credentialModes = { APIKeyHeader: 'accepted', Bearer: 'not seen' };
  expect(observedFacts(observations)).toEqual({ credentialModes });
});

test('refusals are grouped by mistake, sorted, each status once', () => {
  const observations = [
    seen({ status: 422, mistake: 'malformed JSON' }),
    seen({ status: 400, mistake: 'malformed JSON' }),
    seen({ status: 400, mistake: 'malformed JSON' }),
    seen({ status: 204, mistake: 'a missing body' }),
    seen({ status: 429, mistake: 'malformed JSON' }),
    seen({ status: 503, credential: 'none' }),
    seen({ status: 403, credential: 'none' }),
    seen({ status: 401, credential: 'none', operation: 'CreateEmailOtp' }),
  ];

  expect(observedFacts(observations)['refusalStatuses']).toEqual({
    'malformed JSON': [400, 422],
    'no credential': [403],
  });
});

test('undocumented parts are listed once', () => {
  const observations = [seen({ undocumented: ['b', 'a'] }), seen({ undocumented: ['a'] })];

  expect(observedFacts(observations)['undocumented']).toEqual(['a', 'b']);
});
