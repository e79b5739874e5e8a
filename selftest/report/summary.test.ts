import { describe, expect, test } from 'vitest';
import type { Check } from '../../src/base/model/check.js';
import type { RunResults } from '../../src/base/model/results.js';
import type { Verdict } from '../../src/base/model/verdict.js';
import { wordsOf } from '../../src/base/wording/check.js';
import { duration, wrap } from '../../src/base/words.js';
import { renderMarkdown } from '../../src/reports/forms/markdown.js';
import { renderSummary } from '../../src/reports/forms/summary.js';
import { deriveVerdict } from '../../src/verdict/derive/derive.js';
import { shownAt } from '../events/sample.js';
import { derived, planned, raw, runOf } from '../verdict/sample.js';
import { concerned } from '../waivers/sample.js';
import { hostileVerdict } from './hostile.js';
import { sample } from './sample.js';

const options = { colour: false, width: 100, outDir: 'reports/lab-7', files: ['verdict.json', 'junit.xml'] };
const lines = (verdict: Verdict, change: Partial<typeof options> = {}) =>
  renderSummary(verdict, { ...options, ...change })
    .trimEnd()
    .split('\n');

test('everything, to the letter', () => {
  expect(renderSummary(sample(), options)).toBe(`does not conform: 1 of 6 must failed

target    lab-7  https://10.2.0.7/v2
release   7.1.2_u3  (spec/releases/7.1.2_u3.yaml, sha256 abababababab)
run       full, seed 1, 2026-11-25T00:00:00.000Z, took 12.3 s
outcomes  1 pass, 1 must failed, 1 should failed, 2 inconclusive, 2 not run, 1 not applicable

Failed: 1 must

  1. totp-key/secret-matches-uri
     The secret of totpUri equals totpSecretKey.
     | expected: the secret of the URI
     | actual:    another one
     source: API document
     curl -X POST https://10.2.0.7/v2/totp-key -H 'apiKey: <key>'

Failed, advisory: 1 should
   - http/utf-8
     JSON bodies are UTF-8.
     | GetMFAConfig: 0xE9 is not UTF-8
     | second line

Inconclusive: 2
   2 no mail within 60 s
     email-otp/answers-204, email-otp/mails-a-code

Not run: 2
   2 no viewer account
     access/viewer-reads, access/viewer-writes-not

Measured
  Clock        In step with this machine's
  Credentials  bearer token: accepted
  Code window  Codes up to 1 step before and after now (±1)
  Throttle     None seen among the wrong codes sent
Waited 1 min 13 s in all: mail 1 min 0 s, code step 12.5 s
Requests repeated because the target asked for it: 2 times after 429, 1 time after 503

The target is in the state it was found in.
What can't be undone through the API:
  - the TOTP key of admin

Written to reports/lab-7: verdict.json, junit.xml

Exit code of this target: 1 (does not conform)
does not conform: 1 of 6 must failed
`);
});

test('failures name the scripts that reproduce them', () => {
  const scripts = new Map([
    ['totp-key/secret-matches-uri', 'repro/totp-key-secret-matches-uri.sh'],
    ['http/utf-8', 'repro/http-utf-8.sh'],
  ]);

  const text = renderSummary(sample(), { ...options, scripts });

  expect(text).toContain(
    "'apiKey: <key>'\n     reproduce: sh reports/lab-7/repro/totp-key-secret-matches-uri.sh\n",
  );
  expect(text).toContain('second line\n     reproduce: sh reports/lab-7/repro/http-utf-8.sh\n');
});

const strict = { options: { strict: true, requireComplete: false } };

test.each<[line: string, exit: string, of: string, change?: Partial<RunResults>]>([
  ['conforms (1 of 1 MUST requirements checked)', '0 (conforms)', 'pass'],
  [
    'no breach found · 1 of 2 MUST requirements checked · not run it is',
    '0 (no breach found, but not every MUST was checked: --require-complete makes this 3)',
    'pass, not run, should fail',
  ],
  ['does not conform: 1 of 2 must failed', '1 (does not conform)', 'fail, not run, should pass'],
  ['does not conform: 1 should failed (--strict)', '1 (does not conform)', 'pass, should fail', strict],
  ['inconclusive: 1 of 3 must could not be decided', '3 (inconclusive)', 'inconclusive, not run, pass'],
  ['inconclusive: The run was cut short: SIGINT', '3 (inconclusive)', 'pass', { interrupted: 'SIGINT' }],
  ['inconclusive: No must requirement was checked, so nothing can be said', '3 (inconclusive)', ''],
  [
    'conforms (1 of 1 MUST requirements checked)',
    '4 (the target was not restored to the state it was found in)',
    'pass',
    { restored: false },
  ],
])('the verdict stands first and last: %s, exit %s', (line, exit, of, change) => {
  const said = lines(deriveVerdict(runOf(of, change)));

  expect(said[0]).toBe(line);
  expect(said.at(-1)).toBe(line);
  expect(said.at(-2)).toBe(`Exit code of this target: ${exit}`);
});

test('warnings: TLS that was not verified', () => {
  const target = { name: 'lab-7', baseUrl: 'https://h/v2', tlsInsecure: true };
  const text = renderSummary(derived({ target }), options);

  expect(text).toContain('WARNING   TLS NOT VERIFIED (tls.insecure)');
  expect(text.indexOf('WARNING')).toBeLessThan(text.indexOf('outcomes'));
  expect(renderSummary(derived(), options)).not.toContain('WARNING');
});

test('warnings: a target that was not restored, with advice', () => {
  const text = renderSummary(derived({ restored: false }), options);

  expect(text).toContain('THE TARGET WAS NOT RESTORED TO THE STATE IT WAS FOUND IN');
  expect(text).toContain('mfa-conformance restore -t TARGET-FILE');
  expect(text).not.toContain('The target is in');
});

test('warnings: a failing run that was also cut short', () => {
  const verdict = derived({ raw: [raw('area/one', { kind: 'fail' })], interrupted: 'SIGINT' });

  expect(renderSummary(verdict, options)).toContain('\nThe run was cut short: SIGINT.\n');
});

const many = (musts: number, shoulds: number) => {
  const of = (level: 'must' | 'should', count: number) =>
    Array.from({ length: count }, (_, n) => planned(`${level}/n${n}`, { level }));
  const all = [...of('must', musts), ...of('should', shoulds)];
  return derived({ planned: all, raw: all.map(({ id }) => raw(id, { kind: 'fail' })) });
};
const count = (verdict: Verdict, pattern: RegExp) =>
  lines(verdict).filter((line) => pattern.test(line)).length;

test.each([
  [20, 0, 20, 0, undefined],
  [23, 0, 20, 0, 'and 3 more in reports/lab-7'],
  [18, 5, 18, 2, 'and 3 more in reports/lab-7'],
  [25, 4, 20, 0, 'and 9 more in reports/lab-7'],
])(
  'many failures: %i must and %i should: %i and %i are shown',
  (musts, shoulds, shownMusts, shownShoulds, more) => {
    const verdict = many(musts, shoulds);

    expect(count(verdict, /^ {1,2}\d+\. must\/n\d+$/)).toBe(shownMusts);
    expect(count(verdict, /^ {3}- should\/n\d+$/)).toBe(shownShoulds);
    expect(lines(verdict).filter((line) => /^and /.test(line))).toEqual(more === undefined ? [] : [more]);
  },
);

describe('the heading of failures counts its list', () => {
  const answer = { ...shownAt(0), status: 500 };
  const fails = (id: string, check: Check) =>
    raw(id, { kind: 'fail', reason: wordsOf(check), checks: [check] });
  const accepted: Check = { kind: 'accepted', answers: [answer] };
  const keys = [{ ...answer, operation: 'CreateTotpKey' }];
  const refused: Check = { kind: 'refused', answers: keys, least: '4xx' };
  const open = (id: string) => raw(id, { kind: 'inconclusive', blame: { answer } });

  test('by level, each item with a level that differs', () => {
    const verdict = derived({
      planned: [
        planned('area/must'),
        planned('area/should', { level: 'should' }),
        planned('area/open'),
        planned('area/advice', { level: 'should' }),
      ],
      raw: [
        raw('area/must', { kind: 'fail', checks: [{ kind: 'random', answers: [], pattern: 'repeated' }] }),
        fails('area/should', accepted),
        open('area/open'),
        fails('area/advice', refused),
      ],
    });
    const text = lines(verdict);

    expect(text.filter((line) => /^(?:Failed|Inconclusive|\s+\d\. |\s+- )/.test(line))).toEqual([
      'Failed: 1 must, 1 should',
      '  1. area/should (should)',
      '  2. area/must',
      'Failed, advisory: 1 should',
      '   - area/advice',
      'Inconclusive: 1, 1 follows from the failures above',
    ]);
    expect(text).toContain('     1 other follows from it: area/open');
  });

  test('by cause if an item stands for several', () => {
    const ids = ['area/one', 'area/two', 'area/three'];
    const raw = ids.map((id) => fails(id, accepted));
    const verdict = derived({ planned: ids.map((id) => planned(id)), raw });

    expect(lines(verdict)).toContain('Failed: 3 must, by 1 cause');
    expect(renderMarkdown(verdict)).toContain('### Failed: 3 must, by 1 cause\n');
  });

  test('all as advisory if only shoulds failed', () => {
    const verdict = derived({
      planned: ['area/one', 'area/two', 'area/three'].map((id) => planned(id, { level: 'should' })),
      raw: [fails('area/one', accepted), fails('area/two', accepted), fails('area/three', refused)],
    });

    expect(lines(verdict).filter((line) => line.startsWith('Failed'))).toEqual([
      'Failed, advisory: 2 should, by 1 cause',
      'Failed, advisory, each by a cause of its own: 1 should',
    ]);
  });

  test('a waived failure that others follow from is named so', () => {
    const verdict = derived({
      planned: [planned('area/one'), planned('area/two')],
      raw: [fails('area/one', accepted), open('area/two')],
      waivers: [concerned({ fits: ['area/one'] })],
    });

    expect(lines(verdict)).toEqual(expect.arrayContaining(['Failed: 1 waived', '  1. area/one (waived)']));
    expect(renderMarkdown(verdict)).toContain('**`area/one`** (waived) Text of area/one.');
  });
});

test('not-run requirements are grouped by reason, the largest group first, with some names', () => {
  const of = (area: string, count: number, notRun: string) =>
    Array.from({ length: count }, (_, n) => planned(`${area}/n${n}`, { notRun }));
  const all = [...of('a', 1, 'no viewer'), ...of('b', 6, 'no mail')];
  const text = renderSummary(derived({ planned: all, raw: [] }), options);

  expect(text).toContain(`Not run: 7
   6 no mail
     b/n0, b/n1, b/n2, b/n3 and 2 more
   1 no viewer
     a/n0
`);
});

const hostile = 'x\x1b[2J\rconforms\u202e\nconforms (9 of 9 MUST requirements checked)';
const verdict = hostileVerdict(hostile, { interrupted: hostile });

test('a text of the target controls no terminal', () => {
  const text = renderSummary(verdict, options);

  expect(text).toContain('x\\u001b[2J\\u000dconforms\\u202e');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it must find control characters
  expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/);
});

test('a text of the target cannot pass for a line of the suite', () => {
  const quoted = lines(verdict).filter((line) => line.startsWith('conforms'));

  // Only the line of the cause may begin so: the suite words it.
  expect(quoted.length).toBeLessThanOrEqual(1);
  expect(lines(verdict)[0]).toMatch(/^does not conform: /);
  expect(lines(verdict).at(-1)).toMatch(/^does not conform: /);
});

describe('form', () => {
  test('colour changes no text', () => {
    const coloured = renderSummary(sample({ restored: false }), { ...options, colour: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it must find control characters
    const stripped = coloured.replace(/\x1b\[[\d;]*m/g, '');

    expect(coloured).toContain('\x1b[1;31mdoes not conform');
    expect(stripped).toBe(renderSummary(sample({ restored: false }), options));
  });

  test('lines keep to the width, except commands to copy', () => {
    const long = 'word '.repeat(60).trim();
    const verdict = sample({
      planned: [planned('a/one', { title: long })],
      raw: [raw('a/one', { kind: 'fail', reason: long, reproduce: `curl ${long}` })],
    });
    const tooLong = lines(verdict, { width: 60 }).filter(
      (line) => line.length > 60 && !/^(?:target|release|run|outcomes|Waited|Requests) /.test(line),
    );

    expect(tooLong).toEqual([`     curl ${long}`]);
  });

  test.each([
    ['a b', 10, ['  a b']],
    ['aaaa bbbb cccc', 11, ['  aaaa bbbb', '  cccc']],
    ['averyverylongword b', 8, ['  averyverylongword', '  b']],
    ['- kept\n    deep', 20, ['  - kept', '      deep']],
    ['', 10, ['  ']],
    ['a\n\nb', 10, ['  a', '  ', '  b']],
  ])('wraps %j at %i', (text, width, wanted) => {
    expect(wrap(text, width, '  ')).toEqual(wanted);
  });

  test.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1000, '1.0 s'],
    [59_949, '59.9 s'],
    [59_999, '1 min 0 s'],
    [125_000, '2 min 5 s'],
  ])('%i ms is %s', (ms, wanted) => {
    expect(duration(ms)).toBe(wanted);
  });
});
