import { once } from 'node:events';
import { createServer } from 'node:net';

/** Lower than the ports of outgoing connections (from 32768 on), which could take a free port. */
const first = 15_000;
const past = 32_000;
/** Each process begins at another port, because several look for ports at the same time. */
let next = process.pid * 16;

/** Returns a port of loopback on which the caller, or another process, can listen later. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + (next++ % (past - first));
    const probe = createServer().listen(port, '127.0.0.1');
    try {
      await once(probe, 'listening');
    } catch {
      continue;
    }
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}
