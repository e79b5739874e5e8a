import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import type { RunResults } from '../../src/base/model/results.js';
import type { Verdict } from '../../src/base/model/verdict.js';
import { renderAttestation } from '../../src/reports/forms/attest.js';
import { deriveVerdict } from '../../src/verdict/derive/derive.js';
import { derived, runOf } from '../verdict/sample.js';
import { sample } from './sample.js';

const names = { type: 'array', items: { type: 'string' } };
const descriptors = {
  type: 'array',
  items: {
    type: 'object',
    anyOf: ['uri', 'digest', 'content'].map((key) => ({ required: [key] })),
    properties: {
      name: { type: 'string' },
      uri: { type: 'string' },
      digest: { type: 'object', properties: { sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' } } },
    },
  },
};
/** The specification of in-toto Statement v1 with the predicate test-result v0.1, as a schema. */
const isStatement = new Ajv2020({ allowUnionTypes: true, strictRequired: false }).compile({
  type: 'object',
  required: ['_type', 'subject', 'predicateType', 'predicate'],
  additionalProperties: false,
  properties: {
    _type: { const: 'https://in-toto.io/Statement/v1' },
    subject: { ...descriptors, minItems: 1, items: { ...descriptors.items, required: ['digest'] } },
    predicateType: { const: 'https://in-toto.io/attestation/test-result/v0.1' },
    predicate: {
      type: 'object',
      required: ['result', 'configuration'],
      additionalProperties: false,
      properties: {
        result: { enum: ['PASSED', 'WARNED', 'FAILED'] },
        configuration: descriptors,
        url: { type: 'string' },
        passedTests: names,
        warnedTests: names,
        failedTests: names,
      },
    },
  },
});

const subjects = [{ name: 'lab-7/verdict.json', sha256: 'ab'.repeat(32) }];

function predicateOf(verdicts: readonly Verdict[], isStrict = false) {
  const text = renderAttestation(verdicts, subjects, isStrict);
  expect(isStatement(JSON.parse(text)), JSON.stringify(isStatement.errors)).toBe(true);
  const { predicate }: { readonly predicate: Record<string, readonly string[]> } = JSON.parse(text);
  return predicate;
}

test.each<[what: string, result: string, of: string, change?: Partial<RunResults>]>([
  ['all MUST requirements passed', 'PASSED', 'pass'],
  ['a must failed', 'FAILED', 'fail'],
  ['a must is inconclusive', 'FAILED', 'inconclusive'],
  ['the run was cut short', 'FAILED', 'pass', { interrupted: 'stopped by SIGINT' }],
  ['the state was not restored', 'FAILED', 'pass', { restored: false }],
  ['a must was not run', 'WARNED', 'pass, not run'],
  ['a should failed', 'WARNED', 'pass, should fail'],
  ['a failure is waived', 'WARNED', 'waived'],
  ['the failure counts for nothing', 'FAILED', 'fail', { gateBy: { policy: 'none' } }],
])('the result claims no more than the run showed: %s: %s', (_, result, of, change) => {
  expect(predicateOf([deriveVerdict(runOf(of, change))])['result']).toBe(result);
});

test('the result claims no more than the run showed: the worst target counts, and no target is no success', () => {
  expect(predicateOf([derived(), derived({ restored: false })])['result']).toBe('FAILED');
  expect(predicateOf([])['result']).toBe('FAILED');
});

test('each requirement that applies stands in one list', () => {
  expect(predicateOf([sample()])).toMatchObject({
    passedTests: ['totp-key/create-answers-201'],
    warnedTests: ['http/utf-8', 'access/viewer-reads', 'access/viewer-writes-not'],
    failedTests: ['totp-key/secret-matches-uri', 'email-otp/answers-204', 'email-otp/mails-a-code'],
  });
  expect(predicateOf([sample()], true)['failedTests']).toContain('http/utf-8');
  expect(predicateOf([sample(), sample()])['passedTests']).toContain('lab-7 totp-key/create-answers-201');
});
