import type { Socket } from 'node:net';

const end = '\r\n\r\n';

/** undici's maximum size of a header section. */
const longestHead = 16_384;

/**
 * Removes an unrequested 100 from the socket. Clients must accept it (RFC 9110 15.2), but undici fails on it.
 * It looks only where an answer may begin, since a body may hold the same bytes.
 */
export function ignoringContinue<Stream extends Pick<Socket, 'read' | 'bytesWritten'>>(
  socket: Stream,
): Stream {
  const read = socket.read.bind(socket);
  let held: Buffer = Buffer.alloc(0);
  let isAnswering = false;
  let written = 0;
  socket.read = (size?: number): unknown => {
    for (;;) {
      const chunk: unknown = read(size);
      if (!Buffer.isBuffer(chunk)) return chunk;
      // Requests are not pipelined, so an answer begins after each written request.
      if (socket.bytesWritten !== written) isAnswering = false;
      written = socket.bytesWritten;
      if (isAnswering) return chunk;
      const { before, rest } = parted(Buffer.concat([held, chunk]));
      isAnswering = rest.length >= longestHead || !mayBeInterim(rest);
      held = isAnswering ? Buffer.alloc(0) : rest;
      const bytes = isAnswering ? Buffer.concat([before, rest]) : before;
      if (bytes.length > 0) return bytes;
    }
  };
  return socket;
}

/** Splits off complete interim heads and drops the 100s among them. */
function parted(bytes: Buffer): { readonly before: Buffer; readonly rest: Buffer } {
  const kept: Buffer[] = [];
  let rest = bytes;
  while (mayBeInterim(rest) && rest.includes(end)) {
    const next = rest.indexOf(end) + end.length;
    if (!startOf(rest).endsWith(' 100')) kept.push(rest.subarray(0, next));
    rest = rest.subarray(next);
  }
  return { before: Buffer.concat(kept), rest };
}

const statusLine = 'HTTP/1.1 100';

const startOf = (bytes: Buffer) => bytes.toString('latin1', 0, statusLine.length);

/** Also true for an incomplete interim head. A 101 is final: another protocol follows it. */
function mayBeInterim(bytes: Buffer): boolean {
  const start = startOf(bytes);
  return /^HTTP\/1\.[01] 1(?!01)\d\d$/.test(start + statusLine.slice(start.length));
}
