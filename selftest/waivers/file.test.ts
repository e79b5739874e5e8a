import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Waiver } from '../../src/base/model/verdict.js';
import { checkWaivers } from '../../src/verdict/waivers/check.js';
import { isDay } from '../../src/verdict/waivers/dates.js';
import { pruned } from '../../src/verdict/waivers/prune.js';
import { readWaivers } from '../../src/verdict/waivers/read.js';
import { messageOf, temporaryFolder, write } from '../target/files.js';
import { rows } from '../tool/rows.js';
import { waiver } from './sample.js';

const entry = (change: object = {}) => ({ ...waiver(), ...change });
const fileOf = (text: string, name = 'w.yaml') => write(temporaryFolder(), name, text);
const complaintOf = (text: string, name = 'w.yaml') =>
  messageOf(() => readWaivers(fileOf(text, name))).replaceAll(/^.*?(?=w\.(?:yaml|json):)/gm, '');

const waivers: Waiver[] = [
  waiver(),
  waiver({ requirement: 'totp-*', target: 'lab-*', releases: { since: '7.0', until: '7.1' } }),
  waiver({ releases: { until: 'latest' } }),
  waiver({ issue: 'MFA-7' }),
  waiver({ issue: '#7' }),
];

test.each([
  ['w.yaml', stringify({ waivers })],
  ['w.json', JSON.stringify({ $schema: 'x', waivers })],
])('a good file: %s', (name, text) => {
  expect(readWaivers(fileOf(text, name)).waivers).toEqual(waivers);
});

test('a good file with nothing in it', () => {
  expect(readWaivers(fileOf('waivers: []')).waivers).toEqual([]);
});

const one = (change: object) => stringify({ waivers: [entry(change)] });

describe('a bad file is reported with line, column and advice', () => {
  const texts = rows`
    nothing        |              | w.yaml:1:1 the file is empty: it needs the key waivers, a list
    a list         | - a          | w.yaml:1:1 the file is not a mapping (key: value): it needs the key waivers, a list
    no YAML        | waivers: [;  { | w.yaml:2:4 not valid YAML
    no list        | waivers: x   | w.yaml:1:10 waivers: must be a list
    an empty entry | waivers:;  - | waivers[0]: is empty: must be keys with values
    a release as a number | waivers:;  - releases: { since: 7.0 } | w.yaml:2:24 waivers[0].releases.since: must be quoted: "7.0"
  `.map(([is = '', text = '', says = '']) => [is, text.replaceAll(';', '\n'), says]);
  const entries = rows`
    an unknown key        | {"expire": "x"}            | waivers[0].expire: unknown key; did you mean expires?
    a blank reason        | {"reason": "  "}           | waivers[0].reason: is blank
    an invalid id         | {"requirement": "Totp Login"} | must be the id of a requirement, or a pattern over ids
    neither address nor key | {"issue": "later"}       | waivers[0].issue: must be an address
    a script for an address | {"issue": "javascript:alert(1)"} | waivers[0].issue: must be an address
    a day in another form | {"expires": "31.12.2026"}  | waivers[0].expires: must be a day such as 2026-12-31
    outside the calendar  | {"expires": "2026-02-30"}  | waivers[0].expires: is not a day of the calendar
    an unknown release    | {"releases": {"until": "7.2"}} | waivers[0].releases.until: must be one of
    releases without any  | {"releases": {}}           | waivers[0].releases: is empty: write since or until
    releases the wrong way round | {"releases": {"since": "7.1", "until": "7.0"}} | since 7.1 is newer than until 7.0
  `.map(([is = '', change = '', says = '']) => [is, one(JSON.parse(change)), says]);
  const noOwner = 'waivers[0].owner: missing. Who sees to it that the failure goes.';

  test.each([...texts, ...entries, ['no owner', one({ owner: undefined }), noOwner]])(
    '%s',
    (_is, text = '', says = '') => {
      expect(complaintOf(text)).toContain(says);
      expect(complaintOf(text)).toMatch(/^w\.yaml:\d+:\d+ /);
    },
  );

  test('all mistakes at once', () => {
    expect(complaintOf(one({ issue: 'x', expires: 'y' })).split('\n')).toHaveLength(2);
  });

  test('a missing file', () => {
    expect(messageOf(() => readWaivers('none/w.yaml'))).toBe('none/w.yaml: no such file');
  });

  test.each([
    ['2026-12-31', true],
    ['2028-02-29', true],
    ['2026-02-29', false],
    ['2026-13-01', false],
    ['2026-1-1', false],
  ])('%s is a day: %s', (text, wanted) => {
    expect(isDay(text)).toBe(wanted);
  });
});

const problems = (text: string, today = '2026-11-25') =>
  checkWaivers(readWaivers(fileOf(text)), ['area/one', 'area/two'], today).map(
    ({ kind, text: said }) => `${kind}: ${said.replace(/^.*?(?=w\.yaml:)/, '')}`,
  );

test('check: a file in order', () => {
  expect(
    problems(stringify({ waivers: [entry(), entry({ requirement: 'area/*' }), entry({ target: 'a' })] })),
  ).toEqual([]);
});

test('check: mistakes with their place', () => {
  const odd = [{ requirement: 'area/onn' }, { expires: '2026-11-24' }, {}, { owner: 'Ben' }];
  const text = stringify({ waivers: odd.map(entry) });

  expect(problems(text)).toEqual([
    'unmatched: w.yaml:2:18 area/onn: matches no requirement; did you mean area/one?',
    'expired: w.yaml:11:14 area/one: expired on 2026-11-24 (Ana): fix the failure or extend the waiver',
    'duplicate: w.yaml:12:18 area/one: repeats the waiver in line 7',
    'duplicate: w.yaml:17:18 area/one: repeats the waiver in line 7',
  ]);
});

const commented = `# Known failures.

# These are looked through each Monday.
waivers:
  # the first
  - requirement: area/one   # tail
    reason: >-
      long, and folded
      by hand
    owner: 'Ana'

  # the second,
  # in two lines
  - requirement: area/two
    owner: "Ben"

  - requirement: area/three
    owner: Cleo
  # at the end
`;

describe('prune keeps everything else', () => {
  const without = (...gone: number[]) => pruned(commented, 'w.yaml', new Set(gone));
  const first = commented.slice(commented.indexOf('  # the first'), commented.indexOf('  # the second'));
  const third = '  - requirement: area/three\n    owner: Cleo\n';
  const second = commented.slice(commented.indexOf('  # the second'), commented.indexOf(third));

  const emptied = commented.replace('waivers:', 'waivers: []');

  test.each([
    ['nothing', [], commented],
    ['the first', [0], commented.replace(first, '')],
    ['the second', [1], commented.replace(second, '')],
    ['the last', [2], commented.replace(third, '')],
    ['two', [0, 2], commented.replace(first, '').replace(third, '')],
    ['all', [0, 1, 2], [first, second, third].reduce((text, gone) => text.replace(gone, ''), emptied)],
  ])('without %s', (_is, gone, wanted) => {
    expect(without(...gone)).toBe(wanted);
  });

  test('Windows line ends', () => {
    const crlf = (text: string) => text.replaceAll('\n', '\r\n');
    expect(pruned(crlf(commented), 'w.yaml', new Set([1]))).toBe(crlf(commented.replace(second, '')));
  });

  test('a list without indentation', () => {
    const text = 'waivers:\n- a: 1\n# about b\n- b: 2\n';
    expect(pruned(text, 'w.yaml', new Set([1]))).toBe('waivers:\n- a: 1\n');
    expect(pruned(text, 'w.yaml', new Set([0]))).toBe('waivers:\n# about b\n- b: 2\n');
  });

  test('a list in brackets', () => {
    expect(pruned('# kept\nwaivers: [ { a: 1 }, { b: 2 } ] # tail\n', 'w.yaml', new Set([0]))).toBe(
      '# kept\nwaivers: [ { b: 2 } ] # tail\n',
    );
  });

  test('JSON', () => {
    expect(JSON.parse(pruned('{"waivers": [{"a": 1}, {"b": 2}]}', 'w.json', new Set([1])))).toEqual({
      waivers: [{ a: 1 }],
    });
  });

  test('anchors that others use are kept', () => {
    const text = 'waivers:\n  - &a { x: 1 }\n  - *a\n';
    expect(messageOf(() => pruned(text, 'w.yaml', new Set([0])))).toMatch(
      /^w\.yaml: the entries in line 2 can't be removed/,
    );
  });
});
