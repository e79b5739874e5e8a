import { expect, test } from 'vitest';
import { renderMetrics } from '../../src/reports/forms/metrics.js';
import { sample } from './sample.js';

const labels = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"`;
const sampleLine = new RegExp(String.raw`^([a-zA-Z_:][a-zA-Z0-9_:]*)\{(${labels}(?:,${labels})*)\} (\S+)$`);
/** OpenMetrics reserves these endings for samples of other types. */
const reserved = /_(total|created|count|sum|bucket|gcount|gsum|info)$/;

/** The samples by series, read as OpenMetrics and `promtool check metrics` demand. */
function read(text: string): Map<string, number> {
  expect(text.endsWith('\n# EOF\n')).toBe(true);
  const series = new Map<string, number>();
  const seen = new Set<string>();
  let family = '';
  let told: string[] = [];
  for (const line of text.split('\n').slice(0, -2)) {
    const [, keyword, name = '', rest = ''] = /^# (TYPE|UNIT|HELP) (\S+) (.+)$/.exec(line) ?? [];
    if (keyword !== undefined) {
      if (name !== family) {
        expect(seen, 'the lines of a metric stand together').not.toContain(name);
        told = [];
      }
      family = name;
      seen.add(name);
      told.push(keyword);
      if (keyword === 'TYPE') expect(rest).toBe('gauge');
      if (keyword === 'UNIT') expect(name.endsWith(`_${rest}`)).toBe(true);
      expect(name).not.toMatch(reserved);
      continue;
    }
    const [, metric, , value] = sampleLine.exec(line) ?? [];
    expect(metric, line).toBe(family);
    expect(told).toEqual(expect.arrayContaining(['TYPE', 'HELP']));
    expect(new Set(told).size).toBe(told.length);
    const key = line.slice(0, line.lastIndexOf(' '));
    expect(series.has(key), key).toBe(false);
    expect(Number.isFinite(Number(value)), line).toBe(true);
    series.set(key, Number(value));
  }
  return series;
}

test('counts, verdict, duration and exit code by target', () => {
  const other = sample();
  const series = read(renderMetrics([sample(), { ...other, target: { ...other.target, name: 'b' } }]));
  const of = (name: string, more = '') =>
    series.get(`mfa_conformance_${name}{target="lab-7",release="7.1.2_u3"${more}}`);

  expect(of('requirements', ',level="must",outcome="fail"')).toBe(1);
  expect(of('requirements', ',level="should",outcome="fail"')).toBe(1);
  expect(of('verdict', ',verdict="does not conform"')).toBe(1);
  expect(of('verdict', ',verdict="conforms"')).toBe(0);
  expect([of('must_checked'), of('must_applicable')]).toEqual([2, 6]);
  expect([of('exit_code'), of('restored')]).toEqual([1, 1]);
  expect(of('run_duration_seconds')).toBe(sample().durationMs / 1000);
  expect(of('run_start_time_seconds')).toBe(Date.parse(sample().startedAt) / 1000);
  expect([...series.keys()].filter((key) => key.includes('target="b"'))).toHaveLength(series.size / 2);
});

test('a name with quotes, backslashes and line breaks is escaped', () => {
  const verdict = sample();
  const name = 'a"b\\c\nd';
  const series = read(renderMetrics([{ ...verdict, target: { ...verdict.target, name } }]));

  expect([...series.keys()].every((key) => key.includes('target="a\\"b\\\\c\\nd"'))).toBe(true);
});

test('without a verdict there are no samples', () => {
  expect(read(renderMetrics([])).size).toBe(0);
});
