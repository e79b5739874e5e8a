import type { Breach } from '../../base/model/breach.js';
import { Secret } from '../../base/secret.js';
import { brokenRules } from '../../contract/judging/judge.js';
import type { Operation } from '../../contract/openapi/contract.js';
import type { Credential } from '../../wire/http/credential.js';
import type { HarEntry } from './entry.js';

/** Usual names of credentials in URLs, where the contract has no place for them. */
const inUrl = /^(?:api[-_]?key|access[-_]?token|token|session[-_]?id|password|otp[-_]?code|mfa[-_]?code)$/i;

/** The credential that a recorded request carries in its documented place. */
export function credentialOf({ headers }: HarEntry['request']): Credential {
  const key = headers['apikey'];
  if (key !== undefined) return { scheme: 'APIKeyHeader', key: new Secret(key) };
  const session = headers['session-id'];
  if (session !== undefined) return { scheme: 'SessionIdHeader', id: new Secret(session) };
  const [tokenType, token] = (headers['authorization'] ?? '').split(/\s+/, 2);
  if (token !== undefined) return { scheme: 'Bearer', tokenType: tokenType ?? '', token: new Secret(token) };
  return { scheme: 'none' };
}

export function secretsInUrl(url: string): [name: string, value: string][] {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const named = [...(parsed?.searchParams ?? [])].filter(([name]) => inUrl.test(name));
  return parsed?.password ? [...named, ['password', decodeURIComponent(parsed.password)]] : named;
}

/** The breaches of the contract in a recorded request body, without its values. */
export function bodyBreaches(operation: Operation, body: string | undefined, json: unknown): Breach[] {
  const { request } = operation;
  // Browsers don't record every body, so a missing one proves nothing.
  if (body === undefined) return [];
  if (request === undefined) return [{ kind: 'unexpected request body' }];
  return json === undefined ? [{ kind: 'not JSON' }] : brokenRules(request, json, 'The request body');
}
