import type { Outcome, Verdict } from '../../base/model/verdict.js';
import { completenessOf } from '../../verdict/derive/completeness.js';
import { exitCode } from '../../verdict/derive/exit-code.js';

export interface Subject {
  readonly name: string;
  readonly sha256: string;
}

type Result = 'PASSED' | 'WARNED' | 'FAILED';

/** Renders an unsigned in-toto statement. PASSED: all was checked, and nothing failed or is waived. */
export function renderAttestation(
  verdicts: readonly Verdict[],
  subjects: readonly Subject[],
  isStrict: boolean,
): string {
  const results = verdicts.map((verdict) => resultOf(verdict));
  const result = (['FAILED', 'WARNED'] as const).find((each) => results.includes(each)) ?? 'PASSED';
  const named = (result: Result) =>
    verdicts.flatMap(({ target, outcomes }) =>
      outcomes
        .filter((outcome) => resultOfTest(outcome, isStrict) === result)
        .map(({ id }) => (verdicts.length > 1 ? `${target.name} ${id}` : id)),
    );
  const contracts = new Map(verdicts.map(({ contract }) => [contract.sha256, contract.source]));
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjects.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
    predicate: {
      result: verdicts.length === 0 ? 'FAILED' : result,
      configuration: [
        ...[...new Set(verdicts.map(({ suite }) => suite.version))].map((version) => ({
          uri: `pkg:npm/mfa-conformance@${version}`,
        })),
        ...[...contracts].map(([sha256, name]) => ({ name, digest: { sha256 } })),
      ],
      passedTests: named('PASSED'),
      warnedTests: named('WARNED'),
      failedTests: named('FAILED'),
    },
  };
  return `${JSON.stringify(statement, null, 2)}\n`;
}

/** Returns FAILED for an undecided or unrestored run, because a reader's policy may accept WARNED. */
function resultOf(verdict: Verdict): Result {
  if (verdict.gate !== 'conforms' || exitCode([verdict]) !== 0) return 'FAILED';
  const { fail, failShould, waived } = verdict.summary;
  return completenessOf(verdict).complete && fail + failShould + waived === 0 ? 'PASSED' : 'WARNED';
}

function resultOfTest({ outcome, level }: Outcome, isStrict: boolean): Result | undefined {
  if (outcome === 'pass') return 'PASSED';
  if (outcome === 'not applicable') return undefined;
  const gates = level === 'must' || (level === 'should' && isStrict);
  return gates && (outcome === 'fail' || outcome === 'inconclusive') ? 'FAILED' : 'WARNED';
}
