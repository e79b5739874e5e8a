import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections (from 32768 on), which could take one in between. */
const first = 15_000;
const past = 32_000;
/** Each process begins elsewhere: others look for ports at the same time. */
let next = process.pid * 16;

/** A port of loopback for somebody else to listen on later. */
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
