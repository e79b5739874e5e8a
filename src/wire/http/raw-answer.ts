import { groupBy } from '../../base/group.js';

/** An answer with its exact bytes, which client libraries hide. */
export interface RawAnswer {
  readonly status: number;
  readonly reason: string;
  readonly head: string;
  /** Names in lower case; commas join repeated fields. */
  readonly headers: Readonly<Record<string, string>>;
  /** All bytes after the header section, with chunk marks. */
  readonly rest: Buffer;
}

/** Skips interim answers (RFC 9110 15.2). Undefined until the answer's head is complete. A 101 is final. */
export function rawAnswerIn(all: Buffer): RawAnswer | undefined {
  const { rest: bytes } = afterInterim(all);
  const split = bytes.indexOf(end);
  const head = bytes.subarray(0, split === -1 ? bytes.length : split).toString('latin1');
  const [, status, reason = ''] = /^HTTP\/1\.[01] (\d{3}) ?([^\r]*)/.exec(head) ?? [];
  if (split === -1 || status === undefined) return undefined;
  return { status: Number(status), reason, head, headers: fieldsOf(head), rest: bytes.subarray(split + 4) };
}

export function isWholeAnswer(method: string, bytes: Buffer): boolean {
  const answer = rawAnswerIn(bytes);
  if (answer === undefined) return false;
  return !hasContent(method, answer.status) || reachesEnd(answer.headers, answer.rest);
}

const end = '\r\n\r\n';
const statusLine = 'HTTP/1.1 100';

const startOf = (bytes: Buffer) => bytes.toString('latin1', 0, statusLine.length);

/** True also for the first bytes of an interim answer. A 101 is final: another protocol follows it. */
export function mayBeInterim(bytes: Buffer): boolean {
  const start = startOf(bytes);
  return /^HTTP\/1\.[01] 1(?!01)\d\d$/.test(start + statusLine.slice(start.length));
}

/** Separates complete interim answers from the rest. Drops those with status 100. */
export function afterInterim(bytes: Buffer): { readonly before: Buffer; readonly rest: Buffer } {
  const kept: Buffer[] = [];
  let rest = bytes;
  while (mayBeInterim(rest) && rest.includes(end)) {
    const next = rest.indexOf(end) + end.length;
    if (!startOf(rest).endsWith(' 100')) kept.push(rest.subarray(0, next));
    rest = rest.subarray(next);
  }
  return { before: Buffer.concat(kept), rest };
}

function fieldsOf(head: string): Record<string, string> {
  const lines = head
    .split('\r\n')
    .slice(1)
    .filter((line) => line.indexOf(':') > 0);
  const fields = groupBy(lines, (line) => line.slice(0, line.indexOf(':')).toLowerCase());
  const values = [...fields].map(([name, all]) => [name, all.map((line) => line.slice(name.length + 1))]);
  return joined(Object.fromEntries(values));
}

export function joined(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    // Blanks around a value don't belong to it (RFC 9112 5).
    result[name.toLowerCase()] = [value]
      .flat()
      .map((each) => each.replace(/^[ \t]+|[ \t]+$/g, ''))
      .join(', ');
  }
  return result;
}

type Headers = Readonly<Record<string, string>>;

/** Some answers have no content, whatever their header fields say. */
export const hasContent = (method: string, status: number): boolean =>
  method !== 'HEAD' && status >= 200 && status !== 204 && status !== 304;

/** `beyond`: names bytes after the declared end, or why the end is unclear. Undefined if bytes are missing. */
export function framed(headers: Headers, rest: Buffer) {
  const { 'content-length': length, 'transfer-encoding': coding } = headers;
  const chunks = isChunked(coding) ? chunked(rest) : undefined;
  if (length !== undefined && coding !== undefined) {
    return { content: chunks?.content ?? rest, beyond: 'both Content-Length and Transfer-Encoding' };
  }
  if (length !== undefined && !isLength(length)) {
    return { content: rest, beyond: `no single length (Content-Length: ${length})` };
  }
  if (isChunked(coding) && chunks === undefined) return undefined;
  const end = chunks?.end ?? Number(length ?? rest.length);
  if (rest.length < end) return undefined;
  const content = chunks?.content ?? rest.subarray(0, end);
  return { content, beyond: rest.length === end ? undefined : `${rest.length - end} bytes more` };
}

/** Tells whether all declared bytes have come. Of several lengths, the shortest counts. */
function reachesEnd(headers: Headers, rest: Buffer): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = headers;
  // A transfer coding overrides a length (RFC 9112 6.3).
  if (coding !== undefined) return isChunked(coding) && chunked(rest) !== undefined;
  const lengths = (length ?? '').split(',').map((each) => each.trim());
  return rest.length >= Math.min(...lengths.filter(isLength).map(Number));
}

const isLength = (text: string): boolean => /^\d+$/.test(text);

/** Chunks mark the end only if chunked is the last coding. */
const isChunked = (coding: string | undefined) => coding !== undefined && /(?:^|[\s,])chunked$/i.test(coding);

/** Decodes chunked content (RFC 9112 7.1); undefined if its end is missing. */
function chunked(bytes: Buffer): { readonly content: Buffer; readonly end: number } | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const digits = /^[0-9a-f]+/i.exec(bytes.subarray(at, at + 16).toString('latin1'))?.[0];
    if (lineEnd === -1 || digits === undefined) return undefined;
    at = lineEnd + 2;
    const size = Number.parseInt(digits, 16);
    if (size === 0) {
      // Trailer fields may come before the empty line.
      const isLast = bytes.subarray(at, at + 2).toString('latin1') === '\r\n';
      const last = isLast ? at : bytes.indexOf(end, at) + 2;
      return last < at ? undefined : { content: Buffer.concat(chunks), end: last + 2 };
    }
    chunks.push(bytes.subarray(at, at + size));
    at += size + 2;
  }
}
