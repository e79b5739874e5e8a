import type { Outcome, Verdict } from '../../base/model/verdict.js';
import { printable } from '../../base/redaction/printable.js';
import { cut } from '../../base/words.js';
import { causesOf } from '../../verdict/derive/causes.js';
import { completenessOf } from '../../verdict/derive/completeness.js';
import { exchangeLine } from './junit.js';
import { gates, isKnownFailure, type RunProblem, runProblems } from './run-problems.js';
import { causeSentences } from './troubles.js';
import { verdictLine, waiverText } from './verdict-words.js';

/** The version of the Common Test Report Format, https://ctrf.io. */
const specVersion = '0.0.0';

const longestMessage = 4000;
const shownExchanges = 10;

const allStatuses = ['passed', 'failed', 'skipped', 'pending', 'other'] as const;
type Status = (typeof allStatuses)[number];

/** Undecided requirements are `other`; those that don't gate are `skipped`. `rawStatus`: the suite's word. */
export function renderCtrf(verdict: Verdict): string {
  const sentences = causeSentences(verdict);
  const tests: { readonly status: Status; readonly suite: readonly string[] }[] = [
    ...verdict.outcomes.map((outcome) => testOf(outcome, verdict, sentences.get(outcome.id))),
    ...runProblems(verdict).map((problem) => problemTest(problem, verdict)),
  ];
  const start = Date.parse(verdict.startedAt);
  const duration = Math.round(verdict.durationMs);
  const count = (status: Status) => tests.filter((test) => test.status === status).length;
  const report = {
    reportFormat: 'CTRF',
    specVersion,
    timestamp: new Date(start + duration).toISOString(),
    generatedBy: 'mfa-conformance',
    results: {
      tool: { name: 'mfa-conformance', version: verdict.suite.version },
      summary: {
        tests: tests.length,
        ...Object.fromEntries(allStatuses.map((status) => [status, count(status)])),
        suites: new Set(tests.map(({ suite }) => suite.join('/'))).size,
        ...{ start, stop: start + duration, duration },
      },
      tests,
      environment: {
        appName: verdict.target.name,
        appVersion: verdict.release,
        testEnvironment: verdict.target.baseUrl,
        extra: { mode: verdict.mode, seed: verdict.seed, contract: verdict.contract },
      },
      extra: {
        gate: verdict.gate,
        cause: verdict.cause,
        scope: verdict.scope,
        verdict: verdictLine(verdict),
        ...completenessOf(verdict),
        restored: verdict.restored,
        causes: verdict.causes ?? causesOf(verdict.outcomes),
        facts: verdict.facts,
      },
    },
  };
  return `${printable(JSON.stringify(report, null, 2))}\n`;
}

function testOf(outcome: Outcome, verdict: Verdict, cause: string | undefined) {
  const { id, level, title, source, operations, reason, reproduce, waiver } = outcome;
  const isKnown = isKnownFailure(outcome, verdict);
  const isAdvice = outcome.outcome === 'fail' && !gates(outcome, verdict);
  const why = isKnown ? 'fails as in the baseline: ' : isAdvice ? 'advisory: ' : '';
  const message = `${why}${waiver === undefined ? '' : `waived ${waiverText(waiver)}\n`}${reason}`;
  const trace = outcome.exchanges.slice(-shownExchanges).map(exchangeLine).join('\n');
  return {
    name: id,
    testId: id,
    status: why === '' ? statuses[outcome.outcome] : 'skipped',
    rawStatus: outcome.outcome,
    duration: Math.round(outcome.durationMs),
    suite: [verdict.target.name, id.split('/')[0] ?? ''],
    type: 'api',
    ...(reason !== '' && { message: cut(message, longestMessage) }),
    ...(trace !== '' && { trace: cut(trace, longestMessage) }),
    tags: [level, ...operations],
    extra: {
      level,
      requirement: title,
      source,
      ...(reproduce === '' ? {} : { reproduce: cut(reproduce, longestMessage) }),
      ...(waiver === undefined ? {} : { waiver }),
      ...(cause === undefined ? {} : { cause: cut(cause, longestMessage) }),
    },
  };
}

const statuses: Readonly<Record<Outcome['outcome'], Status>> = {
  ...{ pass: 'passed', fail: 'failed', inconclusive: 'other' },
  ...{ waived: 'skipped', 'not run': 'skipped', 'not applicable': 'skipped' },
};

const problemTest = ({ name, type, message }: RunProblem, { target }: Verdict) => ({
  ...{ name: `run/${name}`, testId: `run/${name}`, status: 'failed' as const, rawStatus: type, duration: 0 },
  ...{ suite: [target.name, 'run'], type: 'api', message: cut(message, longestMessage) },
});
