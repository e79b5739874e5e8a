import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { accountRoles } from '../target-file/allow.js';
import type { AccountRole } from '../target-file/target.js';
import type { AccountProof, Learned, Opens } from './learned.js';

/** Beside the log of the run. */
export const learnedFile = (log: string): string => join(dirname(log), 'accounts.json');

/** What the process before wrote; undefined where it wrote nothing, or nothing that can be read. */
export function readLearned(file: string): Learned | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return learnedOf(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function learnedOf(value: unknown): Learned {
  const read = membersOf(value);
  const unavailable = membersOf(read('unavailable'));
  const byRole = membersOf(read('accounts'));
  const accounts: { [Role in AccountRole]?: AccountProof } = {};
  for (const role of accountRoles) {
    const proof = byRole(role);
    if (proof !== undefined) accounts[role] = proofOf(proof);
  }
  const [sessions, tokens] = [text(unavailable('sessions')), text(unavailable('tokens'))];
  const sessionLimit = read('sessionLimit');
  return {
    unavailable: {
      ...(sessions === null ? {} : { sessions }),
      ...(tokens === null ? {} : { tokens }),
    },
    accounts,
    sessionLimit: typeof sessionLimit === 'number' ? sessionLimit : null,
    mailSilent: text(read('mailSilent')),
  };
}

function proofOf(value: unknown): AccountProof {
  const read = membersOf(value);
  const problems = read('problems');
  return {
    letIn: flag(read('letIn')),
    passwordAlone: flag(read('passwordAlone')),
    opens: opensOf(read('opens')),
    mailedCodes: flag(read('mailedCodes')),
    problems: Array.isArray(problems) ? problems.map(String) : [],
  };
}

function opensOf(value: unknown): Opens | null {
  const read = membersOf(value);
  const [support, config] = [text(read('support')), text(read('config'))];
  return support === null || config === null ? null : { support, config };
}

function membersOf(value: unknown): (name: string) => unknown {
  const members = new Map<string, unknown>(Object.entries(Object(value)));
  return (name) => members.get(name);
}

const text = (value: unknown) => (typeof value === 'string' ? value : null);
const flag = (value: unknown) => (typeof value === 'boolean' ? value : null);
