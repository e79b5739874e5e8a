import { areaOf, groupBy } from '../../base/group.js';
import type { Exchange } from '../../base/model/exchange.js';
import type { Outcome, Verdict } from '../../base/model/verdict.js';
import { cut } from '../../base/words.js';
import { warningsOf } from '../../verdict/derive/warnings.js';
import { gates, isKnownFailure, type RunProblem, runProblems } from './run-problems.js';
import { causeSentences } from './troubles.js';
import { verdictLine, waiverText } from './verdict-words.js';

/** The last requests of a long series matter most; verdict.json has all. */
const shownExchanges = 10;
const longestMessage = 2000;
const longestReason = 20_000;

interface TestCase {
  readonly name: string;
  readonly seconds: string;
  readonly kind: 'pass' | 'failure' | 'error' | 'skipped';
  readonly says?: { readonly message: string; readonly type?: string; readonly text?: string };
}

/** Undecided requirements are errors; those that don't gate are skipped. Red if the exit code is not 0. */
export function renderJUnit(verdict: Verdict): string {
  const causes = causeSentences(verdict);
  const caseOf = (outcome: Outcome) => testCase(outcome, verdict, causes.get(outcome.id));
  const suites = [...groupBy(verdict.outcomes, areaOf)].map(([area, outcomes]) =>
    suite(verdict, area, outcomes.map(caseOf)),
  );
  const own = runProblems(verdict).map(problemCase);
  if (own.length > 0) suites.push(suite(verdict, 'run', own));
  const cases = [...verdict.outcomes.map(caseOf), ...own];
  const head = attributes({
    name: `mfa-conformance ${verdict.target.name}: ${verdictLine(verdict)}`,
    ...counts(cases),
    time: seconds(verdict.durationMs),
  });
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites${head}>`, ...suites, '</testsuites>'];
  return `${lines.join('\n')}\n`;
}

function suite(verdict: Verdict, name: string, cases: readonly TestCase[]): string {
  const time = cases.reduce((sum, each) => sum + Number(each.seconds), 0).toFixed(3);
  const properties = [
    ['release', verdict.release],
    ['gate', verdict.gate],
    ['seed', String(verdict.seed)],
    ...(verdict.warnings ?? warningsOf(verdict)).map((warning) => ['warning', warning] as const),
  ] as const;
  const classname = `${verdict.target.name}.${name}`;
  return [
    `  <testsuite${attributes({ name, ...counts(cases), time, timestamp: verdict.startedAt })}>`,
    '    <properties>',
    ...properties.map(([key, value]) => `      <property${attributes({ name: key, value })}/>`),
    '    </properties>',
    ...cases.map((each) => {
      const head = `    <testcase${attributes({ name: each.name, classname, time: each.seconds })}`;
      if (each.says === undefined) return `${head}/>`;
      const { text = '', ...own } = each.says;
      const inner = `<${each.kind}${attributes(own)}`;
      return `${head}>${inner}${text === '' ? '/>' : `>${escapeText(text)}</${each.kind}>`}</testcase>`;
    }),
    '  </testsuite>',
  ].join('\n');
}

function counts(cases: readonly TestCase[]): Record<string, string> {
  const count = (kind: TestCase['kind']) => String(cases.filter((each) => each.kind === kind).length);
  const [failures, errors, skipped] = [count('failure'), count('error'), count('skipped')];
  return { tests: String(cases.length), failures, errors, skipped };
}

function testCase(outcome: Outcome, verdict: Verdict, cause: string | undefined): TestCase {
  const base = { name: outcome.id, seconds: seconds(outcome.durationMs) };
  const message = cut(outcome.reason, longestMessage);
  const caseOf = (kind: TestCase['kind'], text: string, type?: string): TestCase => ({
    ...base,
    kind,
    says: { message: text, ...(type && { type }), text: details(outcome, cause) },
  });
  const isOpen = outcome.outcome === 'fail' || outcome.outcome === 'inconclusive';
  if (isKnownFailure(outcome, verdict)) return caseOf('skipped', `fails as in the baseline: ${message}`);
  if (isOpen && !gates(outcome, verdict)) return caseOf('skipped', `advisory: ${message}`);
  switch (outcome.outcome) {
    case 'pass':
      return { ...base, kind: 'pass' };
    case 'fail':
      return caseOf('failure', message, outcome.level);
    case 'inconclusive':
      return caseOf('error', message, 'inconclusive');
    case 'waived':
      return caseOf('skipped', `waived ${waiverText(outcome.waiver)}`);
    default:
      return { ...base, kind: 'skipped', says: { message: `${outcome.outcome}: ${message}` } };
  }
}

const problemCase = ({ name, type, message }: RunProblem): TestCase => ({
  ...{ name: `run/${name}`, seconds: '0.000', kind: 'error', says: { message, type } },
});

function details(outcome: Outcome, cause: string | undefined): string {
  const left = outcome.exchanges.length - shownExchanges;
  const lines = [
    outcome.title,
    cut(outcome.reason, longestReason),
    ...(cause === undefined ? [] : [`cause: ${cause}`]),
    `level: ${outcome.level}`,
    `source: ${outcome.source}`,
    ...(outcome.reproduce === '' ? [] : [`reproduce: ${outcome.reproduce}`]),
    ...(left > 0 ? [`(${left} earlier requests are in verdict.json)`] : []),
    ...outcome.exchanges.slice(-shownExchanges).map(exchangeLine),
  ];
  return lines.join('\n');
}

export function exchangeLine({ request, response, error, durationMs }: Exchange): string {
  const answer = response === undefined ? (error ?? 'no answer') : String(response.status);
  return `${request.method} ${request.url} -> ${answer} (${Math.round(durationMs)} ms)`;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** Characters that XML 1.0 can't express (section 2.2), such as lone surrogates. */
const illegal =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it must find control characters
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\u{d800}-\u{dfff}]/gu;

/** Direction marks, which would make the shown text differ from the real one. */
const directional = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

function valid(text: string): string {
  return text
    .replace(illegal, '')
    .replace(directional, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Escapes text between tags. Parsers would read a bare carriage return as a line feed. */
function escapeText(text: string): string {
  return valid(text).replace(/[&<>\r]/g, (char) => entities[char] ?? char);
}

/** Escapes text in a quoted attribute, where parsers would read line ends and tabs as spaces. */
function escapeAttribute(text: string): string {
  return valid(text).replace(/[&<>"'\t\n\r]/g, (char) => entities[char] ?? char);
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
    .join('');
}
