import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../src/base/errors.js';
import type { Explained } from '../../src/base/model/explained.js';
import { renderExplain, renderList } from '../../src/cli/explain.js';
import { loadContract } from '../../src/contract/openapi/load.js';
import {
  loadRequirements,
  type Requirement,
  requirementById,
} from '../../src/contract/requirements/catalogue.js';
import { rows } from '../tool/rows.js';

const all = loadRequirements();
const { operations: places } = await loadContract('latest');
const lines = (text: string) => text.split('\n');

describe('list', () => {
  test('shows all by area, with level, id and sentence', () => {
    const text = renderList(all, { json: false });

    expect(text).toMatch(
      /^access: Credentials and privileges\n {2}must {4}access\/get-mfa-config-refuses-anonymous {2,}GET /,
    );
    expect(text).toContain('\n\nemail-login: Mailed one-time codes\n');
    expect(text.match(/^ {2}(must|should|fact) /gm)).toHaveLength(all.length);
    const count = (wanted: string) => `${all.filter(({ level }) => level === wanted).length} ${wanted}`;
    const counts = ['must', 'should', 'fact'].map(count).join(', ');
    expect(text.endsWith(`\n\n${all.length} requirements: ${counts}\n`)).toBe(true);
  });

  test('lines up the columns of an area', () => {
    const text = renderList(all, { json: false, area: 'totp-login' });
    const lined = lines(text).filter((line) => line.startsWith('  '));

    expect(lined.length).toBeGreaterThan(5);
    expect(new Set(lined.map((row) => row.search(/(?<= {2})[A-Z]/))).size).toBe(1);
  });

  test.each([60, 80, 100, 200])('keeps within %d columns', (width) => {
    const text = renderList(all, { json: false, width });

    const tooLong = lines(text).filter((line) => line.length > width);
    expect(tooLong.filter((line) => !/^ {2}(must|should|fact) +\S+$/.test(line))).toEqual([]);
    expect(text.replace(/\s+/g, ' ')).toBe(renderList(all, { json: false }).replace(/\s+/g, ' '));
  });

  test('keeps the matches of level, area and pattern', () => {
    const ids = (options: object) => {
      const found: { id: string }[] = JSON.parse(renderList(all, { json: true, ...options }));
      return found.map(({ id }) => id).join(' ');
    };
    const those = (is: (requirement: Requirement) => boolean) =>
      all.flatMap((one) => (is(one) ? one.id : [])).join(' ');

    expect(ids({ level: 'should' })).toBe(those(({ level }) => level === 'should'));
    expect(ids({ area: 'security' })).toBe(those(({ id }) => id.startsWith('security/')));
    expect(ids({ slow: true })).toBe(those(({ needs }) => needs.includes('longWait')));
    expect(ids({ grep: '*/refuses-replay' })).toBe('totp-login/refuses-replay verify-totp/refuses-replay');
    expect(ids({ grep: 'http/utf-8' })).toBe('http/utf-8');
    expect(ids({ grep: 'http/utf.8' })).toBe('');
    expect(ids({ grep: 'totp-login/*', level: 'fact' })).toBe('totp-login/keys-are-forgotten-where-told');
  });

  test('reports that nothing fits', () => {
    expect(renderList(all, { json: false, grep: 'nothing' })).toBe('No requirement fits.\n');
    expect(renderList(all, { json: true, grep: 'nothing' })).toBe('[]\n');
  });

  test('knows the areas', () => {
    const list = (area: string) => () => renderList(all, { json: false, area });

    expect(list('totp-logn')).toThrow(ConfigurationError);
    expect(list('totp-logn')).toThrow('There is no area totp-logn; did you mean totp-login?');
    expect(list('zzzzzz')).toThrow('; there are access, ');
  });

  test('as JSON has all members, always in the same order', () => {
    const text = renderList(all, { json: true, grep: 'support-totp/disabled-*' });

    const [found, ...others]: object[] = JSON.parse(text);
    const members = 'id area areaTitle level text ground source claim operations needs since';
    expect(found).toEqual(requirementById('support-totp/disabled-with-current-code'));
    expect(Object.keys(found ?? {}).join(' ')).toBe(members);
    expect(others).toEqual([]);
    expect(text).toBe(`${JSON.stringify([found], null, 2)}\n`);
  });
});

describe('explain', () => {
  const explain = (id: string, recorded?: Explained) => renderExplain(id, all, places, recorded);

  test('shows all that is known of a requirement', () => {
    const as = 'API key of admin';
    const recorded: Explained = {
      passes: [
        { request: 'GET /mfa-config', as, answer: '200 {"enabled":false}' },
        { request: 'PUT /mfa-config', as, body: '{"enabled":false}', answer: '204', again: 2 },
      ],
      fails: {
        fault: 'config/round-trip-changes',
        expected: 'the same\n  as before',
        actual: 'another',
        exchanges: [{ request: 'GET /mfa-config', as: 'nobody', fields: ['X: 1'], answer: 'none: closed' }],
      },
    };

    expect(explain('mfa-config/put-round-trip', recorded)).toBe(`mfa-config/put-round-trip
If the target accepts a PUT of exactly what GET showed, nothing changes.

Level       must (gates)
Area        mfa-config: Cluster MFA configuration
Ground      standard
Source      RFC 9110 9.3.4; API document, UpdateMFAConfig
Operations  UpdateMFAConfig  PUT /mfa-config
            GetMFAConfig     GET /mfa-config
Releases    all
Needs       stateChanges  allow.stateChanges is true

Requests of its test, and the answers of the emulator
    1. GET /mfa-config   (API key of admin)
       -> 200 {"enabled":false}
    2. PUT /mfa-config   (API key of admin)
       {"enabled":false}
       -> 204
       (the last 2 again, once or more)

A fault that makes it fail: the emulator with --fault config/round-trip-changes
    1. GET /mfa-config   (nobody)
       X: 1
       -> none: closed
   expected: the same
               as before
   actual:   another

On a target of yours
   mfa-conformance run -t FILE --grep 'mfa-config/put-round-trip'
   If it fails, repro/mfa-config-put-round-trip.sh beside the reports reproduces it by curl.
`);
  });

  test('counts omitted parts of a long test and reports missing records', () => {
    const line = { request: 'POST /users/sessions', as: 'nobody', answer: '401' };
    const fails = { fault: 'a/b', expected: 'a', actual: 'b', exchanges: [] };

    expect(explain('http/utf-8', { passes: [line, line, line, line], leftOut: 7, fails })).toMatch(
      / {4}1\. POST .*\n.*\n {7}… 7 more …\n {4}9\. POST /,
    );
    expect(explain('http/utf-8', { passes: [], fails })).toContain('sends no request of its own');
    const ofLatest = explain('access/session-id-header', { release: 'latest', passes: [line], fails });
    expect(ofLatest).toContain('the answers of the emulator (release latest)');
  });

  test.each(rows`
    totp-login/keys-are-forgotten-where-told | \nLevel       fact (measured, not judged)\n
    totp-login/keys-are-forgotten-where-told | \nClaim       keys-are-forgotten (claimed by the vendor: must; denied: not applicable)
    access/session-id-header | \nReleases    from 7.2.1 on\n
    access/get-mfa-config-refuses-anonymous | \nNeeds       nothing but the admin account\n
    http/utf-8 | \nOperations  all\n
  `)('names level, claim, releases, needs and operations: %s, %s', (id, line) => {
    expect(explain(id)).toContain(line);
  });

  test('names an operation that a release lacks', () => {
    const text = renderExplain('mfa-config/get-answers-200', all, new Map(), undefined);

    expect(text).toContain('GetMFAConfig  not in this release');
  });
});
