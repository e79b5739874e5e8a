import type { Socket } from 'node:net';

const end = '\r\n\r\n';

/** What undici takes as a whole head at most. */
const longestHead = 16_384;

/**
 * The socket without the 100 that a server may send to a request that did not ask for it. A client must bear that (RFC
 * 9110 15.2); undici takes it for a broken answer. It is looked for only where an answer may begin: in a body the same
 * bytes are data.
 */
export function bearingContinue<Stream extends Pick<Socket, 'read' | 'bytesWritten'>>(
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
      // One request at a time: an answer begins after one was written.
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

/** The whole interim heads at the beginning, without the 100s among them, and what comes after. */
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

/** Also of a part of one. After a 101 comes another protocol: it is no interim answer. */
function mayBeInterim(bytes: Buffer): boolean {
  const start = startOf(bytes);
  return /^HTTP\/1\.[01] 1(?!01)\d\d$/.test(start + statusLine.slice(start.length));
}
