import net, { type Socket } from 'node:net';
import { listen } from '../cli/servers.js';
import { mulberry32, pick } from '../detection/sample.js';
import type { OnEnd } from '../tool/processes.js';

export const mischiefs = ['refuse', 'reset', 'truncate', 'delay', 'corrupt', 'blackhole'] as const;
export type Mischief = (typeof mischiefs)[number];

interface Fate {
  readonly mischief: Mischief;
  /** How many bytes pass in this direction before the harm. */
  readonly after: number;
  readonly way: 'to the target' | 'to the suite';
}

/** The first connections stay unharmed, because harm at the start would end most runs. */
const spared = 3;
/** The harm comes within this many bytes. Most answers are shorter, and most handshakes even shorter. */
const farthest = 6000;

/**
 * A proxy that harms connections that a seed chooses. It counts bytes only. @param target a port on loopback
 * @param share of the connections to harm, 0 to 1
 */
export async function chaosProxy(
  target: number,
  seed: number,
  share: number,
  allowed: readonly [Mischief, ...Mischief[]],
  onEnd: OnEnd,
) {
  const done = { refuse: 0, reset: 0, truncate: 0, delay: 0, corrupt: 0, blackhole: 0 };
  const open = new Set<Socket>();
  const random = mulberry32(seed);
  let isCalm = false;
  let connections = 0;

  function fateOfNext(): Fate | undefined {
    // Draws random numbers for every connection, even while calm: the seed alone decides each fate.
    connections += 1;
    const isChosen = random() < share && connections > spared;
    const mischief = pick(random, allowed);
    const way = pick<Fate['way']>(random, ['to the target', 'to the suite']);
    const after = Math.floor(random() * farthest);
    return isChosen && !isCalm ? { mischief, way, after } : undefined;
  }

  function keep(socket: Socket): void {
    open.add(socket);
    socket.on('error', () => undefined).once('close', () => open.delete(socket));
  }

  function connect(near: Socket): void {
    const fate = fateOfNext();
    const harm = (mischief: Mischief) => {
      done[mischief] += 1;
    };
    keep(near);
    if (fate?.mischief === 'refuse') {
      harm('refuse');
      near.resetAndDestroy();
      return;
    }
    const far = net.connect(target, '127.0.0.1');
    keep(far);
    lead(near, far, fate?.way === 'to the target' ? fate : undefined, harm);
    lead(far, near, fate?.way === 'to the suite' ? fate : undefined, harm);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  }

  function calm(): void {
    isCalm = true;
    for (const socket of open) socket.destroy();
  }

  const { port } = await listen(net.createServer(connect), onEnd);
  return { port, done, calm };
}

function lead(from: Socket, to: Socket, fate: Fate | undefined, harm: (mischief: Mischief) => void): void {
  let passed = 0;
  let isHeld = false;
  from.on('data', (chunk: Buffer) => {
    const start = passed;
    passed += chunk.length;
    if (isHeld) return;
    if (fate === undefined || passed <= fate.after) return void to.write(chunk);
    const at = Math.max(0, fate.after - start);
    if (start <= fate.after) harm(fate.mischief);
    switch (fate.mischief) {
      case 'delay':
        from.pause();
        setTimeout(() => {
          to.write(chunk);
          from.resume();
        }, 150);
        return;
      case 'corrupt':
        if (start <= fate.after) chunk[at] = (chunk[at] ?? 0) ^ 0x10;
        to.write(chunk);
        return;
      case 'blackhole':
        // Both connections stay open, so the suite and the target notice nothing.
        isHeld = true;
        to.write(chunk.subarray(0, at));
        return;
      case 'truncate':
        isHeld = true;
        to.end(chunk.subarray(0, at));
        return;
      default:
        from.resetAndDestroy();
        to.resetAndDestroy();
    }
  });
  from.on('end', () => {
    if (!isHeld || fate?.mischief !== 'blackhole') to.end();
  });
}
