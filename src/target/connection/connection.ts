import { join } from 'node:path';
import { defined } from '../../base/defined.js';
import { ArrangeError, ignoring } from '../../base/errors.js';
import type { EventBody, Learned } from '../../base/model/event.js';
import type { TellSecret } from '../../base/redaction/secrets-channel.js';
import { textIn } from '../../contract/judging/body.js';
import type { Contract } from '../../contract/openapi/contract.js';
import type { Part } from '../../contract/openapi/operations.js';
import { secretsOf, variablesOf } from '../../input/target-file/read.js';
import type { Target } from '../../input/target-file/target.js';
import { ControlledClock, DateOffsetClock, type TargetClock } from '../../wire/clock/clock.js';
import type { Credential } from '../../wire/http/credential.js';
import { proxyFor } from '../../wire/http/proxy.js';
import type { Mailbox } from '../../wire/mail/mailbox.js';
import { openMailbox } from '../../wire/mail/open.js';
import { TargetModel } from '../beliefs/target-model.js';
import { Journal } from '../journal/journal.js';
import { knownAs } from '../journal/state-dir.js';
import { Api } from './api.js';
import { keyOf, sessionOf } from './call.js';
import { ClusterMfa } from './cluster-mfa.js';
import { Codes } from './codes.js';
import { CodesByMail } from './codes-by-mail.js';
import { journalled } from './links/journalled.js';
import { ReadBack } from './read-back.js';
import { Recorder } from './recorder.js';
import { SupportMfa } from './support-mfa.js';
import { ClockWaiter } from './waiter.js';

export interface ConnectionOptions {
  readonly stateDir: string;
  readonly journal?: Journal;
  readonly write?: (event: EventBody) => void;
  readonly firstIndex?: number;
  readonly strict?: boolean;
  /** The reason why the target must not be changed: then the suite sends only reads and doesn't move the clock. */
  readonly readOnly?: string | undefined;
  readonly onSecret?: TellSecret;
  readonly seed?: number;
  readonly learned?: readonly Learned[];
  /** Whether the suite repeats requests even if that takes waits of minutes. */
  readonly patient?: boolean;
}

export class Connection {
  readonly recorder: Recorder;
  readonly waiter: ClockWaiter;
  readonly api: Api;
  readonly codes: Codes;
  readonly readBack: ReadBack;
  readonly model: TargetModel;
  /** Whether a state must fulfil the contract. False for the restore, which reads as much as it can. */
  readonly strict: boolean;
  readonly #firstOffsetMs: number;
  readonly #noted = new Set<Part>();
  #admin: Promise<Credential> | undefined;
  #cluster: ClusterMfa | undefined;
  #support: SupportMfa | undefined;
  #mailbox: Promise<Mailbox> | undefined;
  #mail: Promise<CodesByMail> | undefined;

  private constructor(
    readonly target: Target,
    readonly contract: Contract,
    readonly clock: TargetClock,
    readonly journal: Journal,
    options: ConnectionOptions,
  ) {
    this.#firstOffsetMs = Math.round(clock.offsetMs);
    this.strict = options.strict ?? false;
    const { readOnly, seed, write, onSecret, firstIndex } = options;
    this.recorder = new Recorder(contract, write, onSecret, firstIndex, () => this.clock.now());
    for (const { value, what } of secretsOf(target)) this.recorder.addSecret(value.reveal(), what);
    for (const { value, variable } of variablesOf(target))
      this.recorder.origins.ofTargetFile(value, variable);
    const names = Object.values(target.accounts).flatMap(({ username, domain, email }) =>
      [username, domain, email].flatMap((name) => name ?? []),
    );
    this.recorder.origins.isPlain(names);
    const { host, hostname } = new URL(target.baseUrl);
    this.recorder.cookies.isPlain([...names, ...addressesOf(target), host, hostname, target.name]);
    this.recorder.origins.baseUrl = target.baseUrl;
    const proxy = proxyFor(new URL(target.baseUrl));
    for (const secret of proxy?.secrets ?? []) this.recorder.addSecret(secret, 'proxy password');
    this.model = new TargetModel(options.learned, (fact, value) => {
      const last = this.recorder.indexOf(this.recorder.exchanges.at(-1));
      write?.({ type: 'learned', fact, value, because: last === null ? [] : [last] });
    });
    this.readBack = new ReadBack(this.recorder, this.model);
    this.waiter = new ClockWaiter(clock, this.recorder, readOnly === undefined, options.patient);
    this.codes = new Codes(clock, this.waiter, this.recorder);
    this.api = new Api({
      target,
      contract,
      recorder: this.recorder,
      clock,
      waiter: this.waiter,
      codes: this.codes,
      readOnly,
      seed,
      model: this.model,
      attemptsFile: join(this.journal.folder, 'attempts.json'),
      journalled: journalled(this.journal, this.readBack, (part) => this.#noteFound(part)),
    });
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
    if (email === undefined || !mayMail || this.strict) return undefined;
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

/** Lists every address of the target file. Mail to other addresses is not meant for the suite. */
export function addressesOf({ accounts, supportUser }: Target): string[] {
  const own = Object.values(accounts).map(({ email }) => email);
  const all = [...(supportUser.otherEmails ?? []), ...own, supportUser.email];
  return [...new Set(all.filter((address) => address !== undefined))];
}
