import type { Breach, BreachKinds, Finding as Found } from '../../base/model/breach.js';
import type { Contract, Judge, Operation } from '../openapi/contract.js';
import { type OperationId, operations } from '../openapi/operations.js';
import type { RequirementId } from '../requirements/uses.js';
import { memberOf, textOf } from './body.js';
import type { JsonBody } from './json-body.js';

export interface Finding extends Found {
  readonly requirement: RequirementId;
}

export interface Judged {
  readonly contract: Contract;
  readonly operation: OperationId | null;
  readonly method: string;
  readonly isAnonymousRead: boolean;
  readonly request?: unknown;
  readonly mistake?: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  readonly miscoded?: BreachKinds['miscoded'];
  readonly body: JsonBody;
  readonly leaks: readonly string[];
  readonly headLeaks: readonly BreachKinds['secret in head'][];
}

export const answerRequirement = (operation: OperationId): RequirementId => operations[operation].answers;

export function judge(answer: Judged): Finding[] {
  const findings: Finding[] = [];
  const report: Report = (requirement, breach) => findings.push({ requirement, breach });
  judgeHeaders(answer, report);
  for (const leak of answer.headLeaks)
    report('security/no-secret-in-head', { kind: 'secret in head', ...leak });
  if (answer.miscoded !== undefined) {
    report('http/content-is-coded-as-declared', { kind: 'miscoded', ...answer.miscoded });
    return findings;
  }
  if (answer.status >= 400) judgeForInternals(answer, report);
  if (answer.bytes > 0 && answer.method !== 'HEAD') judgeText(answer, report);
  const operation = answer.operation === null ? undefined : answer.contract.operations.get(answer.operation);
  if (answer.status >= 200 && answer.status < 300) {
    if (operation !== undefined && answer.method !== 'HEAD') judgeSuccess(answer, operation, report);
  } else if (answer.status >= 400) judgeError(answer, operation, report);
  if (answer.leaks.length > 0) {
    report('security/no-secret-echoed', { kind: 'secret in body', secrets: answer.leaks });
  }
  return findings;
}

type Report = (requirement: RequirementId, breach: Breach) => void;

function judgeHeaders(answer: Judged, report: Report): void {
  const { status, headers } = answer;
  const date = headers['date'];
  // A server error may lack the Date (RFC 9110 6.6.1).
  if (date === undefined) {
    if (status < 500) report('http/has-date', { kind: 'field missing', name: 'Date', status });
  } else if (!isHttpDate(date)) report('http/has-date', { kind: 'field malformed', name: 'Date' });
  // A redirect may correct a path's spelling or lead an anonymous reader to the login.
  const isRedirect = status >= 300 && status < 400 && answer.operation !== null;
  if (isRedirect && !answer.isAnonymousRead) report('http/no-redirect', { kind: 'redirect', status });
  if (status === 401 && !headers['www-authenticate']) {
    report('http/401-has-challenge', { kind: 'field missing', name: 'WWW-Authenticate', status });
  }
  if (status === 405 && headers['allow'] === undefined && !isGatewayStatus(answer))
    report('http/405-has-allow', { kind: 'field missing', name: 'Allow', status });
  if (status === 204) judgeFraming(headers, report);
  if (status === 429 || status === 503) judgeRetryAfter(answer, report);
  if (handsOutKey(answer) && asksForNoKey(answer.request))
    report('support-mfa/hands-out-no-key-unasked', { kind: 'unasked key' });
  if (handsOutSecret(answer) && !/\bno-store\b/i.test(headers['cache-control'] ?? '')) {
    report('http/secrets-are-not-stored', { kind: 'storable secret' });
  }
}

function judgeFraming(headers: Judged['headers'], report: Report): void {
  for (const name of ['Content-Length', 'Transfer-Encoding'] as const) {
    const seen = headers[name.toLowerCase()];
    if (seen === undefined) continue;
    report('http/no-framing-of-204', { kind: 'framing of 204', name, seen });
    if (name === 'Transfer-Encoding')
      report('http/no-transfer-encoding-of-204', { kind: 'framing of 204', name, seen });
    else if (seen.split(',').some((each) => Number(each) !== 0))
      report('http/no-length-of-204', { kind: 'length of 204', seen });
  }
}

function judgeRetryAfter(answer: Judged, report: Report): void {
  const after = answer.headers['retry-after'];
  if (isGatewayStatus(answer) || after === undefined || isHttpDate(after)) return;
  if (!/^\d+$/.test(after))
    report('http/retry-after-is-readable', { kind: 'field malformed', name: 'Retry-After' });
  else if (Number(after) > secondsPerYear)
    report('http/retry-after-is-readable', { kind: 'endless Retry-After' });
}

const secondsPerYear = 366 * 86_400;

const holdsKey = (body: JsonBody): boolean =>
  ['totpSecretKey', 'totpUri'].some((name) => textOf(body.value, name) !== undefined);

const handsOutKey = ({ operation, status, body }: Judged): boolean =>
  operation === 'UpdateSupportMFAConfig' && status < 300 && holdsKey(body);

/** True for codes by mail and for switching MFA off: both need no key. */
function asksForNoKey(request: unknown): boolean {
  const mode = textOf(request, 'mfaType');
  return mode === 'email' || (mode === undefined && memberOf(request, 'enabled') === false);
}

function handsOutSecret({ operation, status, body }: Judged): boolean {
  if (status < 200 || status >= 300) return false;
  if (operation === 'UpdateSupportMFAConfig') return holdsKey(body);
  return operation === 'CreateTotpKey' || operation === 'CreateSession' || operation === 'CreateAccessToken';
}

function judgeText({ status, headers, body, operation }: Judged, report: Report): void {
  if (operation === null || (!isJsonType(headers['content-type']) && !body.isJson)) return;
  if (body.hasBom) report('http/no-bom', { kind: 'byte order mark' });
  if (!body.isUtf8) report('http/utf-8', { kind: 'not UTF-8' });
  if (!body.isJson && status < 500) report('http/one-json-text', { kind: 'not JSON' });
  if (body.duplicates !== 'none') report('http/unique-members', { kind: 'repeated member' });
  if (body.duplicates === 'contrary') report('http/repeated-members-agree', { kind: 'contrary members' });
}

function judgeSuccess(answer: Judged, operation: Operation, report: Report): void {
  const requirement = answerRequirement(operation.id);
  const { success } = operation;
  const { status, bytes, body } = answer;
  if (status !== success.status) {
    report(requirement, { kind: 'wrong status', expected: success.status, status });
    return;
  }
  if (success.mediaType === undefined) {
    if (bytes > 0) report(requirement, { kind: 'unexpected content', bytes });
    return;
  }
  judgeType(requirement, success.mediaType, answer, report);
  if (!body.isJson) report(requirement, { kind: 'not JSON' });
  else for (const breach of brokenRules(success, body.value)) report(requirement, breach);
}

function judgeType(requirement: RequirementId, expected: string, { headers }: Judged, report: Report): void {
  const seen = headers['content-type'];
  if (!isJsonType(seen)) report(requirement, { kind: 'media type', expected, seen: seen ?? null });
}

/** @param of the value's name in the report */
export function brokenRules(
  schema: Judge & { readonly schemaName?: string | undefined },
  value: unknown,
  of = schema.schemaName ?? 'The body',
): Breach<'schema'>[] {
  return schema
    .mismatches(value)
    .map(({ instancePath: pointer, rule }) => ({ kind: 'schema', of, pointer, rule }));
}

function judgeError(answer: Judged, operation: Operation | undefined, report: Report): void {
  const { status, mistake } = answer;
  const isForAWhile = status === 503 && answer.headers['retry-after'] !== undefined;
  if (status >= 500 && mistake !== undefined && !isForAWhile && !isGatewayStatus(answer)) {
    report('http/no-server-error-for-client-mistake', { kind: 'server error', mistake, status });
  }
  if (operation === undefined || answer.method === 'HEAD' || isGatewayStatus(answer)) return;
  if (!answer.body.isJson) {
    const seen = answer.headers['content-type'] ?? null;
    report('http/errors-are-error', { kind: 'no Error', status, seen });
    return;
  }
  judgeType('http/error-is-declared-json', 'application/json', answer, report);
  const breaches = brokenRules(operation.error, answer.body.value);
  for (const breach of breaches) report('http/errors-are-error', breach);
  if (breaches.length === 0 && !saysSomething(answer.body.value))
    report('http/errors-say-something', { kind: 'empty Error', status });
}

/** Also judges HTML pages and unknown paths: failures outside the API's own code reveal most. */
function judgeForInternals({ status, body }: Judged, report: Report): void {
  const what = internals.find(([, pattern]) => pattern.test(body.text))?.[0];
  if (what !== undefined) report('security/errors-show-no-internals', { kind: 'internals', status, what });
}

/** Only gateways send these statuses (RFC 9110 15.6.3 and 15.6.5). */
export const gatewayStatuses: ReadonlySet<number> = new Set([502, 504]);
const limitStatuses: ReadonlySet<number> = new Set([408, 411, 413, 414, 415, 429, 431, 503]);
const pageStatuses: ReadonlySet<number> = new Set([400, 403, 404, 405, 406, 501]);

/** True if a limiter, a gateway or a web server answered in the API's place, without JSON. */
function isGatewayStatus({ status, headers, body }: Judged): boolean {
  if (body.isJson) return false;
  const isHtml = headers['content-type']?.toLowerCase().startsWith('text/html') === true;
  const isPage = isHtml && body.text.includes(String(status));
  return limitStatuses.has(status) || gatewayStatuses.has(status) || (pageStatuses.has(status) && isPage);
}

function saysSomething(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([name, text]) =>
      ['errorCode', 'message', 'code'].includes(name) && text !== null && String(text).trim() !== '',
  );
}

const internals: readonly (readonly [what: BreachKinds['internals']['what'], pattern: RegExp])[] = [
  [
    'a stack trace',
    /\bat [\w.$<>]+ ?\([^)]*:\d+(?::\d+)?\)|Traceback \(most recent call last\)|goroutine \d+ \[/,
  ],
  ['SQL', /\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM)\b.+\b(?:FROM|WHERE|VALUES|SET)\b/],
  ['a file path', /(?:^|[\s"'(])\/(?:usr|home|opt|var|etc|srv)\/[\w./-]+|[A-Z]:\\\\?[\w\\]+\\\\?\w+/],
  ['an internal address', /\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2}\b/],
];

export const isJsonType = (contentType: string | undefined): boolean =>
  contentType !== undefined && /^application\/json\s*(?:;|$)/i.test(contentType.trim());

/** An IMF-fixdate is the only form of a date that a server may send (RFC 9110 5.6.7). */
function isHttpDate(text: string): boolean {
  return (
    /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  );
}
