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

/** Stands between suite and target, and harms connections that a seed chooses. It counts bytes only. */
export class ChaosProxy {
  readonly done = { refuse: 0, reset: 0, truncate: 0, delay: 0, corrupt: 0, blackhole: 0 };
  port = 0;
  readonly #open = new Set<Socket>();
  readonly #random: () => number;
  #calm = false;
  #connections = 0;

  private constructor(
    seed: number,
    private readonly share: number,
    private readonly allowed: readonly [Mischief, ...Mischief[]],
  ) {
    this.#random = mulberry32(seed);
  }

  /** @param target a port on loopback @param share of the connections to harm, 0 to 1 */
  static async before(
    target: number,
    seed: number,
    share: number,
    allowed: readonly [Mischief, ...Mischief[]],
    onEnd: OnEnd,
  ): Promise<ChaosProxy> {
    const proxy = new ChaosProxy(seed, share, allowed);
    const server = net.createServer((near) => proxy.#connect(near, target));
    proxy.port = (await listen(server, onEnd)).port;
    return proxy;
  }

  calm(): void {
    this.#calm = true;
    for (const socket of this.#open) socket.destroy();
  }

  #connect(near: Socket, target: number): void {
    const fate = this.#fate();
    this.#keep(near);
    if (fate?.mischief === 'refuse') {
      this.done.refuse += 1;
      near.resetAndDestroy();
      return;
    }
    const far = net.connect(target, '127.0.0.1');
    this.#keep(far);
    this.#lead(near, far, fate?.way === 'to the target' ? fate : undefined);
    this.#lead(far, near, fate?.way === 'to the suite' ? fate : undefined);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  }

  #fate(): Fate | undefined {
    // Draws random numbers for every connection, even while calm: the seed alone decides each fate.
    this.#connections += 1;
    const isChosen = this.#random() < this.share && this.#connections > spared;
    const mischief = pick(this.#random, this.allowed);
    const way = pick<Fate['way']>(this.#random, ['to the target', 'to the suite']);
    const after = Math.floor(this.#random() * farthest);
    return isChosen && !this.#calm ? { mischief, way, after } : undefined;
  }

  #lead(from: Socket, to: Socket, fate: Fate | undefined): void {
    let passed = 0;
    let isHeld = false;
    from.on('data', (chunk: Buffer) => {
      const start = passed;
      passed += chunk.length;
      if (isHeld) return;
      if (fate === undefined || passed <= fate.after) return void to.write(chunk);
      const at = Math.max(0, fate.after - start);
      if (start <= fate.after) this.done[fate.mischief] += 1;
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

  #keep(socket: Socket): void {
    this.#open.add(socket);
    socket.on('error', () => undefined).once('close', () => this.#open.delete(socket));
  }
}
