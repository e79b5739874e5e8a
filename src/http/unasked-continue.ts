import type { Socket } from 'node:net';

const begin = Buffer.from('HTTP/1.1 100');
const end = '\r\n\r\n';

/**
 * The socket without the 100 that a server may send to a request that did not ask for it. A client must bear that (RFC
 * 9110 15.2); undici takes it for a broken answer.
 */
export function bearingContinue(socket: Socket): Socket {
  const read = socket.read.bind(socket);
  let held: Buffer = Buffer.alloc(0);
  socket.read = (size?: number): unknown => {
    for (;;) {
      const chunk: unknown = read(size);
      if (!Buffer.isBuffer(chunk)) return chunk;
      let bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      while (isContinue(bytes) && bytes.includes(end))
        bytes = bytes.subarray(bytes.indexOf(end) + end.length);
      held = isContinue(bytes) ? bytes : Buffer.alloc(0);
      if (held.length === 0 && bytes.length > 0) return bytes;
    }
  };
  return socket;
}

const isContinue = (bytes: Buffer) => bytes.subarray(0, begin.length).equals(begin);
