/** What an answer's header section declares of the bytes after it (RFC 9112 6.3). */
export interface Framed {
  readonly content: Buffer;
  /** What follows the declared end, or makes it unclear, in words; undefined where nothing does. */
  readonly beyond: string | undefined;
}

/**
 * Parts the bytes after a header section; where it declares no length, the connection's end is the content's.
 *
 * @param headers names in lower case
 * @returns undefined where the bytes end before the declared end
 */
export function framed(headers: Readonly<Record<string, string>>, rest: Buffer): Framed | undefined {
  const { 'content-length': length, 'transfer-encoding': coding } = headers;
  if (length !== undefined && coding !== undefined) {
    return { content: rest, beyond: 'both Content-Length and Transfer-Encoding' };
  }
  const { content, end } =
    coding === undefined
      ? { content: rest.subarray(0, Number(length ?? rest.length)), end: Number(length ?? rest.length) }
      : (chunked(rest) ?? { content: rest, end: Number.NaN });
  if (Number.isNaN(end) || rest.length < end) return undefined;
  return { content, beyond: rest.length === end ? undefined : `${rest.length - end} bytes more` };
}

/** Chunked content (RFC 9112 7.1), and where it ends; undefined where it doesn't within these bytes. */
function chunked(bytes: Buffer): { readonly content: Buffer; readonly end: number } | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const digits = /^[0-9a-f]+/i.exec(bytes.subarray(at, at + 16).toString('latin1'))?.[0];
    if (lineEnd === -1 || digits === undefined) return undefined;
    at = lineEnd + 2;
    const size = Number.parseInt(digits, 16);
    if (size === 0) {
      // Trailer fields, if any, and an empty line.
      const isLast = bytes.subarray(at, at + 2).toString('latin1') === '\r\n';
      const last = isLast ? at : bytes.indexOf('\r\n\r\n', at) + 2;
      return last < at ? undefined : { content: Buffer.concat(chunks), end: last + 2 };
    }
    chunks.push(bytes.subarray(at, at + size));
    at += size + 2;
  }
}
