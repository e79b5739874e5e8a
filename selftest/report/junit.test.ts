import { describe, expect, test } from 'vitest';
import type { RunResults } from '../../src/base/model/results.js';
import type { Verdict } from '../../src/base/model/verdict.js';
import { renderCtrf } from '../../src/reports/forms/ctrf.js';
import { renderJUnit } from '../../src/reports/forms/junit.js';
import { deriveVerdict } from '../../src/verdict/derive/derive.js';
import { derived, exchange, planned, raw, runOf } from '../verdict/sample.js';
import { concerned } from '../waivers/sample.js';
import { hostileVerdict } from './hostile.js';
import { causesTold, sample, withCauses } from './sample.js';
import { type Element, parseXml } from './well-formed.js';

function suitesOf(xml: string): Record<string, Element> {
  return Object.fromEntries(parseXml(xml).children.map((suite) => [suite.attributes['name'] ?? '', suite]));
}

function casesOf(suite: Element | undefined): readonly Element[] {
  return suite?.children.filter(({ name }) => name === 'testcase') ?? [];
}

const markOf = (verdict: Verdict, area = 'area', at = 0) =>
  casesOf(suitesOf(renderJUnit(verdict))[area])[at]?.children[0];

test('a small verdict, to the letter', () => {
  const verdict = derived({
    planned: [
      planned('http/utf-8', { title: 'Is UTF-8.', source: 'RFC 8259 8.1' }),
      planned('http/no-bom'),
      planned('access/viewer', { notRun: 'no viewer' }),
    ],
    raw: [
      raw('http/utf-8', {
        kind: 'fail',
        reason: 'wanted "é"\ngot <0xE9>',
        reproduce: "curl 'https://h/?a&b'",
        exchanges: [exchange('https://h/?a&b')],
        durationMs: 1234,
      }),
      raw('http/no-bom', { durationMs: 7 }),
    ],
  });

  expect(renderJUnit(verdict)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="mfa-conformance lab-7: does not conform: 1 of 3 must failed" tests="3" failures="1" errors="0" skipped="1" time="12.345">
  <testsuite name="http" tests="2" failures="1" errors="0" skipped="0" time="1.241" timestamp="2026-11-25T00:00:00.000Z">
    <properties>
      <property name="release" value="7.1.2_u3"/>
      <property name="gate" value="does not conform"/>
      <property name="seed" value="1"/>
    </properties>
    <testcase name="http/utf-8" classname="lab-7.http" time="1.234"><failure message="wanted &quot;é&quot;&#10;got &lt;0xE9&gt;" type="must">Is UTF-8.
wanted "é"
got &lt;0xE9&gt;
level: must
source: RFC 8259 8.1
reproduce: curl 'https://h/?a&amp;b'
GET https://h/?a&amp;b -&gt; 200 (8 ms)</failure></testcase>
    <testcase name="http/no-bom" classname="lab-7.http" time="0.007"/>
  </testsuite>
  <testsuite name="access" tests="1" failures="0" errors="0" skipped="1" time="0.000" timestamp="2026-11-25T00:00:00.000Z">
    <properties>
      <property name="release" value="7.1.2_u3"/>
      <property name="gate" value="does not conform"/>
      <property name="seed" value="1"/>
    </properties>
    <testcase name="access/viewer" classname="lab-7.access" time="0.000"><skipped message="not run: no viewer"/></testcase>
  </testsuite>
</testsuites>
`);
});

describe('each outcome', () => {
  const suites = suitesOf(renderJUnit(sample()));
  const marks = (area: string) =>
    casesOf(suites[area]).map(({ children: [mark] }) =>
      [mark?.name, mark?.attributes['type']].join(' ').trim(),
    );

  test.each([
    ['totp-key', ['failure must', '']],
    ['http', ['skipped']],
    ['email-otp', ['error inconclusive', 'error inconclusive']],
    ['access', ['skipped', 'skipped']],
    ['support-mfa', ['skipped']],
  ])('in %s', (area, wanted) => {
    expect(marks(area)).toEqual(wanted);
  });

  test('skipped has its reason', () => {
    expect(markOf(sample(), 'support-mfa')?.attributes['message']).toBe('not applicable: since 7.2.1');
  });

  test.each([
    [false, 'skipped', 'advisory: fail it is', undefined],
    [true, 'failure', 'fail it is', 'should'],
  ])('a failed should gates with --strict only: %s', (strict, name, message, type) => {
    const options = { strict, requireComplete: false };
    const verdict = deriveVerdict(runOf('pass, should fail', { options }));

    const attributes = type === undefined ? { message } : { message, type };
    const text = expect.stringContaining('level: should');
    expect(markOf(verdict, 'area', 1)).toMatchObject({ name, text });
    expect(markOf(verdict, 'area', 1)?.attributes).toEqual(attributes);
    const { tests } = JSON.parse(renderCtrf(verdict)).results;
    expect(tests[1]).toMatchObject({ status: strict ? 'failed' : 'skipped', rawStatus: 'fail', message });
  });

  test.each(['should', 'fact'] as const)('an undecided %s is advice', (level) => {
    expect(markOf(deriveVerdict(runOf(`pass, ${level} inconclusive`)), 'area', 1)).toMatchObject({
      name: 'skipped',
      attributes: { message: 'advisory: inconclusive it is' },
    });
  });

  test('waived is skipped with its reason', () => {
    const waivers = [concerned({ issue: 'https://i/1', reason: 'known' })];

    expect(markOf(derived({ raw: [raw('area/one', { kind: 'fail' })], waivers }))).toMatchObject({
      name: 'skipped',
      attributes: { message: 'waived until 2026-12-31 (Ana, https://i/1): known' },
      text: expect.stringContaining('fail it is'),
    });
  });

  test('a failure of the baseline is skipped if only new ones gate', () => {
    const fails = [raw('area/one', { kind: 'fail' })];
    const baseline = { file: 'b.json', verdict: derived({ raw: fails }) };
    const mark = (policy: 'all' | 'new') => markOf(derived({ raw: fails, gateBy: { policy, baseline } }));

    const attributes = { message: 'fails as in the baseline: fail it is' };
    expect(mark('new')).toMatchObject({ name: 'skipped', attributes });
    expect(mark('all')?.name).toBe('failure');
  });

  test('the counts of the root are those of the cases', () => {
    const counts = { tests: '8', failures: '1', errors: '2', skipped: '4' };
    expect(parseXml(renderJUnit(sample())).attributes).toMatchObject(counts);
  });
});

const own = (xml: string) =>
  casesOf(suitesOf(xml)['run']).map(({ attributes, children }) => [
    attributes['name'],
    children[0]?.name,
    children[0]?.attributes['message'],
  ]);

const cut = { interrupted: 'SIGINT' };
const waivers = [concerned({ expired: true })];
const options = { strict: false, requireComplete: false, waiverProblems: 'warn' } as const;
const wasCut = ['run/gate', 'error', 'The run was cut short: SIGINT.'];
const restored = ['run/given-back', 'error', expect.stringContaining('mfa-conformance restore')];
const expired = ['run/gate', 'error', 'The waiver of area/one (Ana) expired on 2026-12-31.'];

test.each<[string, Partial<RunResults>, unknown[]]>([
  ['nothing of a good run', {}, []],
  ['a run cut short', cut, [wasCut]],
  ['a stale waiver', { waivers }, [expired]],
  ['no waiver that only warns', { waivers, options }, []],
  ['a gate with effect on the exit code', { ...cut, gateBy: { policy: 'all' } }, [wasCut]],
  ['no gate without effect on the exit code', { ...cut, gateBy: { policy: 'none' } }, []],
  ['a target not restored', { restored: false }, [restored]],
])('failures outside requirements are errors: %s', (_is, change, wanted) => {
  const xml = renderJUnit(derived(change));

  expect(own(xml)).toEqual(wanted);
  expect(parseXml(xml).attributes['errors']).toBe(String(wanted.length));
});

test.each([
  ['markup', '</failure><x a="1">&amp;&#0;', '</failure><x a="1">&amp;&#0;'],
  ['an end of CDATA', 'a]]>b', 'a]]>b'],
  ['quotes', `"'`, `"'`],
  ['white space', 'a\tb\nc\rd', 'a\tb\nc\rd'],
  ['ANSI', '\x1b[31mred\x1b[0m', '[31mred[0m'],
  ['a change of the writing direction', 'a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
  ['control characters', 'a\x00b\x08c\x0bd\x1fe', 'abcde'],
  ['half a character', 'a\ud800b\udc00c', 'abc'],
  ['no characters', 'a\ufffeb\uffffc', 'abc'],
  ['a doctype', '<!DOCTYPE x [<!ENTITY a "b">]>&a;', '<!DOCTYPE x [<!ENTITY a "b">]>&a;'],
  ['other planes', '🔑 鍵 é', '🔑 鍵 é'],
])('hostile texts: %s', (_what, hostile, wanted) => {
  const root = parseXml(renderJUnit(hostileVerdict(hostile)));
  const failure = casesOf(root.children[0])[0]?.children[0];

  expect(root.attributes['name']).toBe(
    `mfa-conformance ${wanted}: does not conform: 1 of 4 must failed, with 1 waived until 2026-12-31`,
  );
  expect(failure?.attributes['message']).toBe(wanted);
  expect(failure?.text).toBe(
    `${wanted}\n${wanted}\nlevel: must\nsource: ${wanted}\nreproduce: ${wanted}\n${wanted} ${wanted} -> 200 (8 ms)`,
  );
});

test('hostile texts: the reader of these tests refuses malformed XML', () => {
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  const tags = ['<a>', '<a></b>', '<a b="<"/>', '<a b="1" b="2"/>', '<a/><b/>'];
  const texts = ['&', '&x;', ']]>', '\x1b'].map((text) => `<a>${text}</a>`);
  for (const bad of [...tags, ...texts]) expect(() => parseXml(head + bad), bad).toThrow();
});

test('consequences name their failure, and the failure names them', () => {
  const { children } = parseXml(renderJUnit(withCauses));
  const texts = children.flatMap((suite) => casesOf(suite)).map((each) => each.children[0]?.text ?? '');

  expect(texts.map((text) => /^cause: (.*)$/m.exec(text)?.[1])).toEqual(causesTold);
});

test('of many exchanges the last ten are listed', () => {
  const many = Array.from({ length: 13 }, (_, n) => exchange(`https://h/${n}`));
  const xml = renderJUnit(derived({ raw: [raw('area/one', { kind: 'fail', exchanges: many })] }));

  expect(xml).toContain('(3 earlier requests are in verdict.json)');
  expect(xml).not.toContain('https://h/2 ');
  expect(xml).toContain('https://h/3 ');
  expect(xml).toContain('https://h/12 ');
});
