import type { Outcome, Verdict } from '../../base/model/verdict.js';
import { printable } from '../../base/redaction/printable.js';
import { cut } from '../../base/words.js';
import { linksOfSource } from '../../contract/requirements/source-links.js';
import { completenessOf } from '../../verdict/derive/completeness.js';
import { contractPlace } from './contract-place.js';
import { gates } from './run-problems.js';
import { verdictLine } from './verdict-words.js';

const schema = 'https://json.schemastore.org/sarif-2.1.0.json';
/** SARIF wants the tool's address, but the suite has no website. */
const informationUri = 'https://mfa-conformance.invalid/';
const longestReason = 4000;

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
        informationUri,
        rules: shown.map((outcome) => ruleOf(outcome, levelOf(outcome, verdict))),
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

function ruleOf({ id, title, source }: Outcome, level: string): object {
  return {
    id,
    name: id.replace(/(?:^|[/-])(\w)/g, (_, first: string) => first.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: `${title} Source: ${source}.` },
    helpUri: linksOfSource(source)[0]?.url ?? informationUri,
    help: { text: `mfa-conformance explain ${id} shows the exchanges that make it fail.` },
    defaultConfiguration: { level },
  };
}

const levelOf = (outcome: Outcome, verdict: Verdict): string =>
  gates(outcome, verdict) ? 'error' : 'warning';

function resultOf(verdict: Verdict, outcome: Outcome, ruleIndex: number): object {
  const { id, title, reason, waiver } = outcome;
  const { source, line } = contractPlace(verdict, outcome);
  const kind = outcome.outcome === 'inconclusive' ? 'open' : 'fail';
  return {
    ruleId: id,
    ruleIndex,
    kind,
    // Only failures have a level (SARIF 3.27.10).
    level: kind === 'open' ? 'none' : levelOf(outcome, verdict),
    message: { text: `${verdict.target.name}: ${title}\n${cut(reason, longestReason)}` },
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
