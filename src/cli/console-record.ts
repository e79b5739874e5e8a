import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

type StreamName = 'standard output' | 'standard error';

/** More than this is not kept: debug output may be without end. */
const most = 32 * 1024 * 1024;

/** What a run prints, its own lines and those of the processes it starts: it is searched for secrets like a file. */
export class ConsoleRecord {
  readonly #streams: Record<StreamName, string> = { 'standard output': '', 'standard error': '' };
  readonly #restore: (() => void)[] = [];
  /** Text beyond what is kept was let go. */
  #overflown = false;

  get texts(): readonly (readonly [name: string, text: string])[] {
    return Object.entries(this.#streams);
  }

  get overflown(): boolean {
    return this.#overflown;
  }

  /** From here on, what this process prints is kept, too. */
  begin(): void {
    this.#watch(process.stdout, 'standard output');
    this.#watch(process.stderr, 'standard error');
  }

  end(): void {
    for (const restore of this.#restore.splice(0)) restore();
  }

  /** Passes on what another process prints; `clean` takes known secrets out of it on the way. */
  passOn(from: Readable, to: NodeJS.WriteStream, clean: (text: string) => string): void {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    from.on('data', (chunk: Buffer) => {
      // Whole lines, or what a terminal's progress line is: a value cut in two would not be known.
      const text = rest + decoder.write(chunk);
      const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
      rest = text.slice(end);
      if (rest.length > longestLine || (to.isTTY === true && rest !== '')) {
        to.write(clean(text));
        rest = '';
      } else if (end > 0) to.write(clean(text.slice(0, end)));
    });
    from.once('end', () => {
      const last = rest + decoder.end();
      if (last !== '') to.write(clean(last));
    });
  }

  #watch(stream: NodeJS.WriteStream, name: StreamName): void {
    const write = stream.write;
    const watching = (...args: unknown[]): boolean => {
      const [chunk] = args;
      if (typeof chunk === 'string') this.#keep(name, chunk);
      else if (chunk instanceof Uint8Array) this.#keep(name, Buffer.from(chunk).toString('utf8'));
      return Reflect.apply(write, stream, args);
    };
    stream.write = watching;
    this.#restore.push(() => {
      stream.write = write;
    });
  }

  #keep(name: StreamName, text: string): void {
    if (this.#streams[name].length + text.length > most) this.#overflown = true;
    else this.#streams[name] += text;
  }
}

const longestLine = 1024 * 1024;
