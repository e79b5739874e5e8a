import type { Breach } from '../../base/model/breach.js';
import type { EventBody, Exchanged } from '../../base/model/event.js';
import { Secret } from '../../base/secret.js';
import { readJsonBody } from '../../contract/judging/json-body.js';
import { answerRequirement, brokenRules } from '../../contract/judging/judge.js';
import { secretsIn } from '../../contract/judging/secrets-in.js';
import type { Contract, Operation } from '../../contract/openapi/contract.js';
import { isObject } from '../../contract/openapi/pointers.js';
import type { RequirementId } from '../../contract/requirements/uses.js';
import type { Credential } from '../../wire/http/credential.js';
import { Recorder } from '../connection/recorder.js';
import type { HarEntry, HarResponse } from './entry.js';
import { ownRequirements } from './own-requirements.js';

const of204 = [
  'http/no-framing-of-204',
  'http/no-length-of-204',
  'http/no-transfer-encoding-of-204',
] as const;

/** Lists the requirements that an answer can break, as far as its header fields and content were recorded. */
function relevantTo(
  operation: Operation,
  { status, headers, body, asBytes }: HarResponse,
  mistaken: boolean,
): RequirementId[] {
  const isSuccess = status >= 200 && status < 300 && body !== undefined;
  const isError = status >= 400;
  const hasHeaders = Object.keys(headers).length > 0;
  const hasContent = body !== undefined && body.length > 0;
  const handsOut = status === 201 && ['CreateTotpKey', 'CreateSession'].includes(operation.id);
  const rows: readonly (readonly [isRelevant: boolean, ...RequirementId[]])[] = [
    [true, 'http/no-redirect'],
    [isSuccess, answerRequirement(operation.id)],
    [hasHeaders, 'http/has-date', 'security/no-secret-in-head'],
    [hasHeaders && status === 401, 'http/401-has-challenge'],
    [hasHeaders && status === 405, 'http/405-has-allow'],
    [hasHeaders && status === 204, ...of204],
    [hasHeaders && (status === 429 || status === 503), 'http/retry-after-is-readable'],
    [hasHeaders && handsOut, 'http/secrets-are-not-stored'],
    [mistaken, 'http/no-server-error-for-client-mistake'],
    [hasContent && isError, 'http/errors-are-error', 'http/errors-say-something'],
    [hasContent && isError, 'security/errors-show-no-internals'],
    [hasContent && isError && hasHeaders, 'http/error-is-declared-json'],
    [hasContent, 'http/one-json-text', 'http/unique-members', 'http/repeated-members-agree'],
    [hasContent, 'security/no-secret-echoed'],
    [hasContent && asBytes, 'http/utf-8', 'http/no-bom'],
  ];
  return rows.flatMap(([isRelevant, ...ids]) => (isRelevant ? ids : []));
}

/** How many passwords and API keys the check keeps from earlier entries, to find them in later answers. */
const carriedAtMost = 50;

/** Turns recorded entries into events one by one, and keeps only totals in memory. */
export class HarCheck {
  readonly #matchOf: ReturnType<typeof matcherOf>;
  readonly #carried = new Map<string, string>();
  readonly #secrets = new Map<string, Set<string>>();
  readonly #roots = new Map<string, number>();
  readonly #skipped = { otherUrls: 0, otherMethods: 0, noAnswer: 0, notRecorded: 0 };
  judged = 0;

  constructor(
    private readonly contract: Contract,
    private readonly write: (event: EventBody) => void,
    baseUrl?: string,
  ) {
    this.#matchOf = matcherOf(contract, baseUrl);
  }

  get roots(): string[] {
    return [...this.#roots].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([root]) => root);
  }

  get facts(): Record<string, unknown> {
    const counts = [...this.#secrets].map(([what, places]) => [what, [...places].sort()] as const);
    return {
      entriesJudged: this.judged,
      entriesSkipped: { ...this.#skipped },
      secretsInRecording: Object.fromEntries(counts.sort(([a], [b]) => a.localeCompare(b))),
    };
  }

  take(entry: HarEntry, place: string): void {
    const { request, response } = entry;
    const match = this.#matchOf(request);
    if (match === undefined) {
      this.#skipped.otherUrls += 1;
      return;
    }
    this.#roots.set(match.root, (this.#roots.get(match.root) ?? 0) + 1);
    const { operation } = match;
    if (operation === undefined) {
      this.#skipped.otherMethods += 1;
      return;
    }
    if (response === undefined) {
      this.#skipped.noAnswer += 1;
      return;
    }
    this.judged += 1;
    if (response.body === undefined) this.#skipped.notRecorded += 1;
    const json = jsonOf(request.body);
    const breaches = bodyBreaches(operation, request.body, json);
    const inUrl = secretsInUrl(request.url);
    this.#noteSecrets(entry, json, inUrl);
    const event = this.#judge(entry, response, operation.id, json, breaches.length > 0);
    const [requests, credentials] = ownRequirements;
    this.write({
      ...event,
      index: this.judged - 1,
      place,
      findings: [
        ...judgeable(event.findings, response),
        ...breaches.map((breach) => ({ requirement: requests.id, breach })),
        ...inUrl.map(([secret]) => ({
          requirement: credentials.id,
          breach: { kind: 'secret in URL' as const, secret },
        })),
      ],
      checked: [
        ...relevantTo(operation, response, breaches.length > 0),
        ...(request.body === undefined ? [] : [requests.id]),
        credentials.id,
      ],
    });
  }

  #judge(
    { request, startedAt, durationMs }: HarEntry,
    response: HarResponse,
    operation: Parameters<Recorder['answered']>[0]['operation'],
    json: unknown,
    mistaken: boolean,
  ): Exchanged {
    // Each entry gets a new recorder, because the memory of one would grow with the recording.
    const events: EventBody[] = [];
    const recorder = new Recorder(this.contract, (event) => events.push(event));
    for (const [value, what] of this.#carried) recorder.addSecret(value, what);
    for (const [name, value] of secretsInUrl(request.url)) recorder.addSecret(value, name);
    const sentAt = Number.isNaN(Date.parse(startedAt)) ? 0 : Date.parse(startedAt);
    recorder.answered(
      {
        operation,
        credential: credentialOf(request),
        request: {
          method: request.method,
          url: request.url,
          headers: contentHeaders(request.headers),
          ...(request.body === undefined ? {} : { body: request.body }),
        },
        json,
        ...(mistaken ? { mistake: "a body that doesn't fit the contract" } : {}),
      },
      {
        status: response.status,
        headers: {
          ...response.headers,
          ...(response.mediaType === undefined ? {} : { 'content-type': response.mediaType }),
        },
        body: response.body ?? Buffer.alloc(0),
        sentAt,
        receivedAt: sentAt + Math.round(durationMs),
      },
    );
    const event = events.find((each) => each.type === 'exchange');
    if (event === undefined) throw new Error('A recorder keeps every answer.');
    return event;
  }

  #noteSecrets({ request, response }: HarEntry, json: unknown, inUrl: readonly [string, string][]): void {
    for (const [name] of inUrl) this.#noteSecret(name, 'request URL');
    for (const name of ['apikey', 'session-id', 'authorization', 'cookie'])
      if (request.headers[name]) this.#noteSecret(name, 'request header');
    for (const [value, what] of secretsIn(json)) {
      this.#noteSecret(what, 'request body');
      if (what === 'password') this.#carry(value, what);
    }
    const { apikey } = request.headers;
    if (apikey !== undefined) this.#carry(apikey, 'API key');
    if (response?.headers['set-cookie']) this.#noteSecret('set-cookie', 'response header');
    for (const [, what] of secretsIn(jsonOf(response?.body?.toString('utf8'))))
      this.#noteSecret(what, 'response body');
  }

  #noteSecret(what: string, place: string): void {
    const places = this.#secrets.get(what) ?? new Set();
    this.#secrets.set(what, places.add(place));
  }

  #carry(value: string, what: string): void {
    if (this.#carried.size < carriedAtMost) this.#carried.set(value, what);
  }
}

type Findings = Exchanged['findings'];

function judgeable(findings: Findings, { headers, mediaType, body }: HarResponse): Findings {
  const hasHeaders = Object.keys(headers).length > 0;
  return findings.filter(({ requirement, breach: { kind } }) => {
    if (kind === 'redirect' || kind === 'wrong status') return true;
    if (ofHeaders.includes(requirement)) return hasHeaders;
    // A recording without header fields may still have the media type.
    return body !== undefined && (mediaType !== undefined || kind !== 'media type');
  });
}

const ofHeaders: readonly string[] = [
  'http/has-date',
  'http/401-has-challenge',
  'http/405-has-allow',
  ...of204,
  'http/secrets-are-not-stored',
];

function contentHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const names = ['accept', 'content-type', 'apikey', 'session-id', 'authorization'];
  return Object.fromEntries(names.flatMap((name) => (headers[name] ? [[name, headers[name]]] : [])));
}

function jsonOf(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined;
  const { value } = readJsonBody(Buffer.from(text));
  return isObject(value) || Array.isArray(value) ? value : undefined;
}

/** Matches the usual names of credentials in URLs, where the contract has no place for them. */
const inUrl = /^(?:api[-_]?key|access[-_]?token|token|session[-_]?id|password|otp[-_]?code|mfa[-_]?code)$/i;

function credentialOf({ headers }: HarEntry['request']): Credential {
  const key = headers['apikey'];
  if (key !== undefined) return { scheme: 'APIKeyHeader', key: new Secret(key) };
  const session = headers['session-id'];
  if (session !== undefined) return { scheme: 'SessionIdHeader', id: new Secret(session) };
  const [tokenType, token] = (headers['authorization'] ?? '').split(/\s+/, 2);
  if (token !== undefined) return { scheme: 'Bearer', tokenType: tokenType ?? '', token: new Secret(token) };
  return { scheme: 'none' };
}

function secretsInUrl(url: string): [name: string, value: string][] {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const named = [...(parsed?.searchParams ?? [])].filter(([name]) => inUrl.test(name));
  return parsed?.password ? [...named, ['password', decodeURIComponent(parsed.password)]] : named;
}

/** Returns the breaches of the contract in a recorded request body. They show none of its values. */
function bodyBreaches(operation: Operation, body: string | undefined, json: unknown): Breach[] {
  const { request } = operation;
  // Browsers don't record every body, so a missing body proves nothing.
  if (body === undefined) return [];
  if (request === undefined) return [{ kind: 'unexpected request body' }];
  return json === undefined ? [{ kind: 'not JSON' }] : brokenRules(request, json, 'The request body');
}

/** Finds a request's operation. @param baseUrl the API's root; by default every root that ends in /v2 */
function matcherOf(contract: Contract, baseUrl?: string) {
  const operations = [...contract.operations.values()];
  // Longest first, since /support-user/send-email-otp also ends with /send-email-otp.
  const paths = [...new Set(operations.map(({ path }) => path))].sort((a, b) => b.length - a.length);
  return ({ method, url }: HarEntry['request']) => {
    if (!URL.canParse(url)) return undefined;
    const { origin, pathname } = new URL(url);
    const whole = `${origin}${pathname}`.replace(/\/$/, '');
    for (const path of paths) {
      if (!whole.endsWith(path)) continue;
      const root = whole.slice(0, -path.length);
      if (baseUrl === undefined ? !root.endsWith('/v2') : root !== baseUrl.replace(/\/$/, '')) continue;
      return { root, operation: operations.find((each) => each.path === path && each.method === method) };
    }
    return undefined;
  };
}
