import { expect, test } from 'vitest';
import { loadRequirements, requirementById } from '../../src/contract/requirements/catalogue.js';
import { loadClaims } from '../../src/verdict/statement/claims.js';
import { draftStatement } from '../../src/verdict/statement/draft.js';
import { driftFrom } from '../../src/verdict/statement/drift.js';
import { readStatement } from '../../src/verdict/statement/read.js';
import { temporaryFolder, write } from '../target/files.js';
import { derived, planned, raw, type results } from '../verdict/sample.js';
import { statement } from './sample.js';

const [claims, catalogue] = [loadClaims(), loadRequirements()];

type Kind = Parameters<typeof raw>[1] extends infer Change ? Change : never;

function runOf(tried: Readonly<Record<string, Kind>>, change: Parameters<typeof results>[0] = {}) {
  const ids = Object.keys(tried);
  return derived({
    planned: ids.map((id) => planned(id, { level: requirementById(id).level })),
    raw: Object.entries(tried).map(([id, of]) => raw(id, of)),
    ...change,
  });
}

const verdict = runOf({
  'email-login/code-works-once': {},
  'support-email/code-works-once': {},
  'totp-key/echoes-name': { kind: 'fail', reason: 'expected: "a"\nactual: "b"' },
  'totp-login/keys-are-forgotten-where-told': { kind: 'fail', reason: 'a session' },
  'totp-login/wrong-codes-are-throttled': {},
  'email-login/wrong-codes-are-throttled': { kind: 'not run', reason: 'no mail\u001b[31m\n- x' },
  'mfa-config/stores-retain-user-mfa-settings': { kind: 'inconclusive', reason: 'HTTP 503' },
  'totp-key/ids-are-unique': { kind: 'not applicable', reason: 'no ids' },
});

const draft = (of = verdict) => draftStatement(of, claims, catalogue);
const read = (text: string) => readStatement(write(temporaryFolder(), 'draft.yaml', text));

test('a draft holds measured facts only', () => {
  expect(read(draft()).claims).toEqual({
    'mailed-codes-work-once': true,
    'key-names-are-kept': false,
    'keys-are-forgotten': false,
  });
});

test('each claim has a comment that says why', () => {
  const text = draft();

  expect(text).toContain(
    [
      '  # A mailed code works once.',
      '  # Measured: email-login/code-works-once, support-email/code-works-once.',
      '  mailed-codes-work-once: true',
    ].join('\n'),
  );
  expect(text).toContain('  # Measured otherwise: totp-key/echoes-name.\n  key-names-are-kept: false\n');
  // A target's text can't end the comment or control a terminal.
  expect(text).toContain(
    '  # Left out: email-login/wrong-codes-are-throttled: not run, no mail\\u001b[31m - x.\n',
  );
  expect(text).toContain(
    '  # Left out: mfa-config/stores-retain-user-mfa-settings: inconclusive, HTTP 503.\n',
  );
  expect(text).toContain('  # Left out: totp-key/ids-are-unique: not applicable, no ids.\n');
  expect(text).toContain('  # Left out: not part of the run.\n  # totp-code-disables:\n');
  expect(text.split('\n').filter((line) => !/^ *(#.*|[\w-]+:.*)?$/.test(line))).toEqual([]);
});

test('the same verdict makes the same draft, and names the schema', () => {
  expect(draft()).toBe(draft());
  expect(draft()).toMatch(/^# yaml-language-server: \$schema=\S+statement\.schema\.json\n/);
});

test('a run without facts makes a statement without claims', () => {
  expect(read(draft(runOf({ 'totp-key/ids-are-unique': { kind: 'not run', reason: 'no' } }))).claims).toEqual(
    {},
  );
});

test("a draft keeps denied claims and authors of the run's statement", () => {
  const said = statement({ 'key-names-are-kept': false });
  const again = read(draft(runOf({ 'totp-key/ids-are-unique': {} }, { statement: said })));

  expect(again).toMatchObject({ vendor: 'Acme', product: 'Vault 7.1' });
  expect(again.claims).toEqual({ 'key-names-are-kept': false, 'key-ids-are-unique': true });
});

test('a run does not drift from its own draft', () => {
  const run = { outcomes: new Map(verdict.outcomes.map((each) => [each.id, each])), facts: {} };

  expect(driftFrom(read(draft()).claims, run, claims, catalogue)).toEqual([]);
});
