import { writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { makeFolder } from '../base/files.js';
import type { ReleaseName } from '../base/model/releases.js';
import type { Verdict } from '../base/model/verdict.js';
import { programName, shellQuoted } from '../base/words.js';
import { diff, documentSide, nearestRelease, releaseSide } from '../contract/diff/diff.js';
import { withLoginOperations } from '../contract/judging/load-run-contract.js';
import type { Contract } from '../contract/openapi/contract.js';
import { contractOf, cutDocument, loadContract } from '../contract/openapi/load.js';
import { mfaOperationIds, type OperationId } from '../contract/openapi/operations.js';
import { isUrl } from '../contract/openapi/read-source.js';

export interface JudgedBy {
  readonly contract: Contract;
  readonly given: boolean;
  readonly inVerdict: Verdict['contract'];
  readonly notes: readonly string[];
}

export async function judgedBy(
  release: ReleaseName,
  location: string | undefined,
  externalRefs: boolean,
): Promise<JudgedBy> {
  const own = await loadContract(release);
  if (location === undefined) {
    const { source, sha256 } = own;
    return { contract: own, given: false, inVerdict: { source, sha256 }, notes: [] };
  }
  const cut = await cutDocument(isUrl(location) ? location : resolve(location), { externalRefs });
  const contract = withLoginOperations(contractOf(cut, release), own);
  contract.compileAll();
  const side = documentSide(cut);
  const { changes } = diff(await releaseSide(release), side);
  const missing = operationsOf(changes.filter(({ kind }) => kind === 'operation-removed'));
  const differing = operationsOf(changes.filter(({ kind }) => kind !== 'operation-removed'));
  const { source, sha256 } = contract;
  const ownIds = mfaOperationIds.filter((id) => own.operations.has(id));
  const has = ownIds.filter((id) => contract.operations.has(id)).length;
  const nearest = changes.length === 0 ? release : await nearestRelease(side);
  const notes = [
    `judged by ${source}, which has ${has} of the ${ownIds.length} MFA operations of release ${release}`,
  ];
  if (missing.length > 0) notes.push(`not in it: ${missing.join(', ')}`);
  if (differing.length > 0) notes.push(`not as in release ${release}: ${differing.join(', ')}`);
  const shown = /^[\w./:@%+=-]+$/.test(location) ? location : shellQuoted(location);
  if (changes.length > 0) notes.push(`${programName()} diff ${release} ${shown} shows each difference`);
  const advice = `--release ${nearest} judges by the requirements of that release`;
  if (nearest !== release) notes.push(`it is nearest to release ${nearest}: ${advice}`);
  for (const { pointer, message } of contract.anomalies) notes.push(`${source}: ${pointer}: ${message}`);
  return { contract, given: true, inVerdict: { source, sha256, missing, differing }, notes };
}

/** Saves a given contract, so that workers work without its source and the network. */
export function writeContract(contract: Contract, file: string): void {
  makeFolder(dirname(file));
  writeFileSync(file, `${JSON.stringify(contract.excerpt)}\n`);
}

function operationsOf(changes: readonly { readonly operations: readonly OperationId[] }[]): OperationId[] {
  return [...new Set(changes.flatMap(({ operations }) => operations))];
}
