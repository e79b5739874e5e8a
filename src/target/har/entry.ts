import { ConfigurationError } from '../../base/errors.js';
import { isObject } from '../../contract/openapi/pointers.js';

export interface HarEntry {
  /** ISO 8601; empty if not recorded. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | undefined;
  };
  /** Undefined: no answer came, or it came from the browser's cache. */
  readonly response: HarResponse | undefined;
}

export interface HarResponse {
  readonly status: number;
  /** Names in lower case; empty if not recorded. */
  readonly headers: Readonly<Record<string, string>>;
  /** The content's type; undefined if not recorded. */
  readonly mediaType: string | undefined;
  readonly body: Buffer | undefined;
  /** True if the recording holds the original bytes instead of decoded text. */
  readonly asBytes: boolean;
}

/** @throws ConfigurationError that names the member that breaks HAR 1.2 */
export function parseEntry(value: unknown, place: string): HarEntry {
  const entry = objectAt(value, place);
  const request = objectAt(entry['request'], `${place}.request`);
  const response = objectAt(entry['response'], `${place}.response`);
  const { postData } = request;
  return {
    startedAt: textOr(entry['startedDateTime'], ''),
    durationMs: Math.max(0, numberOr(entry['time'], 0)),
    request: {
      method: textAt(request['method'], `${place}.request.method`).toUpperCase(),
      url: textAt(request['url'], `${place}.request.url`),
      headers: headersOf(request['headers']),
      body: isObject(postData) ? textOr(postData['text'], '') || undefined : undefined,
    },
    response: responseOf(response, place),
  };
}

function responseOf(response: Readonly<Record<string, unknown>>, place: string): HarResponse | undefined {
  const status = response['status'];
  if (typeof status !== 'number') {
    throw new ConfigurationError(`${place}.response.status: wanted a number, found ${typeof status}.`);
  }
  // Browsers write 0 for a request that failed or was blocked, 304 for their own cache.
  if (status === 0 || status === 304) return undefined;
  const headers = headersOf(response['headers']);
  const content = isObject(response['content']) ? response['content'] : {};
  const type = textOr(content['mimeType'], '');
  const asBytes = content['encoding'] === 'base64';
  return {
    status,
    headers,
    mediaType: headers['content-type'] ?? (type === '' ? undefined : type),
    body: contentOf(content, asBytes),
    asBytes,
  };
}

function contentOf(content: Readonly<Record<string, unknown>>, asBytes: boolean): Buffer | undefined {
  const { text } = content;
  if (typeof text === 'string') return Buffer.from(text, asBytes ? 'base64' : 'utf8');
  return numberOr(content['size'], 0) > 0 ? undefined : Buffer.alloc(0);
}

function headersOf(list: unknown): Record<string, string> {
  if (!Array.isArray(list)) return {};
  const headers = new Map<string, string>();
  for (const each of list) {
    if (!isObject(each)) continue;
    const { name, value } = each;
    // HTTP/2 recordings hold pseudo-headers.
    if (typeof name !== 'string' || typeof value !== 'string' || name.startsWith(':')) continue;
    const lower = name.toLowerCase();
    const before = headers.get(lower);
    headers.set(lower, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(headers);
}

function objectAt(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value;
  throw new ConfigurationError(`${place}: wanted an object as HAR 1.2 has it, found ${kindOf(value)}.`);
}

function textAt(value: unknown, place: string): string {
  if (typeof value === 'string') return value;
  throw new ConfigurationError(`${place}: wanted a string, found ${kindOf(value)}.`);
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
}

const textOr = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);

const numberOr = (value: unknown, otherwise: number) =>
  typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
