import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { ConfigurationError } from '../../src/base/errors.js';
import type { ReleaseName } from '../../src/base/model/releases.js';
import { loadContractFile } from '../../src/contract/openapi/load.js';
import { temporaryFolder, write } from '../target/files.js';
import './compiled-once.js';
import { releaseFile } from './raw.js';

export interface Part {
  [name: string]: Part;
}

export function written(content: string, name = 'document.yaml'): string {
  return write(temporaryFolder(), name, content);
}

export function changedRelease(change: (document: Part) => void, release: ReleaseName = '7.1.2_u3'): string {
  // JSON is YAML, and is read in half the time.
  return written(JSON.stringify(changedContent(change, release), undefined, 1));
}

const contents = new Map<ReleaseName, Part>();

/** The content of a release's document after changes, not validated. If it lacks a place to change, the test fails. */
export function changedContent(change: (document: Part) => void, release: ReleaseName = '7.1.2_u3'): unknown {
  const content: Part = contents.get(release) ?? parse(readFileSync(releaseFile(release), 'utf8'));
  contents.set(release, content);
  const copy = structuredClone(content);
  change(copy);
  return copy;
}

export function put(part: Part, path: readonly string[], value: unknown): void {
  const last = path.at(-1) ?? '';
  let parent = part;
  for (const name of path.slice(0, -1)) {
    const next = parent[name];
    if (next === undefined) throw new Error(`there is no ${name} in ${path.join(' / ')}`);
    parent = next;
  }
  Reflect.set(parent, last, value);
}

export function remove(part: Part, path: readonly string[]): void {
  const parent = path.slice(0, -1).reduce<Part | undefined>((at, name) => at?.[name], part);
  if (parent === undefined || !Reflect.has(parent, path.at(-1) ?? ''))
    throw new Error(`no ${path.join(' / ')}`);
  Reflect.deleteProperty(parent, path.at(-1) ?? '');
}

export async function complaintAbout(location: string, externalRefs = false): Promise<string> {
  const result: unknown = await loadContractFile(location, '7.1.2_u3', { externalRefs })
    .then((contract) => contract.compileAll())
    .catch((error: unknown) => error);
  expect(result).toBeInstanceOf(ConfigurationError);
  return result instanceof Error ? result.message : '';
}
