import type { Outcome, OutcomeKind, Verdict } from '../../src/base/model/verdict.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import type { Judgement, Subject } from './matrix.js';

const requirements = loadRequirements();

/**
 * An invented judgement of a subject.
 *
 * @param called the operations that each requirement used
 * @param reason the reason of each outcome
 */
export function judgementWith(
  subject: Subject,
  outcomes: Readonly<Record<string, OutcomeKind>>,
  called: readonly string[] = [],
  reason = 'because',
): Judgement {
  const red = Object.keys(outcomes).filter((id) => outcomes[id] === 'fail');
  return { subject, verdict: verdictOf(outcomes, called, reason), trouble: [], red };
}

function verdictOf(
  outcomes: Readonly<Record<string, OutcomeKind>>,
  called: readonly string[],
  reason: string,
): Verdict {
  return {
    schemaVersion: 1,
    suite: { name: 'mfa-conformance', version: '0' },
    target: { name: 'some', baseUrl: 'http://127.0.0.1/v2', tlsInsecure: false },
    release: '7.1.2_u3',
    contract: { source: '', sha256: '' },
    mode: 'full',
    seed: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 1,
    gate: 'conforms',
    cause: '',
    scope: 'full',
    restored: true,
    residue: [],
    summary: {
      planned: 0,
      pass: 0,
      fail: 0,
      failShould: 0,
      notRun: 0,
      notApplicable: 0,
      waived: 0,
      inconclusive: 0,
    },
    outcomes: Object.entries(outcomes).map(([id, outcome]) => ({
      ...outcomeOf(id, outcome, called),
      reason,
    })),
    facts: {},
    waits: [],
    retries: { '429': 0, '503': 0 },
    coverage: { operations: {}, responses: {}, properties: {}, enumValues: {}, credentials: {} },
  };
}

function outcomeOf(id: string, outcome: OutcomeKind, called: readonly string[]): Outcome {
  const found = requirements.find((requirement) => requirement.id === id);
  return {
    id,
    outcome,
    level: 'must',
    title: '',
    source: '',
    operations: found?.operations ?? [],
    reason: 'because',
    reproduce: '',
    exchanges: called.map((operation) => ({
      operation,
      request: { method: 'GET', url: 'http://127.0.0.1/v2', headers: {} },
      startedAt: '2026-01-01T00:00:00.000Z',
      durationMs: 1,
    })),
    durationMs: 1,
  };
}
