import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ConfigurationError, reasonOf } from '../errors.js';
import { jsonOf, shapes } from '../shape.js';
import { isDistinctive, Redactor } from './redactor.js';
import { isShortCode } from './search.js';

export type TellSecret = (value: string, what: string) => void;

const longestSettling = 5_000;

/** Secrets travel through a socket that only this user can reach, and never touch a disk. */
export class SecretCollector {
  readonly #byTarget = new Map<string, Map<string, string>>();
  readonly #values = new Map<string, string>();
  readonly #open = new Map<Socket, Promise<void>>();
  #onProcessEnd: (target: string) => void = () => {};
  readonly #server: Server;
  /** Lacks the short secrets, which occur in texts by accident. */
  readonly redactor = new Redactor();

  private constructor(readonly address: string) {
    this.#server = createServer((socket) => this.#listenTo(socket));
  }

  /** @param folder must be private, because some systems ignore the mode of a socket */
  static async open(folder: string): Promise<SecretCollector> {
    const address =
      process.platform === 'win32' ? `\\\\.\\pipe\\mfa-conformance-${randomUUID()}` : join(folder, 'secrets');
    const collector = new SecretCollector(address);
    collector.#server.listen(address);
    await once(collector.#server, 'listening').catch((error: unknown) => {
      throw new ConfigurationError(
        `The run's processes need a socket in ${folder} (TMPDIR), which can't be opened: ${reasonOf(error)}.`,
      );
    });
    collector.#server.on('error', () => {}).unref();
    return collector;
  }

  /** The kind told first counts: a later one, such as a code, might limit the search for a password. */
  get values(): ReadonlyMap<string, string> {
    return this.#values;
  }

  valuesOf(target: string): ReadonlyMap<string, string> {
    return this.#byTarget.get(target) ?? new Map();
  }

  tell(target: string, value: string, what: string): void {
    const own = this.#byTarget.get(target) ?? new Map<string, string>();
    this.#byTarget.set(target, own.set(value, what));
    if (this.#values.has(value)) return;
    this.#values.set(value, what);
    if (isDistinctive(value)) this.redactor.add(value, what);
  }

  /** Also knows short codes: in one target's log a mistake does little harm. */
  redactorOf(target: string): Redactor {
    const redactor = new Redactor();
    for (const [value, what] of this.valuesOf(target))
      if (isDistinctive(value) || isShortCode(value, what)) redactor.add(value, what);
    return redactor;
  }

  onProcessEnd(ended: (target: string) => void): void {
    this.#onProcessEnd = ended;
  }

  /** Call this after the sending processes have ended. */
  async settled(): Promise<void> {
    // Sockets don't keep this process alive, but the timer does. It also limits the wait for an open socket.
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
    // The first line names the target. Secrets follow.
    let target: string | undefined;
    createInterface(socket)
      .on('line', (line) => {
        const told = jsonOf(line, isTold);
        if (told !== undefined) this.tell(...told);
        else target ??= jsonOf(line, shapes.text);
      })
      .on('close', () => {
        if (target !== undefined) this.#onProcessEnd(target);
      });
  }
}

const isTold = shapes.tuple<readonly [target: string, value: string, what: string]>(
  shapes.text,
  shapes.text,
  shapes.text,
);

export class SecretTeller {
  readonly #told = new Set<string>();

  private constructor(
    private readonly socket: Socket,
    private readonly target: string,
  ) {}

  /** @throws ConfigurationError if nobody listens */
  static async connect(address: string, target: string): Promise<SecretTeller> {
    const socket = connect(address);
    await once(socket, 'connect').catch((error: unknown) => {
      throw new ConfigurationError(
        `The process that searches for secrets is out of reach, so nothing is sent: ${reasonOf(error)}.`,
      );
    });
    // The system takes each write at once. So a secret arrives even if this process is killed.
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
