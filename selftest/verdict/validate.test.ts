import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../src/base/errors.js';
import { releaseNames } from '../../src/base/model/releases.js';
import { outcomeKinds } from '../../src/base/model/verdict.js';
import { summarise } from '../../src/verdict/derive/derive.js';
import { parseVerdict, validateVerdict } from '../../src/verdict/derive/validate.js';
import { derived, exchange, planned, raw } from './sample.js';

type Json = Record<string, unknown>;

function full() {
  const failed = [exchange(), { ...exchange(), operation: null, error: 'no answer' }];
  return derived({
    planned: [planned('area/one'), planned('area/two', { level: 'should', operations: [] })],
    raw: [raw('area/one', { kind: 'fail', reproduce: 'curl', exchanges: failed }), raw('area/two')],
    residue: ['a TOTP key of admin'],
    facts: { acceptedSteps: '[-1,+1]', credentialModes: { Bearer: 'accepted' }, throttleAfter: null },
    waits: [{ requirement: 'area/one', ms: 30_000, for: 'code step' }],
    retries: { '429': 2, '503': 0 },
    coverage: {
      operations: { GetMFAConfig: 3 },
      responses: { 'GetMFAConfig 200': 3 },
      properties: { 'GetMFAConfig 200 /enabled': 3 },
      enumValues: { 'MfaConfigInfo.authenticationTypes=totp': 1 },
      credentials: { none: 1 },
    },
  });
}

function changed(path: string, value: unknown): unknown {
  const whole: Json = JSON.parse(JSON.stringify(full()));
  const keys = path.split('/');
  const last = keys.pop() ?? '';
  const holder = keys.reduce<Json>((at, key) => at[key] as Json, whole);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return whole;
}

test('a valid verdict goes through JSON and comes back as it was', () => {
  expect(parseVerdict(JSON.stringify(full(), null, 2), 'verdict.json')).toEqual(full());
});

test.each(releaseNames)('a valid verdict of release %s', (release) => {
  expect(() => validateVerdict(changed('release', release))).not.toThrow();
});

test.each(outcomeKinds)('a valid verdict with the outcome %s', (outcome) => {
  const [first] = full().outcomes;
  const passed = { reason: '', exchanges: [] };
  const outcomes = first === undefined ? [] : [{ ...first, outcome, ...(outcome === 'pass' && passed) }];
  const verdict = { ...full(), outcomes, summary: summarise(outcomes) };

  expect(() => validateVerdict(verdict)).not.toThrow();
});

describe('an invalid verdict', () => {
  test.each([
    ['suite/name', 'other', '/suite/name: must be "mfa-conformance"'],
    ['release', '8.0', '/release: must be one of 6.6.0d, 6.8.1'],
    ['gate', 'passes', '/gate: must be one of conforms, does not conform, inconclusive'],
    ['startedAt', 'yesterday', '/startedAt: must match format "date-time"'],
    ['durationMs', -1, '/durationMs: must be >= 0'],
    ['contract/sha256', 'ABC', '/contract/sha256: must match pattern'],
    ['target/baseUrl', 'lab 7', '/target/baseUrl: must match format "uri"'],
    ['target/tlsInsecure', undefined, "/target: must have required property 'tlsInsecure'"],
    ['restored', 'yes', '/restored: must be boolean'],
    ['password', 'x', '/: unknown property password'],
    ['outcomes/0/level', 'may', '/outcomes/0/level: must be one of must, should'],
    ['outcomes/0/id', 'Area/one', '/outcomes/0/id: must match pattern'],
    ['outcomes/0/reason', '', '/outcomes/0/reason: must NOT have fewer than 1 characters'],
    ['outcomes/1/reason', 'as it must', '/outcomes/1/reason: must NOT have more than 0 characters'],
    ['outcomes/1/exchanges', [exchange()], '/outcomes/1/exchanges: must NOT have more than 0 items'],
    ['outcomes/0/exchanges/0/response', undefined, "exchanges/0: must have required property 'response'"],
    ['outcomes/0/exchanges/0/request/cookies', {}, 'exchanges/0/request: unknown property cookies'],
    ['outcomes/1/id', 'area/one', '/outcomes/1/id: area/one occurs twice'],
    ['waits/0/for', 'tea', '/waits/0/for: must be one of ageing'],
    ['retries/500', 1, '/retries: unknown property 500'],
    ['coverage/operations', { GetMFAConfig: 0.5 }, '/coverage/operations/GetMFAConfig: must be integer'],
    ['summary/pass', 2, '/summary/pass: is 2, but the outcomes count 1'],
    ['summary/failShould', 1, '/summary/failShould: is 1, but the outcomes count 0'],
  ])('%s as %j', (path, value, message) => {
    const judge = () => validateVerdict(changed(path, value), 'out/verdict.json');

    expect(judge).toThrow(ConfigurationError);
    expect(judge).toThrow('out/verdict.json is not a valid verdict:\n  ');
    expect(judge).toThrow(message);
  });

  test.each([null, [], 'text', {}])('%j', (value) => {
    expect(() => validateVerdict(value)).toThrow(ConfigurationError);
  });

  test('many problems are named up to a limit', () => {
    expect(() => validateVerdict({})).toThrow(/and \d+ more$/);
  });
});
