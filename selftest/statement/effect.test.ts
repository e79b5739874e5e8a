import { describe, expect, test } from 'vitest';
import { renderPlan } from '../../src/cli/plan.js';
import { loadContract } from '../../src/contract/openapi/load.js';
import { requirementById } from '../../src/contract/requirements/catalogue.js';
import { readTarget } from '../../src/input/target-file/read.js';
import { statementText, verdictLine } from '../../src/reports/forms/verdict-words.js';
import { parseVerdict } from '../../src/verdict/derive/validate.js';
import { standingOf } from '../../src/verdict/statement/standing.js';
import { env, good } from '../target/complaint.js';
import { temporaryFolder, write } from '../target/files.js';
import { derived, planned, raw } from '../verdict/sample.js';
import { statement } from './sample.js';

const contract = await loadContract('7.1.2_u3');
const claim = 'keys-are-forgotten';
const fact = requirementById('totp-login/keys-are-forgotten-where-told');

describe('a requirement with a claim', () => {
  const source = `claimed by the vendor (${claim}); ${fact.source}`;

  test.each([
    ['is as in the catalogue without a statement', undefined, {}],
    ['is as in the catalogue if the vendor does not claim it', { 'retain-is-stored': true }, {}],
    ['is a must if it is claimed', { [claim]: true }, { level: 'must', source, claimed: claim }],
    [
      'is not applicable if it is denied',
      { [claim]: false },
      { notApplicable: `the vendor's statement denies it (${claim})` },
    ],
  ])('%s', (_is, claims, wanted) => {
    const found = standingOf(fact, contract, claims && statement(claims));

    expect(found).toEqual({ level: 'fact', source: fact.source, ...wanted });
  });

  test('does not apply to a release that lacks it, whatever the claim', async () => {
    const reference = requirementById('support-reference/works-once');
    const claimed = statement({ 'reference-ids-work-once': true });

    expect(standingOf(reference, contract, claimed).notApplicable).toContain('release 7.1.2_u3');
    expect(standingOf(reference, await loadContract('latest'), claimed).notApplicable).toBeUndefined();
  });

  test('stays as it is without a claim', () => {
    const other = requirementById('mfa-config/put-round-trip');

    const { level, source } = other;
    expect(level).toBe('must');
    expect(standingOf(other, contract, statement({ [claim]: false }))).toEqual({ level, source });
  });
});

const of = (kind: 'pass' | 'fail') =>
  derived({
    statement: statement({ [claim]: true, 'retain-is-stored': false }),
    planned: [
      planned('area/one'),
      planned('area/two', { claimed: claim }),
      planned('area/three', { level: 'should', notApplicable: 'denied' }),
    ],
    raw: [raw('area/one'), raw('area/two', { kind })],
  });

test('the verdict: fails by a wrong claim and names the claim', () => {
  const verdict = of('fail');

  expect(verdict.gate).toBe('does not conform');
  expect(verdictLine(verdict)).toBe('does not conform: 1 of 2 must failed, 1 of them claimed by the vendor');
  expect(verdict.outcomes[1]).toMatchObject({ level: 'must', claimed: claim, outcome: 'fail' });
  expect(parseVerdict(JSON.stringify(verdict), 'v.json').statement).toEqual(verdict.statement);
});

test('the verdict: conforms if it holds', () => {
  const verdict = of('pass');

  expect(verdictLine(verdict)).toBe(
    'conforms (2 of 2 MUST requirements checked, 1 of them claimed by the vendor)',
  );
  expect(statementText(verdict)).toBe('Vault 7.1 of Acme (acme.yaml), 1 claimed, 1 denied');
});

describe('a counted claim', () => {
  const counted = statement({ 'login-is-throttled': 10 });
  const count = { fact: 'throttleAfter', atMost: 10, unit: 'consecutive wrong codes' };
  const wrongCodes = requirementById('totp-login/wrong-codes-are-throttled');
  const of = (facts: Record<string, unknown>) =>
    derived({ planned: [planned('area/one', { claimed: 'login-is-throttled', count })], facts });

  test('is a must, and counted by the test of one requirement', () => {
    expect(standingOf(wrongCodes, contract, counted)).toEqual({
      level: 'must',
      source: `claimed by the vendor (login-is-throttled: 10); ${wrongCodes.source}`,
      claimed: 'login-is-throttled',
      count,
    });
    const other = requirementById('totp-login/throttle-spans-connections');
    expect(standingOf(other, contract, counted)).toMatchObject({ level: 'must' });
    expect(standingOf(other, contract, counted)).not.toHaveProperty('count');
  });

  test('fails if more were counted', () => {
    expect(of({ throttleAfter: 11 }).outcomes[0]).toMatchObject({
      outcome: 'fail',
      reason:
        'expected: within 10 consecutive wrong codes, as the vendor claims\nactual: after 11 consecutive wrong codes',
    });
    expect(of({ throttleAfter: 11 }).gate).toBe('does not conform');
  });

  test.each([[{ throttleAfter: 10 }], [{ throttleAfter: null }], [{}]])('passes by %j', (facts) => {
    expect(of(facts).outcomes[0]?.outcome).toBe('pass');
  });
});

const targetOfPlan = () => readTarget(write(temporaryFolder(), 'lab.yaml', good), env);
const full = { mode: 'full', slow: false } as const;

test('the plan names claimed and denied features', () => {
  const target = targetOfPlan();
  const plan = (claims: Record<string, boolean>) =>
    renderPlan(target, contract, { ...full, grep: undefined }, statement(claims)).replace(/ +/g, ' ');

  const text = plan({ [claim]: true, 'key-names-are-kept': false });

  expect(text).toContain(
    `Claimed by the vendor's statement, so MUST requirements:\n ${claim}: totp-login/keys-are-forgotten-where-told\n`,
  );
  expect(text).toContain(
    "Denied by the vendor's statement, so not applicable:\n key-names-are-kept: totp-key/echoes-name\n",
  );
  const tried = (of: string) => Number(/of (\d+) requirements/.exec(of)?.[1]);
  expect(tried(plan({}))).toBe(tried(text) + 1);
});

test('the plan estimates the time of a run from the last one or its requests', () => {
  const target = targetOfPlan();
  const plan = (lastMs?: number) =>
    renderPlan(target, contract, { ...full, grep: 'http/*' }, undefined, lastMs);

  const [, tried, requests] =
    /^(\d+) of .*\nIt would send about (\d+) requests one by one, .* at 100 ms an answer/m.exec(plan()) ?? [];
  expect(Number(requests)).toBe(8 * Number(tried));
  expect(Number(tried)).toBeGreaterThan(0);
  expect(plan(185_000)).toContain('It would take about 3 min 5 s, as the last such run did.');
});
