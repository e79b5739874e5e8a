import { randomUUID } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ConfigurationError, reasonOf } from '../errors.js';
import { jsonOf, shapedLike } from '../shape.js';
import { Redactor } from './redactor.js';
import { isShortCode } from './search.js';

/** Takes a value that is secret, and what it is. */
export type TellSecret = (value: string, what: string) => void;

/** The same of one target, by its base URL. */
type TellSecretOf = (target: string, value: string, what: string) => void;

const longestSettling = 5_000;

/** Not found in texts by accident. */
const isTelltale = (value: string): boolean => value.length >= 8 || /^\d{6,}$/.test(value);

/**
 * Collects the secrets of a run from the processes that learn them, so that what the run has written can be searched
 * for them. They go through a socket that only the user can reach, from memory to memory: never onto a disk.
 */
export class SecretCollector {
  readonly #values = new Map<string, string>();
  readonly #byTarget = new Map<string, Map<string, string>>();
  readonly #open = new Map<Socket, Promise<void>>();
  #onLeft: (target: string) => void = () => {};
  readonly #server: Server;
  readonly address: string;
  /** Knows all but those so short that they stand in texts by accident. */
  readonly redactor = new Redactor();

  private constructor(address: string) {
    this.address = address;
    this.#server = createServer((socket) => this.#listenTo(socket));
  }

  /** @param folder one that only the user can enter: sockets have no modes of their own everywhere */
  static async open(folder: string): Promise<SecretCollector> {
    const address =
      process.platform === 'win32' ? `\\\\.\\pipe\\mfa-conformance-${randomUUID()}` : join(folder, 'secrets');
    const collector = new SecretCollector(address);
    await new Promise<void>((resolve, reject) => {
      collector.#server.once('error', reject).listen(address, resolve);
    }).catch((error: unknown) => {
      throw new ConfigurationError(
        `No socket can be opened in ${folder} (TMPDIR), through which the run's own processes talk: ${reasonOf(error)}.`,
      );
    });
    collector.#server.unref();
    return collector;
  }

  /** The values known so far, with what each is. */
  get values(): ReadonlyMap<string, string> {
    return this.#values;
  }

  /** Those of one target, by its base URL. */
  valuesOf(target: string): ReadonlyMap<string, string> {
    return this.#byTarget.get(target) ?? new Map();
  }

  readonly tell: TellSecretOf = (target, value, what) => {
    const own = this.#byTarget.get(target) ?? new Map<string, string>();
    this.#byTarget.set(target, own.set(value, what));
    if (this.#values.has(value)) return;
    this.#values.set(value, what);
    if (isTelltale(value)) this.redactor.add(value, what);
  };

  /**
   * Knows what is secret of one target so far, short codes as well: for its log, where a number that was taken for one
   * is no loss. One that knew the secrets of many targets would find the beginning of some at every place.
   */
  redactorOf(target: string): Redactor {
    const redactor = new Redactor();
    for (const [value, what] of this.valuesOf(target))
      if (isTelltale(value) || isShortCode(value, what)) redactor.add(value, what);
    return redactor;
  }

  /** @param left told of each process that will send nothing more to a target, however it ended */
  onLeft(left: (target: string) => void): void {
    this.#onLeft = left;
  }

  /** Until all that was told is here; the tellers have ended. */
  async settled(): Promise<void> {
    // The sockets alone don't keep this process; and one that never closes must not keep it for ever.
    const patience = setTimeout(() => this.#destroyAll(), longestSettling);
    await Promise.all(this.#open.values());
    clearTimeout(patience);
  }

  close(): void {
    this.#server.close();
    this.#destroyAll();
  }

  #destroyAll(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  #listenTo(socket: Socket): void {
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    this.#open.set(socket, closed);
    socket.on('error', () => socket.destroy());
    socket.unref();
    let target: string | undefined;
    createInterface(socket)
      .on('line', (line) => {
        const told = jsonOf(line, isTold);
        if (told !== undefined) this.tell(...told);
        else target ??= jsonOf(line, isTarget);
      })
      // After its last line.
      .on('close', () => {
        if (target !== undefined) this.#onLeft(target);
      });
  }
}

const isTold = shapedLike<readonly [target: string, value: string, what: string]>({
  type: 'array',
  items: { type: 'string' },
  minItems: 3,
  maxItems: 3,
});

/** The first line: whose secrets the others will be. */
const isTarget = shapedLike<string>({ type: 'string' });

/** The other end, in a process that learns secrets. */
export class SecretTeller {
  readonly #told = new Set<string>();

  private constructor(
    private readonly socket: Socket,
    private readonly target: string,
  ) {}

  /**
   * @param target whose secrets will be told, by its base URL
   * @throws ConfigurationError where nobody listens: what is learnt could then not be searched for
   */
  static async connect(address: string, target: string): Promise<SecretTeller> {
    const socket = connect(address);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    }).catch((error: unknown) => {
      throw new ConfigurationError(
        `The process that searches for secrets is out of reach, so nothing is sent: ${reasonOf(error)}.`,
      );
    });
    // Written to at once: what was told is with the other process even if this one is killed.
    socket.unref();
    socket.on('error', () => socket.destroy());
    socket.write(`${JSON.stringify(target)}\n`);
    return new SecretTeller(socket, target);
  }

  readonly tell: TellSecret = (value, what) => {
    if (this.#told.has(value)) return;
    this.#told.add(value);
    this.socket.write(`${JSON.stringify([this.target, value, what])}\n`);
  };

  async close(): Promise<void> {
    this.socket.ref();
    await new Promise<void>((resolve) => {
      if (this.socket.destroyed) resolve();
      else this.socket.once('close', () => resolve()).end();
    });
  }
}
