import { type CredentialScheme, credentialSchemes } from './contract.js';
import type { SourceDocument } from './document.js';
import { isObject, type JsonObject, type Located } from './pointers.js';

interface DeclaredCredential {
  readonly scheme: CredentialScheme;
  readonly pointer: string;
}

/** By the document's own names: header fields identify the credentials. */
export function credentialsOf(document: SourceDocument): ReadonlyMap<string, DeclaredCredential> {
  const found = new Map<string, DeclaredCredential>();
  for (const [name, node] of document.members(document.find('/components/securitySchemes'))) {
    const scheme = schemeOf(name, node);
    if (scheme !== undefined) found.set(name, { scheme, pointer: node.pointer });
  }
  return found;
}

/** @param alternatives members of the document's `security` */
export function schemesIn(document: SourceDocument, alternatives: readonly JsonObject[]): CredentialScheme[] {
  const known = credentialsOf(document);
  const names = alternatives.flatMap((one) => Object.keys(one));
  return [...new Set(names.flatMap((name) => known.get(name)?.scheme ?? []))];
}

function schemeOf(name: string, { value }: Located): CredentialScheme | undefined {
  if (!isObject(value)) return undefined;
  const { type, in: place, name: header, scheme } = value;
  if (type === 'http' && String(scheme).toLowerCase() === 'bearer') return 'Bearer';
  if (type !== 'apiKey' || place !== 'header') return undefined;
  return byHeader.get(String(header).toLowerCase()) ?? credentialSchemes.find((each) => each === name);
}

const byHeader: ReadonlyMap<string, CredentialScheme> = new Map([
  ['apikey', 'APIKeyHeader'],
  ['authorization', 'Bearer'],
  ['session-id', 'SessionIdHeader'],
]);
