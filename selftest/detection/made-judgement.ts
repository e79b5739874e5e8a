import type { OutcomeKind } from '../../src/base/model/verdict.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { derived, exchange, outcomeOf } from '../verdict/sample.js';
import type { Judgement, Subject } from './matrix.js';

const requirements = loadRequirements();

/** @param called the operations that each requirement used @param reason the reason of each outcome */
export function judgementWith(
  subject: Subject,
  outcomes: Readonly<Record<string, OutcomeKind>>,
  called: readonly string[] = [],
  reason = 'because',
): Judgement {
  const red = Object.keys(outcomes).filter((id) => outcomes[id] === 'fail');
  const exchanges = called.map((operation) => ({ ...exchange(), operation }));
  const all = Object.entries(outcomes).map(([id, outcome]) => {
    const { operations = [] } = requirements.find((requirement) => requirement.id === id) ?? {};
    return outcomeOf(id, { outcome, operations, reason, exchanges });
  });
  return { subject, verdict: { ...derived(), outcomes: all }, trouble: [], red };
}
