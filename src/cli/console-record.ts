import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

type StreamName = 'standard output' | 'standard error';

/** In characters of each stream, because debug output may be endless. */
const longestKept = 32 * 1024 * 1024;

/** Keeps what a run and its processes print, so that the search for secrets covers it. */
export class ConsoleRecord {
  readonly #streams: Record<StreamName, string> = { 'standard output': '', 'standard error': '' };
  readonly #restore: (() => void)[] = [];
  overflown = false;

  get texts(): readonly (readonly [name: string, text: string])[] {
    return Object.entries(this.#streams);
  }

  begin(): void {
    this.#watch(process.stdout, 'standard output');
    this.#watch(process.stderr, 'standard error');
  }

  end(): void {
    for (const restore of this.#restore.splice(0)) restore();
  }

  /** Forwards a child process's output. `clean` removes known secrets from it. */
  passOn(from: Readable, to: NodeJS.WriteStream, clean: (text: string) => string): void {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    from.on('data', (chunk: Buffer) => {
      // `clean` would miss a secret that two chunks share, so lines wait for their end, except at a terminal.
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
    if (this.#streams[name].length + text.length > longestKept) this.overflown = true;
    else this.#streams[name] += text;
  }
}

const longestLine = 1024 * 1024;
