import { resolve } from 'node:path';
import { defaultRelease, isReleaseName, type ReleaseName, releaseNames } from '../../base/model/releases.js';
import { answerRequirement } from '../judging/judge.js';
import { type CutDocument, cutDocument, type LoadOptions, releaseDocument } from '../openapi/load.js';
import { type OperationId, operationIds } from '../openapi/operations.js';
import { isUrl } from '../openapi/read-source.js';
import { appliesTo, loadRequirements, type Requirement } from '../requirements/catalogue.js';
import type { RequirementId } from '../requirements/uses.js';
import { breaksClients, breaksServers, type Change, changeKinds, type FoundChange } from './change.js';
import { compareOperations } from './compare-operations.js';
import { type OperationShape, operationShapes } from './operation-shape.js';

export interface Side {
  readonly name: string;
  readonly release: ReleaseName | null;
  readonly sha256: string;
  readonly operations: ReadonlyMap<OperationId, OperationShape>;
  /** `METHOD /path` of unknown operations that are tagged as MFA. */
  readonly furtherTagged: readonly string[];
}

export interface Diff {
  readonly from: Side;
  readonly to: Side;
  readonly changes: readonly Change[];
  /** Empty unless both sides are releases. */
  readonly onlyFrom: readonly RequirementId[];
  readonly onlyTo: readonly RequirementId[];
}

/** @param text a release, a file (from the working directory), or a URL */
export async function readSide(text: string, options: LoadOptions = {}): Promise<Side> {
  if (isReleaseName(text)) return releaseSide(text);
  return documentSide(await cutDocument(isUrl(text) ? text : resolve(text), options));
}

export async function releaseSide(release: ReleaseName): Promise<Side> {
  const cut = await cutDocument(releaseDocument(release), { trusted: true });
  return { ...documentSide(cut), name: release, release };
}

export function documentSide(cut: CutDocument): Side {
  const { source: name, sha256 } = cut.document;
  const { furtherTagged } = cut.found;
  return { name, release: null, sha256, operations: operationShapes(cut), furtherTagged };
}

export function diff(from: Side, to: Side): Diff {
  const found = new Map<string, { readonly change: FoundChange; readonly operations: Set<OperationId> }>();
  for (const id of operationIds) {
    for (const change of changesOf(from.operations.get(id), to.operations.get(id))) {
      const key = JSON.stringify(change);
      const known = found.get(key) ?? { change, operations: new Set<OperationId>() };
      known.operations.add(id);
      found.set(key, known);
    }
  }
  const changes = [...found.values()].map(({ change, operations }): Change => {
    const ids = [...operations];
    return { ...change, operations: ids, requirements: affectedBy(change, ids, from.release, to.release) };
  });
  const only = ({ release: here }: Side, { release: there }: Side) => {
    if (here === null || there === null) return [];
    const found = loadRequirements().filter((one) => appliesTo(one, here) && !appliesTo(one, there));
    return found.map(({ id }) => id);
  };
  return { from, to, changes: changes.sort(inOrder), onlyFrom: only(from, to), onlyTo: only(to, from) };
}

function changesOf(from: OperationShape | undefined, to: OperationShape | undefined): FoundChange[] {
  if (from !== undefined && to !== undefined) return compareOperations(from, to);
  const one = to ?? from;
  if (one === undefined) return [];
  const whole = { subject: `${one.method} ${one.path}`, direction: null } as const;
  return from === undefined
    ? [{ kind: 'operation-added', text: 'is new', ...whole, ...breaksServers }]
    : [{ kind: 'operation-removed', text: 'is gone', ...whole, ...breaksClients }];
}

function inOrder(one: Change, other: Change): number {
  const rank = ({ kind }: Change) => changeKinds.indexOf(kind);
  const text = ({ subject, direction, text: sentence }: Change) => `${subject}\0${direction}\0${sentence}`;
  const [left, right] = [text(one), text(other)];
  return rank(one) - rank(other) || (left < right ? -1 : Number(left > right));
}

/** Returns the release that differs least, the oldest if several do. */
export async function nearestRelease(side: Side): Promise<ReleaseName> {
  let nearest: { readonly release: ReleaseName; readonly changes: number } | undefined;
  for (const release of releaseNames) {
    const { changes } = diff(await releaseSide(release), side);
    if (nearest === undefined || changes.length < nearest.changes)
      nearest = { release, changes: changes.length };
  }
  return nearest?.release ?? defaultRelease;
}

export const isBreaking = ({ breaksClients: clients, breaksServers: servers }: Change): boolean =>
  clients || servers;

/** A change of an error affects only the requirement on errors. */
function affectedBy(
  change: FoundChange,
  operations: readonly OperationId[],
  from: ReleaseName | null,
  to: ReleaseName | null,
): RequirementId[] {
  const isOfOneOnly = (requirement: Requirement) =>
    from !== null && to !== null && appliesTo(requirement, from) !== appliesTo(requirement, to);
  return loadRequirements()
    .filter((requirement) => {
      const names = requirement.operations.some((id) => operations.includes(id));
      return (
        isOfItsKind(change, requirement) &&
        (isTouched(change, operations, requirement, names) ||
          (names && isRelevant(change) && isOfOneOnly(requirement)))
      );
    })
    .map(({ id }) => id);
}

/** Only access requirements are about credentials, and only the others are about requests and answers. */
function isOfItsKind({ kind, direction }: FoundChange, { area }: Requirement): boolean {
  if (kind.startsWith('credential')) return area === 'access';
  return direction === null || area !== 'access';
}

const isRelevant = ({ kind }: FoundChange): boolean =>
  !['privileges-documented', 'operation-deprecated', 'property-deprecated'].includes(kind);

function isTouched(
  change: FoundChange,
  operations: readonly OperationId[],
  { id, operations: own }: Requirement,
  names: boolean,
): boolean {
  if (change.kind.startsWith('credential')) return names || own.length === 0;
  if (change.direction === 'error') return id === 'http/errors-are-error';
  if (change.direction === 'answer' && operations.some((operation) => answerRequirement(operation) === id))
    return true;
  return names && (change.breaksClients || change.breaksServers);
}
