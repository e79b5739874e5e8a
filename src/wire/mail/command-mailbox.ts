import { ArrangeError, ConfigurationError } from '../../base/errors.js';
import { steadyNow } from '../../base/steady-now.js';
import type { MailSettings } from '../../input/target-file/mail.js';
import { Addresses } from './addresses.js';
import type { Mailbox, MailFilter, Mark } from './mailbox.js';
import { missingMail } from './missing-mail.js';
import { anyOf, poll } from './poll.js';
import { type ReceivedMail, StoredMail } from './received-mail.js';
import { runCommand } from './run-command.js';

/** Pauses between calls of the program, in milliseconds. */
const pauses = [100, 250, 500];
const longestCode = 64;

/**
 * Runs the user's program, which prints the newest code mailed to an address, or nothing. A code is new if it
 * differs from the one at the mark. So a repeated code counts once, several mails between calls count as one,
 * and mails without codes stay unseen.
 */
export class CommandMailbox implements Mailbox {
  readonly #addresses: Addresses;
  readonly #closing = new AbortController();
  readonly #marks: ReadonlyMap<string, string>[] = [];
  readonly #mails = new Map<string, ReceivedMail>();

  constructor(
    private readonly settings: Extract<MailSettings, { kind: 'command' }>,
    addresses: readonly string[],
    private readonly programWithinMs: number,
  ) {
    this.#addresses = new Addresses(addresses);
  }

  /** Runs the program once. @throws ConfigurationError if that fails */
  async open(): Promise<void> {
    const [address] = this.#addresses.all;
    if (address === undefined) return;
    try {
      await this.#printed(address);
    } catch (error) {
      throw error instanceof ArrangeError ? new ConfigurationError(error.message) : error;
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  async mark(to?: string): Promise<Mark> {
    const address = to === undefined ? undefined : this.#addresses.known(to);
    const wanted = address === undefined ? this.#addresses.all : [address];
    const printed = await Promise.all(wanted.map(async (each) => [each, await this.#printed(each)] as const));
    this.#marks.push(new Map(printed));
    return (this.#marks.length - 1) as Mark;
  }

  async since(mark: Mark): Promise<readonly ReceivedMail[]> {
    const before = this.#marks[mark] ?? new Map<string, string>();
    const news = await Promise.all(
      [...before].map(async ([address, old]) => {
        const code = await this.#printed(address);
        return code === '' || code === old ? [] : [this.#mail(mark, address, code)];
      }),
    );
    return news.flat();
  }

  async next(
    mark: Mark,
    filter: MailFilter,
    deadlineMs: number,
    signal?: AbortSignal,
  ): Promise<ReceivedMail> {
    const address = this.#addresses.known(filter.to);
    const before = address === undefined ? undefined : this.#marks[mark]?.get(address);
    if (address === undefined || before === undefined) {
      throw new ArrangeError(`${filter.to} is not an address that was marked in the mailbox.`);
    }
    const startedAt = steadyNow();
    const ended = anyOf(this.#closing.signal, signal);
    const look = async () => {
      const code = await this.#printed(address);
      const mail = code === '' || code === before ? undefined : this.#mail(mark, address, code);
      return mail === undefined || filter.except?.has(mail) ? undefined : mail;
    };
    const found = await poll(look, pauses, deadlineMs, ended);
    if (found !== undefined) return found;
    throw missingMail({
      address: filter.to,
      waitedMs: steadyNow() - startedAt,
      why: ended.aborted ? 'the wait was called off' : '',
      others: [],
      more: [
        before === ''
          ? 'The program of mail.run printed nothing all the time.'
          : 'The program of mail.run printed no code but the one it printed before.',
      ],
    });
  }

  /** Returns the same mail object for a code printed again. */
  #mail(mark: Mark, to: string, code: string): ReceivedMail {
    const key = `${mark} ${to} ${code}`;
    const known = this.#mails.get(key);
    if (known !== undefined) return known;
    const envelope = { to: [to], from: '', receivedAt: steadyNow(), secure: false };
    const content = { subject: '', text: '', html: '', code };
    const mail = new StoredMail(envelope, content, Buffer.from(code));
    this.#mails.set(key, mail);
    return mail;
  }

  /** What the program prints for an address, trimmed. @throws ArrangeError if the program fails */
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
