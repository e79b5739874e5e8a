import { type ChildProcess, spawn } from 'node:child_process';
import { ArrangeError, ConfigurationError, codeOf } from '../../base/errors.js';
import { steadyNow } from '../../base/steady-now.js';
import type { MailSettings } from '../../input/target-file/mail.js';
import { Mailbox, type Mark } from './mailbox.js';
import { type ReceivedMail, storedMail } from './received-mail.js';

const longestCode = 64;

/**
 * The user's program prints the newest code mailed to an address, or nothing. A code is new if it differs
 * from the code at the mark. So a code mailed twice counts once, and mails without codes stay unknown.
 */
export class CommandMailbox extends Mailbox {
  protected readonly pauses = [100, 250, 500, 1000];
  readonly #marks: ReadonlyMap<string, string>[] = [];
  readonly #mails = new Map<string, ReceivedMail>();

  constructor(
    private readonly settings: Extract<MailSettings, { kind: 'command' }>,
    addresses: readonly string[],
    private readonly programWithinMs: number,
  ) {
    super(addresses);
  }

  async open(): Promise<void> {
    const [address] = this.addresses;
    if (address === undefined) return;
    try {
      await this.#printed(address);
    } catch (error) {
      throw error instanceof ArrangeError ? new ConfigurationError(error.message) : error;
    }
  }

  async close(): Promise<void> {
    this.closing.abort();
  }

  async mark(to?: string): Promise<Mark> {
    const address = to === undefined ? undefined : this.known(to);
    const wanted = address === undefined ? this.addresses : [address];
    const printed = await Promise.all(wanted.map(async (each) => [each, await this.#printed(each)] as const));
    this.#marks.push(new Map(printed));
    return (this.#marks.length - 1) as Mark;
  }

  async since(mark: Mark, to?: string): Promise<readonly ReceivedMail[]> {
    const marked = [...(this.#marks[mark] ?? [])].filter(([address]) => to === undefined || address === to);
    if (to !== undefined && marked.length === 0)
      throw new ArrangeError(`${to} is not an address that was marked in the mailbox.`);
    const news = await Promise.all(
      marked.map(async ([address, old]) => {
        const code = await this.#printed(address);
        return code === '' || code === old ? [] : [this.#mail(mark, address, code)];
      }),
    );
    return news.flat();
  }

  protected missed(mark: Mark, to: string) {
    const more =
      this.#marks[mark]?.get(to) === ''
        ? 'The program of mail.run printed nothing during the wait.'
        : 'The program of mail.run printed only the code that it had printed before.';
    return { others: [], more: [more] };
  }

  #mail(mark: Mark, to: string, code: string): ReceivedMail {
    const key = `${mark} ${to} ${code}`;
    const known = this.#mails.get(key);
    if (known !== undefined) return known;
    const envelope = { to: [to], from: '', receivedAt: steadyNow(), secure: false };
    const content = { subject: '', text: '', html: '', code };
    const mail = storedMail(envelope, content, Buffer.from(code));
    this.#mails.set(key, mail);
    return mail;
  }

  /** Returns the trimmed output. @throws ArrangeError if the program fails */
  async #printed(address: string): Promise<string> {
    const [program = '', ...rest] = this.settings.run;
    const args = rest.map((arg) => arg.replaceAll('{to}', address));
    const ended = await runCommand(program, args, this.programWithinMs);
    const fail = (what: string) =>
      new ArrangeError(`The program of mail.run (${program}) ${what}. Run it by hand to see what it says.`);
    if ('trouble' in ended) throw fail(ended.trouble);
    const code = ended.stdout.trim();
    if (code.length > longestCode || /\s/.test(code)) {
      throw fail('must print one code and nothing else, or nothing; it printed more');
    }
    return code;
  }
}

const largestOutput = 64 * 1024;

/** A timeout kills the program's children too. Standard error may hold a secret, so it is ignored. */
export function runCommand(
  program: string,
  args: readonly string[],
  withinMs: number,
): Promise<{ readonly stdout: string } | { readonly trouble: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
      shell: false,
      windowsHide: true,
      // The program has a process group of its own, so that its children end with it.
      detached: process.platform !== 'win32',
    });
    const end = (result: { stdout: string } | { trouble: string }) => {
      clearTimeout(deadline);
      kill(child);
      resolve(result);
    };
    const deadline = setTimeout(() => end({ trouble: `took longer than ${withinMs / 1000} s` }), withinMs);
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
      if (stdout.length > largestOutput) end({ trouble: 'printed more than 64 KB' });
    });
    child.once('error', (error) => end({ trouble: startTrouble(error) }));
    child.once('close', (code, signal) => {
      if (code === 0) end({ stdout });
      else end({ trouble: code === null ? `was ended by ${signal}` : `ended with exit code ${code}` });
    });
  });
}

function kill(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The program has already ended.
  }
}

function startTrouble(error: Error): string {
  const code = codeOf(error);
  if (code === 'ENOENT') return 'is not there, or the interpreter that its first line names is not';
  if (code === 'EACCES') return 'may not be executed by this user (chmod +x)';
  return `could not be started${code === '' ? '' : ` (${code})`}`;
}
