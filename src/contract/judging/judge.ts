import type { Contract, Operation } from '../openapi/contract.js';
import { type OperationId, operations } from '../openapi/operations.js';
import type { RequirementId } from '../requirements/ids.js';
import { memberOf, textOf } from './body.js';
import { gatewayStatuses } from './gateway.js';
import type { JsonBody } from './json-body.js';

/** A breach seen in one answer, whatever the test that sent the request was about. */
export interface Finding {
  readonly requirement: RequirementId;
  /** What was wanted and what came, without any value of the answer. */
  readonly message: string;
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
  readonly body: JsonBody;
  /** What of the run's secrets the body holds though it should not. */
  readonly leaks: readonly string[];
  /** What of them status line and header fields hold. */
  readonly headLeaks: readonly string[];
}

/** Which requirement speaks of an operation's success answer. */
export function answerRequirement(operation: OperationId): RequirementId {
  return operations[operation].answers;
}

/** All that one answer breaks of the contract and of HTTP; an empty list for a good one. */
export function judge(answer: Judged): Finding[] {
  const findings: Finding[] = [];
  const found = (requirement: RequirementId, message: string) => findings.push({ requirement, message });
  judgeHeaders(answer, found);
  if (answer.status >= 400) judgeForInternals(answer, found);
  if (answer.bytes > 0 && answer.method !== 'HEAD') judgeText(answer, found);
  const operation = answer.operation === null ? undefined : answer.contract.operations.get(answer.operation);
  if (answer.status >= 200 && answer.status < 300) {
    if (operation !== undefined && answer.method !== 'HEAD') judgeSuccess(answer, operation, found);
  } else if (answer.status >= 400) judgeError(answer, operation, found);
  if (answer.leaks.length > 0) {
    found('security/no-secret-echoed', `the answer holds ${answer.leaks.join(', ')}`);
  }
  for (const leak of answer.headLeaks) found('security/no-secret-in-head', `the answer's head holds ${leak}`);
  return findings;
}

type Found = (requirement: RequirementId, message: string) => void;

function judgeHeaders(answer: Judged, found: Found): void {
  const { status, headers } = answer;
  const date = headers['date'];
  // Of a server error it may be missing.
  if (date === undefined) {
    if (status < 500) found('http/has-date', 'the answer has no Date');
  } else if (!isHttpDate(date)) found('http/has-date', 'Date is not an HTTP date');
  // Another spelling of a path is led to the right one, and whoever is not logged in to where that is done.
  const isRedirect = status >= 300 && status < 400 && answer.operation !== null;
  if (isRedirect && !answer.isAnonymousRead)
    found('http/no-redirect', `the answer is a redirect (${status})`);
  if (status === 401 && !headers['www-authenticate']) {
    found('http/401-has-challenge', 'the 401 has no WWW-Authenticate');
  }
  if (status === 405 && headers['allow'] === undefined && !isGatewayStatus(answer))
    found('http/405-has-allow', 'the 405 has no Allow');
  if (status === 204) {
    for (const name of ['content-length', 'transfer-encoding']) {
      if (headers[name] !== undefined)
        found('http/no-framing-of-204', `the 204 has ${name}: ${headers[name]}`);
    }
    const length = headers['content-length'] ?? '0';
    if (length.split(',').some((each) => Number(each) !== 0))
      found('http/no-length-of-204', `the 204 has Content-Length: ${length}`);
    if (headers['transfer-encoding'] !== undefined) {
      found(
        'http/no-transfer-encoding-of-204',
        `the 204 has Transfer-Encoding: ${headers['transfer-encoding']}`,
      );
    }
  }
  if (status === 429 || status === 503) judgeRetryAfter(answer, found);
  if (handsOutKey(answer) && asksForNoKey(answer.request))
    found('support-mfa/hands-out-no-key-unasked', 'a change that asks for no key was answered one');
  if (handsOutSecret(answer) && !/\bno-store\b/i.test(headers['cache-control'] ?? '')) {
    found('http/secrets-are-not-stored', 'an answer with a secret has no Cache-Control: no-store');
  }
}

function judgeRetryAfter(answer: Judged, found: Found): void {
  if (isGatewayStatus(answer)) return;
  const after = answer.headers['retry-after'];
  const isNumber = after !== undefined && /^\d+$/.test(after);
  const isEndless = isNumber && Number(after) > aYear;
  if (after === undefined || (isNumber && !isEndless) || isHttpDate(after)) return;
  const got = isEndless
    ? 'a Retry-After of more than a year'
    : 'a Retry-After that is neither seconds nor a date';
  found('http/retry-after-is-readable', `the ${answer.status} has ${got}`);
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

function judgeText({ status, headers, body, operation }: Judged, found: Found): void {
  if (operation === null || (!isJsonType(headers['content-type']) && !body.isJson)) return;
  if (body.hasBom) found('http/no-bom', 'the body begins with a byte order mark');
  if (!body.isUtf8) found('http/utf-8', 'the body is not UTF-8');
  if (!body.isJson && status < 500) found('http/one-json-text', 'the body is not one whole JSON text');
  if (body.duplicates) found('http/unique-members', 'an object of the body has two members of one name');
}

function judgeSuccess(answer: Judged, operation: Operation, found: Found): void {
  const requirement = answerRequirement(operation.id);
  const { success } = operation;
  if (answer.status !== success.status) {
    found(requirement, `wanted status ${success.status}, got ${answer.status}`);
    return;
  }
  if (success.mediaType === undefined) {
    if (answer.bytes > 0) found(requirement, `wanted no content, got ${answer.bytes} bytes`);
    return;
  }
  const type = answer.headers['content-type'];
  if (!isJsonType(type))
    found(requirement, `wanted Content-Type ${success.mediaType}, got ${type ?? 'none'}`);
  if (!answer.body.isJson) {
    found(requirement, `wanted ${success.schemaName}, got a body that is not JSON`);
    return;
  }
  for (const { instancePath, message } of success.mismatches(answer.body.value)) {
    found(requirement, `${success.schemaName}${instancePath}: ${message}`);
  }
}

function judgeError(answer: Judged, operation: Operation | undefined, found: Found): void {
  const { status, mistake } = answer;
  // Out of service for a while: the request is sent again.
  const isForAWhile = status === 503 && answer.headers['retry-after'] !== undefined;
  if (status >= 500 && mistake !== undefined && !isForAWhile && !isGatewayStatus(answer)) {
    found('http/no-server-error-for-client-mistake', `${mistake} was answered ${status}`);
  }
  if (operation === undefined || answer.method === 'HEAD' || isGatewayStatus(answer)) return;
  const type = answer.headers['content-type'];
  if (!answer.body.isJson) {
    found('http/errors-are-error', `a ${status} came with ${type ?? 'no'} content instead of an Error`);
    return;
  }
  if (!isJsonType(type))
    found('http/error-is-declared-json', `a ${status} has Content-Type ${type ?? 'none'}`);
  const mismatches = operation.error.mismatches(answer.body.value);
  for (const { instancePath, message } of mismatches)
    found('http/errors-are-error', `Error${instancePath}: ${message}`);
  if (mismatches.length === 0 && !saysSomething(answer.body.value)) {
    found('http/errors-say-something', `a ${status} has neither errorCode nor message`);
  }
}

/** On a page of HTML and for an unknown path, too: what fails outside of the API's own code says most. */
function judgeForInternals({ status, body }: Judged, found: Found): void {
  const internals = internalsIn(body.text);
  if (internals !== undefined) found('security/errors-show-no-internals', `a ${status} shows ${internals}`);
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

const internals: readonly (readonly [what: string, pattern: RegExp])[] = [
  [
    'a stack trace',
    /\bat [\w.$<>]+ ?\([^)]*:\d+(?::\d+)?\)|Traceback \(most recent call last\)|goroutine \d+ \[/,
  ],
  ['SQL', /\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM)\b.+\b(?:FROM|WHERE|VALUES|SET)\b/],
  ['a file path', /(?:^|[\s"'(])\/(?:usr|home|opt|var|etc|srv)\/[\w./-]+|[A-Z]:\\\\?[\w\\]+\\\\?\w+/],
  ['an internal address', /\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2}\b/],
];

function internalsIn(text: string): string | undefined {
  return internals.find(([, pattern]) => pattern.test(text))?.[0];
}

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
