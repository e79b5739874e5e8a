import { defined } from '../../base/defined.js';
import { ArrangeError, ignoring } from '../../base/errors.js';
import { textIn } from '../../contract/judging/body.js';
import type { Contract } from '../../contract/openapi/contract.js';
import type { Part } from '../../contract/openapi/operations.js';
import type { Target } from '../../input/target-file/target.js';
import { ControlledClock, DateOffsetClock } from '../../wire/clock/clock.js';
import type { Credential } from '../../wire/http/credential.js';
import type { Mailbox } from '../../wire/mail/mailbox.js';
import { openMailbox } from '../../wire/mail/open.js';
import { Journal } from '../journal/journal.js';
import { knownAs } from '../journal/state-dir.js';
import { Api } from './api.js';
import { keyOf, sessionOf } from './call.js';
import { ClusterMfa } from './cluster-mfa.js';
import { CodesByMail } from './codes-by-mail.js';
import { addressesOf, type ConnectionOptions, ConnectionParts } from './connection-parts.js';
import { SupportMfa } from './support-mfa.js';

export class Connection extends ConnectionParts {
  readonly api: Api;
  readonly #firstOffsetMs: number;
  readonly #noted = new Set<Part>();
  #admin: Promise<Credential> | undefined;
  #cluster: ClusterMfa | undefined;
  #support: SupportMfa | undefined;
  #mailbox: Promise<Mailbox> | undefined;
  #mail: Promise<CodesByMail> | undefined;

  private constructor(...parts: ConstructorParameters<typeof ConnectionParts>) {
    super(...parts);
    this.#firstOffsetMs = Math.round(this.clock.offsetMs);
    this.api = new Api(this, (part) => this.#noteFound(part));
  }

  /** @throws TransportError or ConfigurationError if the clock control doesn't answer */
  static async open(target: Target, contract: Contract, options: ConnectionOptions): Promise<Connection> {
    const clock =
      target.clock === undefined
        ? new DateOffsetClock()
        : await ControlledClock.connect(target.clock.control);
    const { stateDir } = options;
    const journal = options.journal ?? new Journal(stateDir, await knownAs(stateDir, target.baseUrl));
    return new Connection(target, contract, clock, journal, options);
  }

  static async during<T>(
    target: Target,
    contract: Contract,
    options: ConnectionOptions,
    use: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    const connection = await Connection.open(target, contract, options);
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  }

  /** The target's clock minus the runner's, before the suite moved it. Null if no answer had a time. */
  get clockOffsetMs(): number | null {
    if (!this.clock.known) return null;
    return this.clock.canMove ? this.#firstOffsetMs : Math.round(this.clock.offsetMs / 1000) * 1000;
  }

  /** The API key, or a session opened once. @throws ArrangeError if the target refuses the admin */
  admin(): Promise<Credential> {
    this.#admin ??= this.#openAdmin().catch((error: unknown) => {
      // One login that failed in the network must not make all later logins fail.
      this.#admin = undefined;
      throw error;
    });
    return this.#admin;
  }

  /** Opens a new admin session if the old one ended during the restore. @returns whether it opened a session */
  async reopenAdmin(): Promise<boolean> {
    const admin = await this.admin();
    if (admin.scheme !== 'SessionIdHeader' || (await this.#isOpen(admin)) !== false) return false;
    this.#admin = undefined;
    this.#cluster = undefined;
    this.#support = undefined;
    await this.admin();
    return true;
  }

  async cluster(): Promise<ClusterMfa> {
    const admin = await this.admin();
    this.#cluster ??= new ClusterMfa(this, admin);
    return this.#cluster;
  }

  async support(): Promise<SupportMfa> {
    const admin = await this.admin();
    this.#support ??= new SupportMfa(this, admin);
    return this.#support;
  }

  async #noteFound(part: Part): Promise<void> {
    const { operations } = this.contract;
    if (this.#noted.has(part) || !operations.has(part === 'cluster' ? 'GetMFAConfig' : 'GetSupportMFAConfig'))
      return;
    const state = await this[part]();
    this.journal.noteFound({ [part]: await state.found() });
    this.#noted.add(part);
  }

  /** @throws ConfigurationError if the mailbox can't be opened, ArrangeError if the target file names no mailbox */
  mail(): Promise<CodesByMail> {
    this.#mail ??= this.#openMail();
    return this.#mail;
  }

  async #openMail(): Promise<CodesByMail> {
    const settings = this.target.mail;
    if (settings === undefined) throw new ArrangeError('The target file has no mail section.');
    this.#mailbox = openMailbox(settings, addressesOf(this.target));
    const pause = (ms: number) => this.waiter.letPass(ms, 'mail limit');
    return new CodesByMail(await this.#mailbox, this.recorder, settings, pause, this.model);
  }

  async close(): Promise<void> {
    await this.api.close();
    await (await this.#mailbox?.catch(() => undefined))?.close();
  }

  /** Tells whether a session is still open. It may expire, or end with a new password. Null if unknown. */
  async #isOpen(session: Credential): Promise<boolean | null> {
    const reads = (['GetSupportMFAConfig', 'GetMFAConfig'] as const).find((id) =>
      this.contract.operations.has(id),
    );
    if (reads === undefined) return null;
    const { status } = await this.api.call(reads, { as: session });
    if (status < 300) return true;
    return status === 401 ? false : null;
  }

  async #openAdmin(): Promise<Credential> {
    const { admin } = this.target.accounts;
    const key = keyOf(admin);
    if (key !== undefined) return key;
    const earlier = this.journal.read()?.sessionId;
    const isOpen = earlier === undefined ? false : await this.#isOpen(sessionOf(earlier));
    if (earlier !== undefined && isOpen) return this.#takenOver(earlier);
    const { username, password, domain } = admin;
    const credentials = defined({ username, password: password?.reveal(), domain });
    const answer = await this.api.call('CreateSession', { json: credentials });
    const opened = answer.status === 201 ? textIn(answer.fields.sessionId) : undefined;
    const id = opened ?? (await this.#byMailedCode(credentials));
    if (id !== undefined) {
      this.journal.sessionId = id;
      return sessionOf(id);
    }
    // The target may have refused the GET for another reason than an ended session, so the session may still be open.
    if (earlier !== undefined && isOpen === null) return this.#takenOver(earlier);
    throw new ArrangeError(
      `The admin could not log in: POST /users/sessions answered ${answer.status}. ` +
        'Check accounts.admin; where cluster MFA is on, the admin needs an apiKey.',
    );
  }

  #takenOver(id: string): Credential {
    this.api.attempts.takenOver(id, 'admin');
    return sessionOf(id);
  }

  /** Logs in by a mailed code, in case the session ended while cluster MFA was on. Undefined if this is impossible. */
  async #byMailedCode(credentials: object): Promise<string | undefined> {
    const { email } = this.target.accounts.admin;
    const mayMail = this.target.mail !== undefined && this.contract.operations.has('CreateEmailOtp');
    if (email === undefined || !mayMail || this.options.strict) return undefined;
    const mail = await this.mail();
    const asked = await mail
      .codeAsked('admin', email, async () => {
        const { status } = await this.api.call('CreateEmailOtp', { json: credentials });
        if (status >= 300) throw new ArrangeError(`POST /email-otp answered ${status}: no code can come.`);
      })
      .catch(ignoring(ArrangeError));
    if (asked === undefined) return undefined;
    const { fields } = await this.api.call('CreateSession', {
      json: { ...credentials, otpCode: asked.code, otpType: 'email' },
    });
    return textIn(fields.sessionId);
  }
}
