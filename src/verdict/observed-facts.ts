import { helperOperationIds } from '../contract/operations.js';
import type { Observation } from '../judging/observed.js';

/**
 * What all the exchanges of a run tell of the target beside the requirements: how it is spoken to, with which
 * statuses it refuses, and where it knows more than the document. Sorted, so that two nights can be compared.
 */
export function observedFacts(observations: readonly Observation[]): Record<string, unknown> {
  const refusals = new Map<string, Set<number>>();
  const undocumented = new Set<string>();
  const accepted = new Map<string, boolean>();
  for (const { operation, status, credential, mistake, undocumented: more } of observations) {
    if (status === null) continue;
    for (const each of more) undocumented.add(each);
    const isRefused = status >= 400;
    if (isRefused && mistake !== null) add(refusals, mistake, status);
    // Logins and POST /email-otp are there for those without a credential.
    if (operation === null || open.has(operation)) continue;
    if (isRefused && credential === 'none') add(refusals, 'no credential', status);
    if (credential !== 'none') accepted.set(credential, accepted.get(credential) === true || status < 300);
  }
  const facts: Record<string, unknown> = {};
  if (accepted.size > 0) {
    facts['credentialModes'] = sorted(
      [...accepted].map(([name, ok]) => [name, ok ? 'accepted' : 'not seen']),
    );
  }
  if (refusals.size > 0) {
    facts['refusalStatuses'] = sorted(
      [...refusals].map(([name, statuses]) => [name, [...statuses].sort((a, b) => a - b)]),
    );
  }
  if (undocumented.size > 0) facts['undocumented'] = [...undocumented].sort();
  return facts;
}

const open = new Set<string>([...helperOperationIds, 'CreateEmailOtp']);

function add(sets: Map<string, Set<number>>, key: string, value: number): void {
  sets.set(key, (sets.get(key) ?? new Set()).add(value));
}

function sorted(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}
