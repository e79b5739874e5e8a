import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type rows from '../../../spec/uses.json';
import { defined } from '../../base/defined.js';
import type { Uses } from '../../base/model/uses.js';
import { packageRoot } from '../../base/package-root.js';

/** `npm run generate` gives each requirement a row. */
export type RequirementId = keyof typeof rows;

/** The uses of a test without a recorded row. */
export const everything: Uses = {
  cluster: 'set',
  support: 'set',
  users: Number.POSITIVE_INFINITY,
  mail: true,
  source: true,
  clock: true,
};

/** Written by `npm run generate -- uses` from runs on several emulators. */
export const usesFile = join(packageRoot(), 'spec', 'uses.json');
let loaded: Readonly<Record<string, Uses | null>> | undefined;

function loadUses(): Readonly<Record<string, Uses | null>> {
  loaded ??= JSON.parse(readFileSync(usesFile, 'utf8'));
  return loaded ?? {};
}

export const usesOf = (requirement: string): Uses => loadUses()[requirement] ?? everything;

export const isRequirementId = (text: string): text is RequirementId => Object.hasOwn(loadUses(), text);

export function joined(a: Uses, b: Uses): Uses {
  const cluster = withCluster(a.cluster, b.cluster);
  const support = [a.support, b.support].includes('set') ? 'set' : (a.support ?? b.support);
  const users = Math.max(a.users ?? 0, b.users ?? 0) || undefined;
  const [mail, source, clock] = [a.mail ?? b.mail, a.source ?? b.source, a.clock ?? b.clock];
  return defined({ cluster, support, users, mail, source, clock });
}

const parts = ['cluster', 'support', 'users', 'mail', 'source', 'clock'] as const;

function withCluster(a: Uses['cluster'], b: Uses['cluster']): Uses['cluster'] {
  if (a === undefined || a === b || a === 'read') return b ?? a;
  return b === undefined || b === 'read' ? a : 'set';
}

/**
 * Names the first part of `touch` that the row doesn't allow. With users, a row allows cluster MFA and mail:
 * a login may need a switch of cluster MFA, and a switch a mailed code.
 */
export function notAllowed(row: Uses, touch: Uses): string | undefined {
  const ofUsers: Uses = row.users === undefined ? {} : { cluster: 'set', users: Number.POSITIVE_INFINITY };
  const mayNeedMail = row.users !== undefined || row.support === 'set';
  const all = joined(joined(row, ofUsers), mayNeedMail ? { mail: true } : {});
  const both = joined(all, touch);
  const part = parts.find((each) => both[each] !== all[each]);
  return part === undefined || touch[part] === true ? part : `${part}: ${touch[part]}`;
}
