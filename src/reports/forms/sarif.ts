import type { Outcome, Verdict } from '../../base/model/verdict.js';
import { printable } from '../../base/redaction/printable.js';
import { completenessOf } from '../../verdict/derive/completeness.js';
import { contractPlace } from './contract-place.js';
import { verdictLine } from './verdict-words.js';

const schema = 'https://json.schemastore.org/sarif-2.1.0.json';

/** Verdicts as SARIF 2.1.0 for code-scanning pages: a run a target, a result a failure, at the contract's lines. */
export function renderSarif(verdicts: readonly Verdict[]): string {
  const log = { $schema: schema, version: '2.1.0', runs: verdicts.map(runOf) };
  return `${printable(JSON.stringify(log, null, 2))}\n`;
}

function runOf(verdict: Verdict): object {
  const { suite, target, startedAt, durationMs, cause } = verdict;
  const shown = verdict.outcomes.filter(
    ({ outcome }) => outcome === 'fail' || outcome === 'waived' || outcome === 'inconclusive',
  );
  return {
    tool: {
      driver: {
        name: suite.name,
        semanticVersion: suite.version,
        rules: shown.map(({ id, title, source, level }) => ({
          id,
          shortDescription: { text: title },
          help: { text: `Source: ${source}\nmfa-conformance explain ${id}` },
          defaultConfiguration: { level: level === 'must' ? 'error' : 'warning' },
        })),
      },
    },
    automationDetails: { id: `mfa-conformance/${target.name}/` },
    invocations: [
      {
        executionSuccessful: verdict.gate !== 'inconclusive',
        startTimeUtc: startedAt,
        endTimeUtc: new Date(Date.parse(startedAt) + durationMs).toISOString(),
        ...(cause === '' ? {} : { toolExecutionNotifications: [{ message: { text: cause } }] }),
      },
    ],
    results: shown.map((outcome, ruleIndex) => resultOf(verdict, outcome, ruleIndex)),
    properties: { verdict: verdictLine(verdict), ...completenessOf(verdict) },
    columnKind: 'utf16CodeUnits',
  };
}

function resultOf(verdict: Verdict, outcome: Outcome, ruleIndex: number): object {
  const { id, title, reason, waiver, level } = outcome;
  const { source, line } = contractPlace(verdict, outcome);
  const kind = outcome.outcome === 'inconclusive' ? 'open' : 'fail';
  return {
    ruleId: id,
    ruleIndex,
    kind,
    // Only what failed has a level (SARIF 3.27.10).
    level: kind === 'open' ? 'none' : level === 'must' ? 'error' : 'warning',
    message: { text: `${verdict.target.name}: ${title}\n${reason}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(source) },
          ...(line === undefined ? {} : { region: { startLine: line } }),
        },
      },
    ],
    partialFingerprints: { 'requirement/v1': `${verdict.target.name}:${id}` },
    ...(waiver === undefined
      ? {}
      : { suppressions: [{ kind: 'external', justification: `${waiver.reason} (${waiver.owner})` }] }),
  };
}

const uriOf = (source: string): string => encodeURI(source.replaceAll('\\', '/'));
