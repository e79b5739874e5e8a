import { isSince, type Release } from '../releases.js';
import { clusterOperations } from './cluster.js';
import { loginOperations } from './login.js';
import type { Operation } from './operation.js';
import { secondStepOperations } from './second-step.js';
import { supportOperations } from './support.js';
import { configureOperations } from './support-configure.js';

const rows = [
  ...clusterOperations,
  ...supportOperations,
  ...configureOperations,
  ...loginOperations,
  ...secondStepOperations,
] as const;

export type OperationId = (typeof rows)[number]['id'];

export function isOperationId(name: string): name is OperationId {
  return rows.some(({ id }) => id === name);
}

export const operations: readonly (Operation & { readonly id: OperationId })[] = rows;

export type OperationOfRelease = Operation & { readonly path: string };

export function operationsOf(release: Release): readonly OperationOfRelease[] {
  return operations
    .filter(({ since }) => since === undefined || isSince(release.name, since))
    .map((each) => ({ ...each, path: typeof each.path === 'string' ? each.path : each.path(release) }));
}
