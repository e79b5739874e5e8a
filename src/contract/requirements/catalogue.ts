import { readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { ConfigurationError } from '../../base/errors.js';
import { isSince, type ReleaseName } from '../../base/model/releases.js';
import type { Level } from '../../base/model/verdict.js';
import { builtPlace, packageRoot, readBuilt, writeBuilt } from '../../base/package-root.js';
import { programName } from '../../base/words.js';
import { ConfigDocument } from '../../input/config-file/document.js';
import { didYouMean, nearest } from '../../input/config-file/nearest.js';
import { pathText } from '../../input/config-file/problems.js';
import { checkSchema } from '../../input/config-file/schema.js';
import type { Contract } from '../openapi/contract.js';
import { isOperationId, type OperationId, operationIds, type Part, partOf } from '../openapi/operations.js';
import { isNeed, type Need, needNames } from './needs.js';
import { isRequirementId, type RequirementId } from './uses.js';

/** Why behaviour is required: a document says so, clients break, or attackers get in. */
export type Ground = 'document' | 'standard' | 'client' | 'security';

/** `spec/requirements/README.md` explains how to write one. */
export interface Requirement {
  readonly id: RequirementId;
  readonly area: string;
  readonly areaTitle: string;
  readonly level: Level;
  readonly text: string;
  readonly ground: Ground;
  readonly source: string;
  /** Makes the requirement a `must` if claimed, and not applicable if denied; otherwise `level` counts. */
  readonly claim?: string;
  /** Empty: every operation. */
  readonly operations: readonly OperationId[];
  readonly needs: readonly Need[];
  readonly since?: ReleaseName;
  readonly until?: ReleaseName;
}

let loaded: readonly Requirement[] | undefined;

/** @param folder replaces the package's own */
export function loadRequirements(folder?: string): readonly Requirement[] {
  if (folder !== undefined) return readFolder(folder);
  loaded ??= readBuilt<readonly Requirement[]>(placeOfBuilt()) ?? readFolder(ownFolder());
  return loaded;
}

/** Parses at build time: each process would take half a second for the YAML. */
export function buildCatalogue(): void {
  writeBuilt(placeOfBuilt(), JSON.stringify(readFolder(ownFolder())));
}

const ownFolder = () => join(packageRoot(), 'spec', 'requirements');
const schemaFile = 'requirements.schema.json';
const placeOfBuilt = () => builtPlace('requirements.json', filesOf(ownFolder()));

/** @throws ConfigurationError for an unknown id, with the nearest ids */
export function requirementById(id: string, all = loadRequirements()): Requirement {
  const found = all.find((requirement) => requirement.id === id);
  if (found !== undefined) return found;
  const near = nearIds(id, all);
  const meant = near.length === 0 ? `${programName()} list shows all` : `did you mean ${near.join(' or ')}?`;
  throw new ConfigurationError(`There is no requirement ${id}; ${meant}`);
}

export function appliesTo(requirement: Pick<Requirement, 'since' | 'until'>, release: ReleaseName): boolean {
  const { since, until } = requirement;
  return (since === undefined || isSince(release, since)) && (until === undefined || isSince(until, release));
}

export function whyNotApplicable(
  requirement: Pick<Requirement, 'since' | 'until' | 'operations' | 'needs'>,
  contract: Pick<Contract, 'release' | 'source' | 'operations'>,
): string | undefined {
  const { release, source, operations } = contract;
  if (!appliesTo(requirement, release)) return `does not apply to release ${release}`;
  const missing = requirement.operations.filter((id) => !operations.has(id));
  if (missing.length > 0) return `the contract (${source}) has no operation ${missing.join(', ')}`;
  if (requirement.needs.includes('supportMail') && !canSwitchMailOff(contract)) {
    return `the contract (${source}) has no operation SendSupportEmailOtp: support MFA by e-mail could not be switched off again`;
  }
  return undefined;
}

/** Since 6.8.1 switching support MFA by mail off takes a mailed code. */
export function canSwitchMailOff({ release, operations }: Pick<Contract, 'release' | 'operations'>): boolean {
  return operations.has('SendSupportEmailOtp') || !isSince(release, '6.8.1');
}

/** Returns the cluster if the operations are about users alone. */
export function partsOf(id: string): readonly Part[] {
  const parts = new Set(requirementById(id).operations.flatMap((operation) => partOf(operation) ?? []));
  return parts.size === 0 ? ['cluster'] : [...parts];
}

function nearIds(id: string, all: readonly Requirement[]): string[] {
  const ids = all.map((requirement) => requirement.id);
  const near = nearest(id, ids, 3);
  if (near.length > 0 || id.length < 3) return near;
  // People remember the slug or a part of it.
  const slugs = ids.filter((candidate) => candidate.endsWith(`/${id.toLowerCase()}`));
  if (slugs.length > 0) return slugs.slice(0, 3);
  return ids.filter((candidate) => candidate.includes(id.toLowerCase())).slice(0, 3);
}

function readFolder(folder: string): readonly Requirement[] {
  const files = filesOf(folder);
  if (files.length === 0) throw new ConfigurationError(`${folder}: holds no requirements (*.yaml)`);
  const seen = new Map<string, string>();
  return files.flatMap((file) => readFile(file, seen));
}

function filesOf(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
    return names.sort().map((name) => join(folder, name));
  } catch {
    throw new ConfigurationError(`${folder}: no such folder`);
  }
}

type Written = Omit<Requirement, 'id' | 'area' | 'areaTitle' | 'operations' | 'needs'> & {
  readonly id: string;
  readonly operations: readonly string[];
  readonly needs?: readonly string[];
};

function readFile(file: string, seen: Map<string, string>): Requirement[] {
  const document = ConfigDocument.read(file);
  type Content = { readonly area: string; readonly title: string; readonly requirements: readonly Written[] };
  const { area, title, requirements = [] } = checkSchema<Content>(document, schemaFile) ?? {};
  document.problems.throwIfAny();
  if (area !== basename(file, extname(file)))
    document.problem(['area'], "must be the file's name without .yaml");
  const read = requirements.flatMap((written, index) => readOne(document, written, index, title, seen));
  document.problems.throwIfAny();
  return read;
}

function readOne(
  document: ConfigDocument,
  written: Written,
  index: number,
  areaTitle = '',
  seen: Map<string, string>,
): Requirement[] {
  const at = (key: string) => ['requirements', index, key];
  const { id, since, until } = written;
  const earlier = seen.get(id);
  const { line } = document.placeOf(at('id'));
  if (earlier !== undefined) document.problem(at('id'), `${id} is taken: ${earlier}`);
  else seen.set(id, `${document.file}:${line} ${pathText(at('id'))}`);
  if (since !== undefined && until !== undefined && !isSince(until, since)) {
    document.problem(at('until'), `is older than since (${since})`);
  }
  const known = <T extends string>(
    key: 'operations' | 'needs',
    isKnown: (text: string) => text is T,
    all: readonly T[],
  ): T[] =>
    (written[key] ?? []).flatMap((item, n) => {
      if (isKnown(item)) return [item];
      document.problem([...at(key), n], `${item} is unknown${didYouMean(item, all)}`);
      return [];
    });
  const operations = known('operations', isOperationId, operationIds);
  const needs = known('needs', isNeed, needNames);
  if (isRequirementId(id))
    return [{ ...written, id, area: id.slice(0, id.indexOf('/')), areaTitle, operations, needs }];
  document.problem(at('id'), `${id} has no row in spec/uses.json: run npm run generate`);
  return [];
}

/** `*` stands for any characters; commas separate alternatives. */
export const idPattern = (glob: string): RegExp => new RegExp(`^(?:${alternatives(glob, '.*')})$`);

/** Playwright matches tags between spaces. */
export const tagPattern = (glob: string): RegExp => new RegExp(`@(?:${alternatives(glob, '[^ ]*')})(?= |$)`);

function alternatives(globs: string, anything: string): string {
  const sourceOf = (glob: string) => glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', anything);
  return globs
    .split(',')
    .map((glob) => sourceOf(glob.trim()))
    .join('|');
}
