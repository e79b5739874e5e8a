import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { JSONParser } from '@streamparser/json';
import { ConfigurationError, reasonOf } from '../../base/errors.js';
import { bytesOf } from '../../base/files.js';
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
  /** Undefined if there was no answer, or if the browser's cache answered. */
  readonly response: HarResponse | undefined;
}

export interface HarResponse {
  readonly status: number;
  /** Names in lower case; empty if not recorded. */
  readonly headers: Readonly<Record<string, string>>;
  readonly mediaType: string | undefined;
  readonly body: Buffer | undefined;
  /** Whether the recording holds the original bytes instead of decoded text. */
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
  if (typeof status !== 'number')
    throw new ConfigurationError(`${place}.response.status: expected a number, found ${typeof status}.`);
  // Browsers write 0 for a request that failed or was blocked, and 304 for an answer from their own cache.
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
    // Recordings of HTTP/2 contain pseudo-headers, whose names begin with a colon.
    if (typeof name !== 'string' || typeof value !== 'string' || name.startsWith(':')) continue;
    const lower = name.toLowerCase();
    const before = headers.get(lower);
    headers.set(lower, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(headers);
}

function objectAt(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value;
  throw new ConfigurationError(`${place}: expected an object as in HAR 1.2, found ${kindOf(value)}.`);
}

function textAt(value: unknown, place: string): string {
  if (typeof value === 'string') return value;
  throw new ConfigurationError(`${place}: expected a string, found ${kindOf(value)}.`);
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
}

const textOr = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);

const numberOr = (value: unknown, otherwise: number) =>
  typeof value === 'number' && Number.isFinite(value) ? value : otherwise;

/** In bytes. The parser keeps a whole entry in memory, and API calls are smaller than this. */
const largestEntry = 64 * 1024 * 1024;

/** Lists the recordings at some paths: files with any name, and the .har and .har.gz files of folders. */
export function recordingsIn(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    try {
      const stat = statSync(path);
      // Reading a pipe may wait forever, and a device may have no end.
      if (stat.isFile()) return [path];
      if (!stat.isDirectory()) throw new Error('is not a regular file');
    } catch (error) {
      throw new ConfigurationError(`${path} can't be read: ${reasonOf(error)}`);
    }
    const found = readdirSync(path)
      .filter((name) => /\.har(?:\.gz)?$/i.test(name))
      .sort();
    if (found.length === 0)
      throw new ConfigurationError(`${path} holds no recording: no file in it ends in .har or .har.gz.`);
    return found.map((name) => join(path, name));
  });
}

/** Passes on the entries of a recording one by one, so that memory holds only one. Returns their number. */
export async function readEntries(file: string, take: (entry: HarEntry, place: string) => void) {
  const parser = new JSONParser({
    paths: ['$.log.entries.*'],
    keepStack: false,
    stringBufferSize: 64 * 1024,
  });
  let bytes = 0;
  let lastEntryAt = 0;
  let count = 0;
  let wrong: Error | undefined;
  parser.onValue = ({ value }) => {
    const place = `log.entries[${count}]`;
    count += 1;
    lastEntryAt = bytes;
    const untrusted: unknown = value;
    take(parseEntry(untrusted, `${file}: ${place}`), place);
  };
  parser.onError = (error) => {
    // The parser reports further errors after the first.
    wrong ??= error;
  };
  for await (const chunk of chunksOf(file)) {
    // Once the JSON text has ended, later chunks are not parsed.
    if (!parser.isEnded) parser.write(chunk);
    if (wrong !== undefined) throw asConfiguration(file, wrong, bytes, count);
    bytes += chunk.length;
    if (bytes - lastEntryAt > largestEntry)
      throw new ConfigurationError(
        `${file}: the entry after ${count} entries is larger than ${largestEntry / 1024 / 1024} MB. This is no recording of an API.`,
      );
  }
  if (!parser.isEnded)
    throw new ConfigurationError(
      `${file} is cut off: it ends after ${bytes} bytes, in the middle of what follows entry ${count}. Record it again, or export it whole.`,
    );
  if (count === 0)
    throw new ConfigurationError(`${file} is not a HAR, or an empty one: it has no log.entries.`);
  return count;
}

async function* chunksOf(file: string): AsyncGenerator<Buffer> {
  const packed = isGzip(file);
  const source = createReadStream(file, { highWaterMark: 256 * 1024 });
  const stream = packed ? source.pipe(createGunzip()) : source;
  source.on('error', (error) => stream.destroy(error));
  try {
    for await (const chunk of stream) {
      if (Buffer.isBuffer(chunk)) yield chunk;
    }
  } catch (error) {
    throw new ConfigurationError(
      `${file} can't be ${packed ? 'unpacked: it is cut off or damaged' : 'read'} (${reasonOf(error)}).`,
    );
  } finally {
    source.destroy();
  }
}

function isGzip(file: string): boolean {
  try {
    return bytesOf(file, 0, 2).equals(Buffer.from([0x1f, 0x8b]));
  } catch (error) {
    throw new ConfigurationError(`${file} can't be read: ${reasonOf(error)}`);
  }
}

/** Returns errors of `take` unchanged. All others come from invalid JSON. */
function asConfiguration(file: string, error: Error, bytes: number, entries: number): Error {
  if (error instanceof ConfigurationError) return error;
  const [first = ''] = error.message.split('\n');
  return new ConfigurationError(
    `${file} is not JSON: near byte ${bytes}, after ${entries} entries (${first.slice(0, 200)})`,
  );
}
