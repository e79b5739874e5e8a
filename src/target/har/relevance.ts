import { answerRequirement } from '../../contract/judging/judge.js';
import type { Operation } from '../../contract/openapi/contract.js';
import type { RequirementId } from '../../contract/requirements/uses.js';
import type { HarResponse } from './entry.js';

export const of204 = [
  'http/no-framing-of-204',
  'http/no-length-of-204',
  'http/no-transfer-encoding-of-204',
] as const;

/** The requirements that a recorded answer can break: recordings may lack headers and content. */
export function relevantTo(
  operation: Operation,
  { status, headers, body, asBytes }: HarResponse,
  mistaken: boolean,
): RequirementId[] {
  const hasHeaders = Object.keys(headers).length > 0;
  const relevant: RequirementId[] = ['http/no-redirect'];
  const when = (condition: boolean, ...ids: RequirementId[]) => {
    if (condition) relevant.push(...ids);
  };
  if (status >= 200 && status < 300 && body !== undefined) relevant.push(answerRequirement(operation.id));
  when(hasHeaders, 'http/has-date', 'security/no-secret-in-head');
  when(hasHeaders && status === 401, 'http/401-has-challenge');
  when(hasHeaders && status === 405, 'http/405-has-allow');
  when(hasHeaders && status === 204, ...of204);
  when(hasHeaders && (status === 429 || status === 503), 'http/retry-after-is-readable');
  when(
    hasHeaders && status === 201 && (operation.id === 'CreateTotpKey' || operation.id === 'CreateSession'),
    'http/secrets-are-not-stored',
  );
  when(mistaken, 'http/no-server-error-for-client-mistake');
  if (body === undefined || body.length === 0) return relevant;
  when(
    status >= 400,
    'http/errors-are-error',
    'http/errors-say-something',
    'security/errors-show-no-internals',
  );
  when(status >= 400 && hasHeaders, 'http/error-is-declared-json');
  when(
    true,
    'http/one-json-text',
    'http/unique-members',
    'http/repeated-members-agree',
    'security/no-secret-echoed',
  );
  when(asBytes, 'http/utf-8', 'http/no-bom');
  return relevant;
}
