import { once } from 'node:events';
import { createServer } from 'node:net';

/** The system gives outgoing connections ports from 32768 on. These are lower, so no connection takes a free port. */
const first = 15_000;
const past = 32_000;
/** Processes that look for ports at the same time begin at different ones. */
let next = process.pid * 16;

/** Returns a port of loopback that is free, so that the caller or another process can listen on it later. */
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
