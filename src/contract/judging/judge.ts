import type { Breach, BreachKinds, Finding as Found } from '../../base/model/breach.js';
import type { Contract, Judge, Operation } from '../openapi/contract.js';
import { type OperationId, operations } from '../openapi/operations.js';
import type { RequirementId } from '../requirements/ids.js';
import { memberOf, textOf } from './body.js';
import { gatewayStatuses } from './gateway.js';
import type { JsonBody } from './json-body.js';

export interface Finding extends Found {
  readonly requirement: RequirementId;
}

export interface Judged {
  readonly contract: Contract;
  readonly operation: OperationId | null;
  readonly method: string;
  /** A read without any credential. */
  readonly isAnonymousRead: boolean;
  /** What was sent, where it was JSON. */
  readonly request?: unknown;
  /** The request was a client's mistake on purpose: what kind of. */
  readonly mistake?: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  /** What is wrong with the codings of its content. */
  readonly miscoded?: BreachKinds['miscoded'];
  readonly body: JsonBody;
  /** What of the run's secrets the body holds though it should not. */
  readonly leaks: readonly string[];
  /** What of them status line and header fields hold. */
  readonly headLeaks: readonly BreachKinds['secret in head'][];
}

/** Which requirement speaks of an operation's success answer. */
export function answerRequirement(operation: OperationId): RequirementId {
  return operations[operation].answers;
}

/** All that one answer breaks of the contract and of HTTP; an empty list for a good one. */
export function judge(answer: Judged): Finding[] {
  const findings: Finding[] = [];
  const found: Find = (requirement, breach) => findings.push({ requirement, breach });
  judgeHeaders(answer, found);
  for (const leak of answer.headLeaks)
    found('security/no-secret-in-head', { kind: 'secret in head', ...leak });
  if (answer.miscoded !== undefined) {
    // What can't be read shows nothing more.
    found('http/content-is-coded-as-declared', { kind: 'miscoded', ...answer.miscoded });
    return findings;
  }
  if (answer.status >= 400) judgeForInternals(answer, found);
  if (answer.bytes > 0 && answer.method !== 'HEAD') judgeText(answer, found);
  const operation = answer.operation === null ? undefined : answer.contract.operations.get(answer.operation);
  if (answer.status >= 200 && answer.status < 300) {
    if (operation !== undefined && answer.method !== 'HEAD') judgeSuccess(answer, operation, found);
  } else if (answer.status >= 400) judgeError(answer, operation, found);
  if (answer.leaks.length > 0) {
    found('security/no-secret-echoed', { kind: 'secret in body', secrets: answer.leaks });
  }
  return findings;
}

type Find = (requirement: RequirementId, breach: Breach) => void;

function judgeHeaders(answer: Judged, found: Find): void {
  const { status, headers } = answer;
  const date = headers['date'];
  // Of a server error it may be missing.
  if (date === undefined) {
    if (status < 500) found('http/has-date', { kind: 'field missing', name: 'Date', status });
  } else if (!isHttpDate(date)) found('http/has-date', { kind: 'field malformed', name: 'Date' });
  // Another spelling of a path is led to the right one, and whoever is not logged in to where that is done.
  const isRedirect = status >= 300 && status < 400 && answer.operation !== null;
  if (isRedirect && !answer.isAnonymousRead) found('http/no-redirect', { kind: 'redirect', status });
  if (status === 401 && !headers['www-authenticate']) {
    found('http/401-has-challenge', { kind: 'field missing', name: 'WWW-Authenticate', status });
  }
  if (status === 405 && headers['allow'] === undefined && !isGatewayStatus(answer))
    found('http/405-has-allow', { kind: 'field missing', name: 'Allow', status });
  if (status === 204) judgeFraming(headers, found);
  if (status === 429 || status === 503) judgeRetryAfter(answer, found);
  if (handsOutKey(answer) && asksForNoKey(answer.request))
    found('support-mfa/hands-out-no-key-unasked', { kind: 'unasked key' });
  if (handsOutSecret(answer) && !/\bno-store\b/i.test(headers['cache-control'] ?? '')) {
    found('http/secrets-are-not-stored', { kind: 'storable secret' });
  }
}

function judgeFraming(headers: Judged['headers'], found: Find): void {
  for (const name of ['Content-Length', 'Transfer-Encoding'] as const) {
    const seen = headers[name.toLowerCase()];
    if (seen === undefined) continue;
    found('http/no-framing-of-204', { kind: 'framing of 204', name, seen });
    if (name === 'Transfer-Encoding')
      found('http/no-transfer-encoding-of-204', { kind: 'framing of 204', name, seen });
    else if (seen.split(',').some((each) => Number(each) !== 0))
      found('http/no-length-of-204', { kind: 'length of 204', seen });
  }
}

function judgeRetryAfter(answer: Judged, found: Find): void {
  const after = answer.headers['retry-after'];
  if (isGatewayStatus(answer) || after === undefined || isHttpDate(after)) return;
  if (!/^\d+$/.test(after))
    found('http/retry-after-is-readable', { kind: 'field malformed', name: 'Retry-After' });
  else if (Number(after) > aYear) found('http/retry-after-is-readable', { kind: 'endless Retry-After' });
}

/** Seconds. */
const aYear = 366 * 86_400;

function holdsKey(body: JsonBody): boolean {
  return ['totpSecretKey', 'totpUri'].some((name) => textOf(body.value, name) !== undefined);
}

function handsOutKey({ operation, status, body }: Judged): boolean {
  return operation === 'UpdateSupportMFAConfig' && status < 300 && holdsKey(body);
}

/** Switched off, or to mail, the support user has no use for a key. */
function asksForNoKey(request: unknown): boolean {
  const mode = textOf(request, 'mfaType');
  return mode === 'email' || (mode === undefined && memberOf(request, 'enabled') === false);
}

/** Logins and new TOTP keys; a PATCH only where it made one. */
function handsOutSecret({ operation, status, body }: Judged): boolean {
  if (status < 200 || status >= 300) return false;
  if (operation === 'UpdateSupportMFAConfig') return holdsKey(body);
  return operation === 'CreateTotpKey' || operation === 'CreateSession' || operation === 'CreateAccessToken';
}

function judgeText({ status, headers, body, operation }: Judged, found: Find): void {
  if (operation === null || (!isJsonType(headers['content-type']) && !body.isJson)) return;
  if (body.hasBom) found('http/no-bom', { kind: 'byte order mark' });
  if (!body.isUtf8) found('http/utf-8', { kind: 'not UTF-8' });
  if (!body.isJson && status < 500) found('http/one-json-text', { kind: 'not JSON' });
  if (body.duplicates) found('http/unique-members', { kind: 'repeated member' });
}

function judgeSuccess(answer: Judged, operation: Operation, found: Find): void {
  const requirement = answerRequirement(operation.id);
  const { success } = operation;
  const { status, bytes, body } = answer;
  if (status !== success.status) {
    found(requirement, { kind: 'wrong status', expected: success.status, status });
    return;
  }
  if (success.mediaType === undefined) {
    if (bytes > 0) found(requirement, { kind: 'unexpected content', bytes });
    return;
  }
  judgeType(requirement, success.mediaType, answer, found);
  if (!body.isJson) found(requirement, { kind: 'not JSON' });
  else for (const breach of brokenRules(success, body.value)) found(requirement, breach);
}

function judgeType(requirement: RequirementId, expected: string, { headers }: Judged, found: Find): void {
  const seen = headers['content-type'];
  if (!isJsonType(seen)) found(requirement, { kind: 'media type', expected, seen: seen ?? null });
}

/** What of a schema a value breaks. @param of what the value is, where its schema has no name */
export function brokenRules(
  schema: Judge & { readonly schemaName?: string | undefined },
  value: unknown,
  of = schema.schemaName ?? 'The body',
): Breach<'schema'>[] {
  return schema
    .mismatches(value)
    .map(({ instancePath: pointer, rule }) => ({ kind: 'schema', of, pointer, rule }));
}

function judgeError(answer: Judged, operation: Operation | undefined, found: Find): void {
  const { status, mistake } = answer;
  // Out of service for a while: the request is sent again.
  const isForAWhile = status === 503 && answer.headers['retry-after'] !== undefined;
  if (status >= 500 && mistake !== undefined && !isForAWhile && !isGatewayStatus(answer)) {
    found('http/no-server-error-for-client-mistake', { kind: 'server error', mistake, status });
  }
  if (operation === undefined || answer.method === 'HEAD' || isGatewayStatus(answer)) return;
  if (!answer.body.isJson) {
    const seen = answer.headers['content-type'] ?? null;
    found('http/errors-are-error', { kind: 'no Error', status, seen });
    return;
  }
  judgeType('http/error-is-declared-json', 'application/json', answer, found);
  const breaches = brokenRules(operation.error, answer.body.value);
  for (const breach of breaches) found('http/errors-are-error', breach);
  if (breaches.length === 0 && !saysSomething(answer.body.value))
    found('http/errors-say-something', { kind: 'empty Error', status });
}

/** On a page of HTML and for an unknown path, too: what fails outside of the API's own code says most. */
function judgeForInternals({ status, body }: Judged, found: Find): void {
  const what = internals.find(([, pattern]) => pattern.test(body.text))?.[0];
  if (what !== undefined) found('security/errors-show-no-internals', { kind: 'internals', status, what });
}

const limitStatuses: ReadonlySet<number> = new Set([408, 411, 413, 414, 415, 429, 431, 503]);
/** Of a web server or a filter in front of the API, which says so on a page of HTML. */
const pageStatuses: ReadonlySet<number> = new Set([400, 403, 404, 405, 406, 501]);

/**
 * Balancers and proxies answer these by themselves, with pages of their own (RFC 9110 15.6.3 to 15.6.5); so does what
 * limits the rate, the load, the time, the form, the size or the type of what is sent (RFC 9110 15.5.9, 15.5.12 and
 * 15.5.14 to 15.5.16, RFC 6585 5), be it in front of the API or in it, before a request is taken. And a web server has
 * an HTML page for what is not there, with which it may cover what the API answers; clients of real clusters look for
 * that page. A filter has one for what looks like an attack or malformed. The page names its status.
 */
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

export function isJsonType(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/json\s*(?:;|$)/i.test(contentType.trim());
}

/** IMF-fixdate, the one form a server may send (RFC 9110 5.6.7). */
function isHttpDate(text: string): boolean {
  return (
    /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  );
}
