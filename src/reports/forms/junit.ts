import type { Exchange } from '../../base/model/exchange.js';
import type { Outcome, Verdict } from '../../base/model/verdict.js';
import { cut } from '../../base/words.js';
import { areaOf, groupBy } from '../../verdict/derive/group.js';
import { warningsOf } from '../../verdict/derive/warnings.js';
import { gates, isKnownFailure, type RunProblem, runProblems } from './run-problems.js';
import { causeSentences } from './troubles.js';
import { verdictLine, waiverText } from './verdict-words.js';
import { attributes, escapeText } from './xml.js';

/** The last requests of a long series matter most; verdict.json has all. */
const shownExchanges = 10;
/** In characters; verdict.json has the whole text. */
const longestMessage = 2000;
const longestReason = 20_000;

interface TestCase {
  readonly name: string;
  readonly seconds: string;
  /** Empty for a pass. */
  readonly inner: string;
  readonly kind: 'pass' | 'failure' | 'error' | 'skipped';
}

/**
 * The verdict as JUnit XML. Gating failures are failures with their level as type; undecided requirements are errors.
 * Requirements that don't gate are skipped, with the reason.
 *
 * Problems of the run itself are errors in a suite `run`, so the file is red whenever the exit code is not 0.
 */
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
      return each.inner === '' ? `${head}/>` : `${head}>${each.inner}</testcase>`;
    }),
    '  </testsuite>',
  ].join('\n');
}

function counts(cases: readonly TestCase[]): Record<string, string> {
  const count = (kind: TestCase['kind']) => String(cases.filter((each) => each.kind === kind).length);
  return {
    tests: String(cases.length),
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
  };
}

function testCase(outcome: Outcome, verdict: Verdict, cause: string | undefined): TestCase {
  const base = { name: outcome.id, seconds: seconds(outcome.durationMs) };
  const message = cut(outcome.reason, longestMessage);
  const skipped = (text: string, inner: string): TestCase => ({
    ...base,
    kind: 'skipped',
    inner: element('skipped', { message: text }, inner),
  });
  const isOpen = outcome.outcome === 'fail' || outcome.outcome === 'inconclusive';
  const why = isKnownFailure(outcome, verdict)
    ? 'fails as in the baseline'
    : isOpen && !gates(outcome, verdict)
      ? 'advisory'
      : undefined;
  if (why !== undefined) return skipped(`${why}: ${message}`, details(outcome, cause));
  switch (outcome.outcome) {
    case 'pass':
      return { ...base, kind: 'pass', inner: '' };
    case 'fail':
      return {
        ...base,
        kind: 'failure',
        inner: element('failure', { message, type: outcome.level }, details(outcome, cause)),
      };
    case 'inconclusive':
      return {
        ...base,
        kind: 'error',
        inner: element('error', { message, type: 'inconclusive' }, details(outcome, cause)),
      };
    case 'waived':
      return skipped(`waived ${waiverText(outcome.waiver)}`, details(outcome, cause));
    default:
      return skipped(`${outcome.outcome}: ${message}`, '');
  }
}

function problemCase({ name, type, message }: RunProblem): TestCase {
  return {
    name: `run/${name}`,
    seconds: '0.000',
    kind: 'error',
    inner: element('error', { message, type }, ''),
  };
}

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

function element(name: string, values: Readonly<Record<string, string>>, text: string): string {
  const head = `<${name}${attributes(values)}`;
  return text === '' ? `${head}/>` : `${head}>${escapeText(text)}</${name}>`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
