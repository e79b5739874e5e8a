/** The content after an answer's header section, as that section frames it (RFC 9112 6.3). */
export interface Framed {
  readonly content: Buffer;
  /** What follows the declared end or makes it unclear; undefined: nothing. */
  readonly beyond: string | undefined;
}

/** Names in lower case; a comma joins repeated fields. */
type Headers = Readonly<Record<string, string>>;

/** Whether an answer may have content, regardless of its header fields. */
export function hasContent(method: string, status: number): boolean {
  return method !== 'HEAD' && status >= 200 && status !== 204 && status !== 304;
}

/** Splits the bytes after a header section; without a declared length all. Undefined: they end too early. */
export function framed(headers: Headers, rest: Buffer): Framed | undefined {
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

/** Whether these bytes reach the declared end; of several lengths the shortest counts. */
export function reachesEnd(headers: Headers, rest: Buffer): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = headers;
  // It overrides a length (RFC 9112 6.3).
  if (coding !== undefined) return isChunked(coding) && chunked(rest) !== undefined;
  const lengths = (length ?? '').split(',').map((each) => each.trim());
  return rest.length >= Math.min(...lengths.filter(isLength).map(Number));
}

function isLength(text: string): boolean {
  return /^\d+$/.test(text);
}

/** Only as the last coding do chunks mark the end of an answer. */
function isChunked(coding: string | undefined): boolean {
  return coding !== undefined && /(?:^|[\s,])chunked$/i.test(coding);
}

/** Decodes chunked content (RFC 9112 7.1); undefined if these bytes don't hold its end. */
function chunked(bytes: Buffer): { readonly content: Buffer; readonly end: number } | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const digits = /^[0-9a-f]+/i.exec(bytes.subarray(at, at + 16).toString('latin1'))?.[0];
    if (lineEnd === -1 || digits === undefined) return undefined;
    at = lineEnd + 2;
    const size = Number.parseInt(digits, 16);
    if (size === 0) {
      // The last chunk may have trailer fields before the empty line.
      const isLast = bytes.subarray(at, at + 2).toString('latin1') === '\r\n';
      const last = isLast ? at : bytes.indexOf('\r\n\r\n', at) + 2;
      return last < at ? undefined : { content: Buffer.concat(chunks), end: last + 2 };
    }
    chunks.push(bytes.subarray(at, at + size));
    at += size + 2;
  }
}
